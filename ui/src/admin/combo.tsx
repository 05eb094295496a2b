// SPDX-License-Identifier: Apache-2.0
// A field with names of the configuration to choose from, as far as what is typed begins one.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { suggested, type Kind } from './scope.ts';

const LOOK_MS = 120;

interface Found {
  name: string;
  about: string;
}

async function look(kind: Kind | 'service', typed: string): Promise<Found[]> {
  const q = `${kind}:${/["\s]/.test(typed) ? `"${typed.replace(/["\\]/g, '\\$&')}` : typed}`;
  const answer = await api<{ suggestions: { text: string; about: string }[] }>('GET', `/resources/complete?${new URLSearchParams({ q })}`);
  return answer.suggestions.map((one) => ({ name: suggested(one.text), about: one.about })).filter((one) => one.name !== '');
}

interface ComboProps {
  id: string;
  kind: Kind;
  label: string;
  placeholder?: string;
  value: string;
  bad: boolean;
  described?: string;
  as: (name: string) => string; // how a name that is chosen stands in the field
  onText: (text: string) => void;
}

export function Combo(props: ComboProps): JSX.Element {
  const [found, setFound] = useState<Found[]>([]);
  const [at, setAt] = useState(-1);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const turn = useRef(0);
  const close = (): void => {
    clearTimeout(timer.current);
    turn.current++;
    setFound([]);
    setAt(-1);
  };
  const ask = (text: string): void => {
    clearTimeout(timer.current);
    const mine = ++turn.current;
    timer.current = setTimeout(() => { look(props.kind, text.replace(/\\(.)/g, '$1').replace(/[*?].*$/, '')).then((names) => { if (mine === turn.current) { setFound(names); setAt(-1); } }, close); }, LOOK_MS);
  };
  const take = (name: string): void => {
    close();
    props.onText(props.as(name));
  };
  const key = (e: KeyboardEvent): void => {
    const open = found.length > 0;
    if (e.key === 'ArrowDown' && !open) ask(props.value);
    else if (open && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) setAt(Math.max(-1, Math.min(found.length - 1, at + (e.key === 'ArrowDown' ? 1 : -1))));
    else if (e.key === 'Enter' && found[at]) take(found[at].name);
    else if (e.key === 'Escape' && open) close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const list = `${props.id}-list`;
  return (
    <div class="combo">
      <input id={props.id} type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={250} value={props.value} placeholder={props.placeholder ?? ''} aria-label={props.label} aria-expanded={found.length > 0} aria-controls={list} aria-autocomplete="list"
        aria-activedescendant={found[at] ? `${list}-${at}` : undefined} aria-invalid={props.bad} aria-describedby={props.described} onFocus={() => ask(props.value)} onBlur={close} onKeyDown={key} onInput={(e) => { props.onText(e.currentTarget.value); ask(e.currentTarget.value); }} />
      <ul id={list} role="listbox" aria-label={t('search.completions')} hidden={found.length === 0}>
        {found.map((one, i) => <li key={one.name} id={`${list}-${i}`} role="option" aria-selected={i === at} onPointerDown={(e) => { e.preventDefault(); take(one.name); }}>{one.name} {one.about && <small>{one.about}</small>}</li>)}
      </ul>
    </div>
  );
}
