// SPDX-License-Identifier: Apache-2.0
// The audit record: who did what, on what, from where, and what came of it. What is looked for is in the address.
import { Fragment, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, errorText } from '../../api.ts';
import { Block, Coming, Page as Frame } from '../../admin/form.tsx';
import { exact, instant } from '../../format.ts';
import { t, said } from '../../i18n/i18n.ts';
import { downloadPart } from '../../lazy.tsx';
import { later } from '../../store/actions.ts';
import { Icon } from '../../parts/icons.tsx';
import { personOf } from '../../person.ts';
import { rightWords, roleName, type Right } from '../../rights.ts';
import { go, route } from '../../route.ts';
import { slowNow } from '../../store/now.ts';
import { status, warningText } from '../../store/status.ts';
import { viewAs } from '../../viewas.ts';
import { objectOf, sentOf, TOPICS, whatOf, type Entry } from './words.ts';
import './audit.css';

const OUTCOMES = ['done', 'refused', 'failed', 'unknown'] as const;
const ASKED = ['who', 'what', 'object', 'text', 'outcome', 'from', 'to'] as const;
const TYPING_MS = 350;
const PAGE = '100';

const pad = (n: number): string => String(n).padStart(2, '0');
// <input type=datetime-local> speaks the local time without a zone; the address has the moment.
function local(iso: string): string {
  const d = new Date(iso);
  return Number.isNaN(d.getTime()) ? '' : `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`;
}
const moment = (text: string): string => (text === '' || Number.isNaN(Date.parse(text)) ? '' : new Date(text).toISOString().replace(/\.\d+Z/, 'Z'));

function asked(): URLSearchParams {
  const { query } = route.value;
  return new URLSearchParams(ASKED.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
}
const set = (patch: Record<string, string>): void => go({ query: { ...route.peek().query, ...patch } }, 'replace');

// A text that is sent a moment after the last key.
function Typed({ name, label, help }: { name: 'who' | 'object' | 'text'; label: string; help?: string }): JSX.Element {
  const there = route.value.query[name] ?? '';
  const [text, setText] = useState(there);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setText(there), [there]);
  const type = (value: string): void => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => set({ [name]: value.trim() }), TYPING_MS);
  };
  return <div class="field"><label for={`a-${name}`}>{label}</label><input id={`a-${name}`} type="text" autocomplete="off" spellcheck={false} maxLength={200} placeholder={help ?? ''} value={text} onInput={(e) => type(e.currentTarget.value)} /></div>;
}

function Filters(): JSX.Element {
  const { query } = route.value;
  const some = ASKED.some((name) => query[name]);
  const time = (name: 'from' | 'to', label: string): JSX.Element => (
    <div class="field"><label for={`a-${name}`}>{label}</label><input id={`a-${name}`} type="datetime-local" value={query[name] ? local(query[name]) : ''} onChange={(e) => set({ [name]: moment(e.currentTarget.value) })} /></div>
  );
  return (
    <form class="pad filters" role="search" aria-label={t('audit.filters')} onSubmit={(e) => e.preventDefault()}>
      <Typed name="who" label={t('audit.who')} />
      <div class="field"><label for="a-what">{t('audit.what')}</label>
        <select id="a-what" value={query['what'] ?? ''} onChange={(e) => set({ what: e.currentTarget.value })}>
          <option value="" selected={!query['what']}>{t('audit.anything')}</option>{TOPICS.map(([value, key]) => <option key={value} value={value} selected={value === query['what']}>{t(key)}</option>)}
        </select></div>
      <Typed name="object" label={t('audit.object')} help={t('audit.object_like')} />
      <Typed name="text" label={t('audit.text')} />
      <div class="field"><label for="a-outcome">{t('audit.outcome')}</label>
        <select id="a-outcome" value={query['outcome'] ?? ''} onChange={(e) => set({ outcome: e.currentTarget.value })}>
          <option value="" selected={!query['outcome']}>{t('audit.any')}</option>{OUTCOMES.map((one) => <option key={one} value={one} selected={one === query['outcome']}>{t(`audit.out_${one}`)}</option>)}
        </select></div>
      {time('from', t('audit.from_time'))}{time('to', t('audit.to_time'))}
      <button type="button" class="btn" disabled={!some} onClick={() => set(Object.fromEntries(ASKED.map((name) => [name, ''])))}>{t('audit.clear')}</button>
    </form>
  );
}

interface Found {
  entries: Entry[];
  next: string | null;
}

// The newest first; more() goes on behind the last one.
function useEntries(): { found: Found | null; failed: string; busy: boolean; more: () => void; again: () => void } {
  const [found, setFound] = useState<Found | null>(null);
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);
  const of = asked().toString();
  const read = (cursor: string, before: Entry[]): void => {
    const mine = ++turn.current;
    const query = asked();
    query.set('limit', PAGE);
    if (cursor) query.set('cursor', cursor);
    setBusy(true);
    api<Found>('GET', `/audit?${query}`).then((page) => {
      if (mine !== turn.current) return;
      setFound({ entries: [...before, ...page.entries], next: page.next });
      setFailed('');
      setBusy(false);
    }, (error: unknown) => {
      if (mine !== turn.current) return;
      setFailed(errorText(error));
      setBusy(false);
    });
  };
  useEffect(() => {
    read('', []);
    return () => { turn.current++; };
  }, [of]);
  return { found, failed, busy, more: () => { if (found?.next) read(found.next, found.entries); }, again: () => read('', []) };
}

function RightOf({ right }: { right: string }): JSX.Element {
  const [words, setWords] = useState('');
  useEffect(() => { void rightWords(right as Right).then(setWords, () => setWords(right)); }, [right]);
  return <>{words}</>;
}

function More({ e }: { e: Entry }): JSX.Element {
  const facts: [string, JSX.Element | string][] = [
    [t('audit.when'), exact(e.at)],
    ...(e.role ? [[t('audit.role'), roleName(e.role)] as [string, string]] : []),
    ...(e.by ? [[t('audit.by'), t(`audit.by_${e.by}`)] as [string, string]] : []),
    ...(e.right?.includes('.') ? [[t('audit.right'), <RightOf key="r" right={e.right} />] as [string, JSX.Element]] : []),
    ...(e.text ? [[t('audit.said'), said(e.text)] as [string, string]] : []),
    ...sentOf(e.body),
    ...(e.body_bytes ? [[t('audit.sent'), t('audit.too_long', { n: e.body_bytes })] as [string, string]] : []),
    ...(e.ended ? [[t('audit.ended'), exact(e.ended)] as [string, string]] : []),
    [t('audit.number'), String(e.n)],
  ];
  return <dl class="facts">{facts.map(([key, value], i) => <Fragment key={i}><dt>{key}</dt><dd>{value}</dd></Fragment>)}</dl>;
}

const BAD: Readonly<Record<string, true>> = { wrong: true, mended: true, cut: true };

function Outcome({ e }: { e: Entry }): JSX.Element {
  const out = e.kind === 'asked' ? e.outcome : e.kind === 'refused' || e.kind === 'many' ? 'refused' : undefined;
  if (!out) return <span class={BAD[e.kind] ? 'fact bad-t' : ''}>{BAD[e.kind] ? <><Icon name="alert" />{t('audit.look')}</> : '—'}</span>;
  return <span class={`fact ${out === 'done' ? 'good' : 'bad-t'}`}><Icon name={out === 'done' ? 'check' : out === 'refused' ? 'bar' : 'alert'} />{t(`audit.out_${out}`)}</span>;
}

function EntryRow({ e }: { e: Entry }): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = `e-${e.n}`;
  return (
    <>
      <tr class={open ? 'opened' : ''}>
        <td data-k={t('audit.when')}><time dateTime={e.at}>{instant(e.at, slowNow.value)}</time></td>
        <th scope="row">{e.who ? personOf(e.who) : e.by === 'nobody' || e.from ? t('audit.nobody') : 'Vigie'}</th>
        <td data-k={t('audit.did')}>{whatOf(e)}</td>
        <td data-k={t('audit.on')}>{(e.objects ?? []).map(objectOf).join(', ')}</td>
        <td data-k={t('audit.from')}>{e.from === 'this machine' ? t('audit.here') : e.from ?? ''}</td>
        <td data-k={t('audit.outcome')}><Outcome e={e} /></td>
        <td class="acts"><button type="button" class="btn icon" aria-expanded={open} aria-controls={id} aria-label={t('audit.more_of', { n: e.n })} onClick={() => setOpen(!open)}><Icon name={open ? 'up' : 'down'} /></button></td>
      </tr>
      {open && <tr class="more-of" id={id}><td colSpan={7}><More e={e} /></td></tr>}
    </>
  );
}

// What is known of the chain: a start compares it, and so does `vigie audit-log verify`.
function Chain(): JSX.Element | null {
  if (!status.value) return null;
  const main = status.value.process?.main_file;
  const wrong = (status.value.warnings ?? []).filter((w) => typeof w !== 'string' && w.code?.startsWith('audit_'));
  if (wrong.length === 0) return <p class="chain"><Icon name="check" /><span>{t('audit.whole')} <code>{`vigie audit-log verify${main ? ` -c ${main}` : ''}`}</code></span></p>;
  return <>{wrong.map((w) => <p class="chain bad" role="alert" key={warningText(w)}><Icon name="alert" /><span>{warningText(w)}</span></p>)}</>;
}

export function Page(): JSX.Element {
  const { found, failed, busy, more, again } = useEntries();
  const file = asked();
  file.set('format', 'csv');
  file.set('limit', '1000');
  const act = <span class="acts"><button type="button" class="btn" onClick={again}>{t('audit.again')}</button> {viewAs.value ? <button type="button" class="btn" data-tip={t('audit.csv_tip')} onClick={() => { later(downloadPart, (part) => part.download(`/audit?${file}`, 'audit.csv')); }}>{t('audit.csv')}</button> : <a class="btn" data-tip={t('audit.csv_tip')} href={`/api/v1/audit?${file}`} download="audit.csv">{t('audit.csv')}</a>}</span>;
  const heads = [t('audit.when'), t('audit.who'), t('audit.did'), t('audit.on'), t('audit.from'), t('audit.outcome'), ''];
  return (
    <Frame title={t('page.audit')} act={act}>
      <Block text={<>{t('audit.intro')}<Chain /></>}>
        <Filters />
        {failed && <p class="alert pad" role="alert">{failed}</p>}
        {!found ? !failed && <div class="pad"><Coming failed="" /></div> : found.entries.length === 0 && !found.next ? <p class="pad muted" role="status">{t('audit.none')}</p> : (
          <div class="x" tabIndex={0} role="region" aria-label={t('page.audit')} aria-busy={busy}>
            <table class="grid carded audit">
              <caption class="sr">{t('page.audit')}</caption>
              <thead><tr>{heads.map((head) => <th scope="col" key={head}>{head || <span class="sr">{t('admin.more')}</span>}</th>)}</tr></thead>
              <tbody>{found.entries.map((e) => <EntryRow key={e.n} e={e} />)}</tbody>
            </table>
          </div>
        )}
        {found && <p class="pad foot"><span class="muted" role="status">{t('audit.shown', { n: found.entries.length })}{found.next ? '' : ` ${t('audit.all')}`}</span>{found.next && <button type="button" class="btn" disabled={busy} onClick={more}>{t('audit.older')}</button>}</p>}
      </Block>
    </Frame>
  );
}
