// SPDX-License-Identifier: Apache-2.0
// The command palette: pages, hosts, services and groups, what can be done to what is open or selected, and settings, by a few letters. Keyboard: arrows, Home and End, Enter, Esc.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { takeAhead } from '../keys.ts';
import { t } from '../i18n/i18n.ts';
import type { Page, Row } from '../model.ts';
import { keyName } from '../parts/bits.tsx';
import { Icon, Shape, type IconName } from '../parts/icons.tsx';
import { dialog } from '../store/actions.ts';
import { commands, fits, folded, groupCommand, rowCommand, type Command, type Found } from './commands.ts';
import './palette.css';

const TYPING_MS = 200;
const ROWS = 8;
const GROUPS = 5;
const close = (): void => { dialog.value = null; };

// What the server finds, a moment after the typing has stopped.
function useFound(text: string): { found: readonly Command[]; busy: boolean } {
  const [found, setFound] = useState<readonly Command[]>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const words = text.trim();
    if (words === '') {
      setFound([]);
      setBusy(false);
      return undefined;
    }
    setBusy(true);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const ask = <T,>(path: string, query: Record<string, string>): Promise<T | null> => api<T>('GET', `${path}?${new URLSearchParams(query)}`, { signal: stop.signal }).catch(() => null);
      void Promise.all([
        ask<Page>('/resources', { q: words, filter: 'all', limit: String(ROWS) }),
        ask<{ groups: Found[] }>('/groups', { q: words, limit: String(GROUPS) }),
      ]).then(([rows, groups]) => {
        if (stop.signal.aborted) return;
        setFound([...(rows?.resources ?? []).map((row: Row) => rowCommand(row)), ...(groups?.groups ?? []).map(groupCommand)]);
        setBusy(false);
      });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return { found, busy };
}

const Item = ({ c, at, on, run }: { c: Command; at: number; on: boolean; run: (c: Command) => void }): JSX.Element => (
  <li id={`cmd-${at}`} role="option" aria-selected={on} onPointerDown={(e) => e.preventDefault()} onClick={() => run(c)}>
    {c.state ? <span class={`s-${c.state}`}><Shape state={c.state} /></span> : <Icon name={c.icon as IconName} />}
    <span class="what">{c.text}{c.more && <small> {c.more}</small>}</span>
    {c.keys && <span class="by" aria-hidden="true">{c.keys.split(' ').map((k) => <kbd class="kbd" key={k}>{keyName(k)}</kbd>)}</span>}
  </li>
);

// In sections, in the order in which they came.
function sections(all: readonly Command[]): [string, Command[]][] {
  const by = new Map<string, Command[]>();
  for (const c of all) by.set(c.section, [...(by.get(c.section) ?? []), c]);
  return [...by];
}

export function Palette(): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const ahead = useMemo(takeAhead, []);
  const [text, setText] = useState(ahead.text);
  const [at, setAt] = useState(0);
  const own = useMemo(commands, []);
  const { found, busy } = useFound(text);
  const words = folded(text);
  const grouped = sections([...own.filter((c) => fits(c, words)), ...found]);
  const list = grouped.flatMap(([, items]) => items);
  const chosen = Math.min(at, list.length - 1);
  useLayoutEffect(() => { // before anything else can be typed
    const before = document.activeElement;
    ref.current?.showModal();
    return () => { if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) before.focus({ preventScroll: true }); };
  }, []);
  useEffect(() => document.getElementById(`cmd-${chosen}`)?.scrollIntoView({ block: 'nearest' }), [chosen, list.length]);
  const run = (c: Command): void => {
    close();
    ref.current?.close();
    c.run();
  };
  useEffect(() => { if (ahead.enter && list[0]) run(list[0]); }, []);
  const key = (e: KeyboardEvent): void => {
    const to: Record<string, number> = { ArrowDown: (chosen + 1) % Math.max(1, list.length), ArrowUp: (chosen + list.length - 1) % Math.max(1, list.length), PageDown: Math.min(list.length - 1, chosen + 8), PageUp: Math.max(0, chosen - 8) };
    if (e.key in to) setAt(to[e.key]!);
    else if (e.key === 'Enter' && list[chosen]) run(list[chosen]!);
    else if (e.key === 'Escape' || ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k')) close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  let n = 0;
  return (
    <dialog ref={ref} class="palette" aria-label={t('cmdk.title')} onCancel={(e) => { e.preventDefault(); close(); }} onMouseDown={(e) => { if (e.target === ref.current) close(); }}>
      <div class="ask"><Icon name="search" />
        <input type="text" autofocus role="combobox" aria-label={t('cmdk.label')} aria-expanded={list.length > 0} aria-controls="cmds" aria-autocomplete="list" aria-activedescendant={list[chosen] ? `cmd-${chosen}` : undefined}
          autocomplete="off" spellcheck={false} maxLength={200} placeholder={t('cmdk.placeholder')} value={text} onInput={(e) => { setText(e.currentTarget.value); setAt(0); }} onKeyDown={key} />
        <button type="button" class="btn ghost icon" aria-label={t('help.close_button')} onClick={close}><Icon name="close" /></button></div>
      <div id="cmds" role="listbox" aria-label={t('cmdk.title')} tabIndex={-1}>
        {grouped.map(([section, items]) => <ul key={section} role="group" aria-label={section}><li role="presentation" class="head" aria-hidden="true">{section}</li>{items.map((c) => { const i = n++; return <Item key={c.id} c={c} at={i} on={i === chosen} run={run} />; })}</ul>)}
      </div>
      <p class="tail muted" role="status">{busy ? t('cmdk.searching') : list.length === 0 ? t('cmdk.none') : ''}</p>
    </dialog>
  );
}
