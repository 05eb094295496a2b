// SPDX-License-Identifier: Apache-2.0
// The terms of the search as chips (a click turns one round, the cross takes it out), and the menu of a cell: only this, or all but this.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n/i18n.ts';
import type { Row } from '../../model.ts';
import { go, route } from '../../route.ts';
import { added, quoted, termsOf, turned, turnedAt, without } from '../../search.ts';
import { Icon } from '../../parts/icons.tsx';

export function Terms(): JSX.Element | null {
  const { q, under } = route.value;
  const terms = termsOf(q);
  if ((terms.length === 0 || !/[:!"~*]|^-|\bOR\b/.test(q)) && !under) return null;
  return (
    <div class="terms" role="group" aria-label={t('search.terms')}>
      {under && <span class="term"><span>{t('list.under')}</span><button type="button" aria-label={t('search.drop', { term: t('list.under') })} onClick={() => go({ under: '', view: 'problems' })}><Icon name="close" /></button></span>}
      {terms.map((term, i) => (term === 'OR' ? <span key={i} class="or">{t('search.or')}</span> : (
        <span key={i} class={`term ${turned(term).startsWith('!') ? '' : 'not'}`}>
          <button type="button" class="w" aria-label={t('search.turn', { term })} data-tip={t('search.turn', { term })} onClick={() => go({ q: turnedAt(q, i) })}>{term}</button>
          <button type="button" aria-label={t('search.drop', { term })} onClick={() => go({ q: without(q, i) })}><Icon name="close" /></button>
        </span>
      )))}
    </div>
  );
}

interface CellMenu {
  x: number;
  y: number;
  terms: string[];
  back: HTMLElement | null;
}
const menu = signal<CellMenu | null>(null);

// By the cell that was clicked; elsewhere in the row by its name and state.
export function openCellMenu(row: Row, event: MouseEvent): void {
  const cell = (event.target as Element).closest('td, th');
  if (!cell || event.shiftKey || getSelection()?.toString()) return; // Shift: the browser's own
  const host = `host:=${quoted(row.host)}`;
  const service = row.service ? [`service:=${quoted(row.service)}`] : [];
  const state = `is:${row.state}`;
  const terms = cell.classList.contains('c-state') ? [state] : cell.classList.contains('c-res') ? [host, ...service] : [host, ...service, state];
  event.preventDefault();
  const box = cell.getBoundingClientRect();
  const byKey = event.clientX === 0 && event.clientY === 0;
  menu.value = { x: byKey ? box.left + 20 : event.clientX, y: byKey ? box.bottom : event.clientY, terms, back: document.activeElement as HTMLElement | null };
}

export function CellMenu(): JSX.Element | null {
  const at = menu.value;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const el = box.current;
    if (!at || !el) return undefined;
    el.style.left = `${Math.max(4, Math.min(at.x, innerWidth - el.offsetWidth - 8))}px`;
    el.style.top = `${Math.max(4, Math.min(at.y, innerHeight - el.offsetHeight - 8))}px`;
    el.querySelector('button')?.focus();
    const away = (e: globalThis.Event): void => { if (!(e.target instanceof Node) || !el.contains(e.target)) menu.value = null; };
    document.addEventListener('pointerdown', away, true);
    document.addEventListener('scroll', away, true);
    return () => {
      document.removeEventListener('pointerdown', away, true);
      document.removeEventListener('scroll', away, true);
    };
  }, [at]);
  if (!at) return null;
  const close = (): void => {
    menu.value = null;
    at.back?.focus({ preventScroll: true });
  };
  const key = (e: KeyboardEvent): void => {
    const items = [...box.current!.querySelectorAll('button')];
    const here = items.indexOf(document.activeElement as HTMLButtonElement);
    if (e.key === 'Escape' || e.key === 'Tab') close();
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') items[(here + (e.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const narrow = (term: string): void => {
    close();
    go({ q: added(route.peek().q, term) });
  };
  return (
    <div class="cellmenu" role="menu" aria-label={t('search.narrow')} ref={box} onKeyDown={key}>
      {at.terms.flatMap((term) => [term, turned(term)]).map((term) => (
        <button key={term} type="button" role="menuitem" onClick={() => narrow(term)}>{t(term.startsWith('!') ? 'search.but' : 'search.only')} <b>{term.replace(/^!/, '')}</b></button>
      ))}
    </div>
  );
}
