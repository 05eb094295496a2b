// SPDX-License-Identifier: Apache-2.0
// The search bar: one text, completed while it is typed (docs/SEARCH.md). The list follows what is finished of it.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { go, route } from '../route.ts';
import { finished } from '../search.ts';
import { Kbd } from './bits.tsx';
import { Icon } from './icons.tsx';

const TYPING_MS = 250;
const LOOK_MS = 80;

interface Suggestion {
  text: string;
  kind: string;
  about: string;
}
interface Completion {
  from: number;
  to: number;
  suggestions: Suggestion[];
}
const NOTHING: Completion = { from: 0, to: 0, suggestions: [] };

function Token({ name, label, drop }: { name: string; label: string; drop: () => void }): JSX.Element {
  return <button type="button" class="tok" aria-label={label} onClick={drop}><span>{name}</span><Icon name="close" /></button>;
}

function Suggestions({ found, at, take }: { found: readonly Suggestion[]; at: number; take: (s: Suggestion) => void }): JSX.Element {
  const chosen = useRef<HTMLLIElement>(null);
  useEffect(() => chosen.current?.scrollIntoView({ block: 'nearest' }), [at]);
  return (
    <ul id="completions" role="listbox" aria-label={t('search.completions')} hidden={found.length === 0}>
      {found.map((s, i) => (
        <li key={s.text + s.kind} id={`completion-${i}`} {...(i === at ? { ref: chosen } : {})} role="option" aria-selected={i === at} onPointerDown={(e) => { e.preventDefault(); take(s); }}>
          <b>{s.text}</b> {s.about && <small>{s.about}</small>}
        </li>
      ))}
    </ul>
  );
}

// What the term at the cursor may go on with, asked for a moment after the last key.
function useCompletion(): { found: Completion; look: (field: HTMLInputElement) => void; close: () => void } {
  const [found, setFound] = useState<Completion>(NOTHING);
  const stop = useRef<AbortController | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const close = (): void => {
    clearTimeout(timer.current);
    stop.current?.abort();
    setFound(NOTHING);
  };
  const look = (field: HTMLInputElement): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      stop.current?.abort();
      stop.current = new AbortController();
      const { signal } = stop.current;
      const at = [...field.value.slice(0, field.selectionStart ?? field.value.length)].length;
      api<Completion>('GET', `/resources/complete?${new URLSearchParams({ q: field.value, at: String(at) })}`, { signal }).then((answer) => {
        if (!signal.aborted && document.activeElement === field) setFound(answer);
      }, () => { if (!signal.aborted) setFound(NOTHING); });
    }, LOOK_MS);
  };
  return { found, look, close };
}

export function Search(): JSX.Element {
  const { q, host, group } = route.value;
  const [text, setText] = useState(q);
  const [marked, setMarked] = useState(''); // what is chosen stays so while it is offered
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const typing = useRef(false);
  const { found, look, close } = useCompletion();
  useEffect(() => { if (!typing.current) setText(q); }, [q]);
  const at = marked ? found.suggestions.findIndex((s) => s.text === marked) : -1;
  const send = (value: string): void => {
    clearTimeout(timer.current);
    const here = route.peek().page === 'resources';
    if (value !== route.peek().q || !here) go({ page: 'resources', q: value, ...(here ? {} : { open: '' }) }, here ? 'replace' : 'push');
  };
  const sendAll = (value: string): void => {
    typing.current = false;
    close();
    send(value.trim());
  };
  const type = (value: string, goesOn = true): void => {
    setText(value);
    typing.current = true;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(finished(value)), TYPING_MS);
    if (goesOn) look(field.current!);
  };
  const take = (s: Suggestion): void => {
    const chars = [...text];
    const before = chars.slice(0, found.from).join('');
    const after = chars.slice(found.to).join('').replace(/^\S*/, '');
    const whole = s.text.endsWith(':') ? s.text : `${s.text}${after.startsWith(' ') ? '' : ' '}`;
    const input = field.current!;
    close();
    input.value = before + whole + after;
    setMarked('');
    input.setSelectionRange((before + whole).length, (before + whole).length);
    type(input.value, s.text.endsWith(':')); // a whole term: what it finds is to be seen
  };
  const move = (by: number): void => setMarked(found.suggestions[Math.min(found.suggestions.length - 1, at + by)]?.text ?? '');
  const key = (e: KeyboardEvent): void => {
    const chosen = found.suggestions[at];
    const open = found.suggestions.length > 0;
    if ((e.key === 'Enter' || (e.key === 'Tab' && !e.shiftKey)) && chosen) take(chosen);
    else if (e.key === 'Enter') sendAll(text);
    else if (e.key === 'ArrowDown' && !open) look(field.current!);
    else if (open && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) move(e.key === 'ArrowDown' ? 1 : -1);
    else if (e.key === 'Escape' && open) close();
    else if (e.key === 'Escape' && text !== '') { setText(''); sendAll(''); }
    else if (e.key === 'Escape') field.current?.blur();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const clear = (): void => {
    setText('');
    sendAll('');
    field.current?.focus();
  };
  const leave = (): void => {
    close();
    typing.current = false;
  };
  return (
    <div class="search" role="search" onFocusOut={leave}>
      <Icon name="search" />
      {host && <Token name={host} label={t('search.only_host', { host })} drop={() => go({ host: '' })} />}
      {group.map((g) => <Token key={g} name={t('search.group', { group: g })} label={t('search.only_group', { group: g })} drop={() => go({ group: group.filter((other) => other !== g) })} />)}
      <input id="search" ref={field} type="text" role="combobox" inputMode="search" enterKeyHint="search" aria-expanded={found.suggestions.length > 0} aria-controls="completions" aria-autocomplete="list" aria-activedescendant={found.suggestions[at] ? `completion-${at}` : undefined} autocomplete="off" spellcheck={false} maxLength={1000} value={text} aria-label={t('search.label')} placeholder={t('search.placeholder')}
        onInput={(e) => type(e.currentTarget.value)} onKeyDown={key} />
      {text !== '' && <button type="button" class="x" aria-label={t('search.clear')} onClick={clear}><Icon name="close" /></button>}
      <Kbd k="/" />
      <Suggestions found={found.suggestions} at={at} take={take} />
    </div>
  );
}
