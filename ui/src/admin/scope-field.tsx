// SPDX-License-Identifier: Apache-2.0
// Of which hosts and services a role holds: everything, or what the terms say. What is in sight is counted by the server, as it would judge.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, errorText } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Icon } from '../parts/icons.tsx';
import { Combo } from './combo.tsx';
import { Said } from './form.tsx';
import type { Scope } from './model.ts';
import { isWhole, KINDS, quoted, readTerm, writeTerm, type Kind, type Term } from './scope.ts';

const COUNT_MS = 400;

interface Sight {
  hosts: number;
  services: number;
  unknown: string[]; // terms of groups and contacts that there are not
}

// What that scope sees now, a moment after the last change.
function useSight(scope: Scope): { sight: Sight | null; failed: string } {
  const [sight, setSight] = useState<Sight | null>(null);
  const [failed, setFailed] = useState('');
  const text = JSON.stringify(scope);
  useEffect(() => {
    let over = false;
    const timer = setTimeout(() => {
      api<Sight>('GET', `/scope?${new URLSearchParams({ terms: text })}`).then((found) => { if (!over) { setSight(found); setFailed(''); } }, (error: unknown) => { if (!over) { setSight(null); setFailed(errorText(error)); } });
    }, COUNT_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [text]);
  return { sight, failed };
}

interface RowProps {
  at: number;
  term: Term;
  unknown: boolean;
  set: (patch: Partial<Term>) => void;
  drop: () => void;
}

function TermRow({ at, term, unknown, set, drop }: RowProps): JSX.Element {
  const n = at + 1;
  const pattern = term.kind === 'host' || term.kind === 'service';
  const as = (name: string): string => (pattern ? quoted(name) : name);
  const label = t(pattern ? 'scope.pattern_of' : 'scope.name_of', { n });
  return (
    <div class="term-of" role="group" aria-label={t('scope.term', { n })}>
      <select aria-label={t('scope.sign_of', { n })} value={term.not ? 'not' : 'is'} onChange={(e) => set({ not: e.currentTarget.value === 'not' })}>
        <option value="is" selected={!term.not}>{t('scope.sees')}</option><option value="not" selected={term.not}>{t('scope.leaves')}</option>
      </select>
      <select aria-label={t('scope.kind_of', { n })} value={term.kind} onChange={(e) => set({ kind: e.currentTarget.value as Kind, name: '', service: '' })}>
        {KINDS.map((kind) => <option key={kind} value={kind} selected={kind === term.kind}>{t(`scope.kind_${kind}`)}</option>)}
      </select>
      <div class={term.kind === 'service' ? 'value two' : 'value'}>
        <Combo id={`f-term-${at}`} kind={term.kind === 'service' ? 'host' : term.kind} label={term.kind === 'service' ? t('scope.host_of', { n }) : label} placeholder={pattern ? t('scope.pattern_like') : ''} value={term.name} bad={unknown} as={as} onText={(name) => set({ name })} />
        {term.kind === 'service' && <Combo id={`f-term-${at}-s`} kind="service" label={t('scope.service_of', { n })} placeholder="*" value={term.service} bad={false} as={as} onText={(service) => set({ service })} />}
      </div>
      <button type="button" class="btn icon" aria-label={t('scope.drop', { n })} data-tip={t('scope.drop', { n })} onClick={drop}><Icon name="close" /></button>
      {unknown && <p class="note bad-t">{t('scope.unknown')}</p>}
    </div>
  );
}

const EMPTY: Term = { not: false, kind: 'hostgroup', name: '', service: '' };

export function ScopeField({ value, error, onSet }: { value: Scope; error: string | undefined; onSet: (scope: Scope) => void }): JSX.Element {
  const [terms, setTerms] = useState<Term[]>(() => (value ?? []).map(readTerm));
  const box = useRef<HTMLDivElement>(null);
  const { sight, failed } = useSight(value);
  const put = (next: Term[]): void => {
    setTerms(next);
    onSet(next.filter(isWhole).map(writeTerm));
  };
  const add = (): void => {
    put([...terms, EMPTY]);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>('.term-of:last-of-type select')?.focus());
  };
  const all = value === null;
  return (
    <fieldset class="field scope" id="f-scope" aria-describedby="f-scope-help">
      <legend>{t('scope.title')}</legend>
      <label class="opt"><input type="radio" name="scope" checked={all} onChange={() => onSet(null)} /><span>{t('scope.everything')}</span></label>
      <label class="opt"><input type="radio" name="scope" checked={!all} onChange={() => put(terms.length > 0 ? terms : [EMPTY])} /><span>{t('scope.some')}</span></label>
      {!all && (
        <div class="terms-of" ref={box}>
          {terms.map((term, i) => (
            <TermRow key={i} at={i} term={term} unknown={sight?.unknown.includes(writeTerm(term)) ?? false} set={(patch) => put(terms.map((one, k) => (k === i ? { ...one, ...patch } : one)))} drop={() => put(terms.filter((_, k) => k !== i))} />
          ))}
          <div><button type="button" class="btn" onClick={add}>{t('scope.add')}</button></div>
          {terms.some((term) => term.kind === 'host' || term.kind === 'service') && <p class="help">{t('scope.pattern_help')}</p>}
        </div>
      )}
      <p class={sight?.hosts === 0 && sight.services === 0 ? 'sees bad-t' : 'sees'} role="status">{sight ? t('scope.count', { hosts: t('scope.hosts', { n: sight.hosts }), services: t('scope.services', { n: sight.services }) }) : ''}</p>
      <Said id="f-scope-help" error={error || failed} />
    </fieldset>
  );
}
