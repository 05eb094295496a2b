// SPDX-License-Identifier: Apache-2.0
// Chooses resources that measure something: a text field with suggestions.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Icon } from '../parts/icons.tsx';

export interface Found {
  id: string;
  name: string;
  labels: string[];
}

interface SeriesPage {
  series: { resource: string; host: string; service?: string | null; label: string }[];
}

const TYPING_MS = 200;
const SHOWN = 10;

export const subjectOf = (of: { host: string; service?: string | null }): string => (of.service ? `${of.host} › ${of.service}` : of.host);

export function foundIn(page: SeriesPage, without: ReadonlySet<string>): Found[] {
  const all = new Map<string, Found>();
  for (const s of page.series) {
    if (without.has(s.resource)) continue;
    const one = all.get(s.resource) ?? { id: s.resource, name: subjectOf(s), labels: [] };
    one.labels.push(s.label);
    all.set(s.resource, one);
  }
  return [...all.values()].slice(0, SHOWN);
}

export function Picker({ on, add }: { on: readonly string[]; add: (id: string) => void }): JSX.Element {
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found[] | null>(null);
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ limit: '500', ...(text.trim() ? { q: text.trim() } : {}) });
      api<SeriesPage>('GET', `/series?${query}`, { signal: stop.signal }).then((page) => {
        setFound(foundIn(page, new Set(on)));
        setAt(0);
      }).catch(() => { if (!stop.signal.aborted) setFound([]); });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, open, on.join(',')]);
  const take = (one: Found | undefined): void => {
    if (!one) return;
    add(one.id);
    setText('');
    setFound(null); // what is shown next is without this one
    setOpen(false); // what is below can be used at once; typing opens it again
  };
  const key = (e: KeyboardEvent): void => {
    const n = found?.length ?? 0;
    if (e.key === 'ArrowDown') setAt(Math.min(n - 1, at + 1));
    else if (e.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else if (e.key === 'Enter') {
      if (open) take(found?.[at]);
    } else if (e.key === 'Escape' && open) setOpen(false);
    else {
      setOpen(true);
      return;
    }
    if (e.key !== 'Escape' && e.key !== 'Enter') setOpen(true);
    e.preventDefault();
    e.stopPropagation();
  };
  const list = open && found !== null;
  return (
    <div class="picker" ref={box} onFocusOut={(e) => { if (!(e.relatedTarget instanceof Node && box.current?.contains(e.relatedTarget))) setOpen(false); }}>
      <Icon name="search" />
      <input type="text" role="combobox" autocomplete="off" spellcheck={false} maxLength={200} value={text} placeholder={t('graph.add')} aria-label={t('graph.add')} aria-expanded={list} aria-controls="picker-list"
        aria-autocomplete="list" list={undefined} aria-activedescendant={list && found[at] ? `pick-${found[at].id}` : undefined}
        onFocus={() => setOpen(true)} onClick={() => setOpen(true)} onInput={(e) => { setText(e.currentTarget.value); setOpen(true); }} onKeyDown={key} />
      <ul id="picker-list" role="listbox" aria-label={t('graph.found')} hidden={!list}>
        {list && found.map((one, i) => (
          <li key={one.id} id={`pick-${one.id}`} role="option" aria-selected={i === at} onPointerDown={(e) => { e.preventDefault(); take(one); }}>
            <b>{one.name}</b><small>{one.labels.slice(0, 5).join(', ')}{one.labels.length > 5 && ` +${one.labels.length - 5}`}</small>
          </li>
        ))}
        {list && found.length === 0 && <li class="muted" role="option" aria-selected="false" aria-disabled="true">{t('graph.none_found')}</li>}
      </ul>
    </div>
  );
}
