// SPDX-License-Identifier: Apache-2.0
// The keyboard. Single keys never act while one types, with a modifier, inside a dialog, or when they are switched off;
// Enter, Esc and the arrow keys always do.
import { typed } from './ahead.ts';
import { prefs, setPrefs } from './i18n/i18n.ts';
import { session } from './api.ts';
import { palettePart } from './lazy.tsx';
import { PAGES } from './pages.ts';
import { may } from './rights.ts';
import { DEFAULT_ROUTE, go, route } from './route.ts';
import { checkNow, dialog, openDialog } from './store/actions.ts';
import { allSelected, clearSelected, current, isSelected, more, next, pick, rows, selectAll, selected, touched, unfold } from './store/list.ts';
import { restOf } from './store/rows.ts';

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)));

export function focusRow(id: string): void {
  requestAnimationFrame(() => {
    const link = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
    link?.focus({ preventScroll: true });
    link?.closest('tr')?.scrollIntoView({ block: 'nearest' });
  });
}

// The table scrolls the row into its window of drawn rows; see ResourceTable.
export const wantRow = (id: string): void => {
  dispatchEvent(new CustomEvent('vigie-row', { detail: id }));
};

function firstVisible(): string {
  const top = document.querySelector('.tbl thead')?.getBoundingClientRect().bottom ?? 0;
  for (const row of document.querySelectorAll<HTMLElement>('.tbl [data-row]')) {
    if (row.getBoundingClientRect().top >= top) return row.dataset['row'] ?? '';
  }
  return '';
}

function goToRow(id: string): void {
  touched();
  current.value = id;
  wantRow(id);
  focusRow(id);
  if (route.peek().open && route.peek().open !== id && !restOf(id)) go({ open: id }, 'replace');
}

export function moveRow(step: number): void {
  const ids = rows.shown.peek();
  if (ids.length === 0) return;
  const at = ids.indexOf(current.peek());
  const to = at < 0 ? Math.max(0, ids.indexOf(firstVisible())) : Math.min(ids.length - 1, Math.max(0, at + step));
  if (to >= ids.length - 5 && next.peek()) void more();
  goToRow(ids[to]!);
}

// As in a tree: to the right unfolds, and goes on to what is beneath; to the left goes back up, and folds.
function moveAcross(deeper: boolean): boolean {
  const id = current.peek();
  const above = rows.parent(id);
  const open = route.peek().unfolded.includes(id);
  if (route.peek().view !== 'problems') return false;
  if (!deeper && above) goToRow(above);
  else if (!deeper && open) unfold(id, false);
  else if (deeper && open && rows.beneath(id)) moveRow(1);
  else if (deeper && !open && (rows.row(id)?.folded?.count ?? 0) > 0) unfold(id, true);
  return true;
}

// The panel may still have to be loaded: then it takes the focus when it has come.
let wantsFocus = false;

function focusTitle(): void {
  const title = document.getElementById('panel-title');
  wantsFocus = title === null;
  title?.focus();
}

export const panelCame = (): void => { if (wantsFocus) focusTitle(); };

export function openRow(id: string, focusPanel: boolean): void {
  if (!id) return;
  current.value = id;
  go({ open: id }, route.peek().open ? 'replace' : 'push');
  if (focusPanel) requestAnimationFrame(focusTitle);
}

export function closePanel(): void {
  const id = route.peek().open;
  go({ open: '', tab: '' });
  current.value = id;
  wantRow(id);
  focusRow(id);
}

function escape(): void {
  if (route.peek().page !== 'resources') return;
  if (route.peek().open) closePanel();
  else if (selected.peek().size > 0 || allSelected.peek()) clearSelected();
}

const THEMES = ['auto', 'light', 'dark'] as const;
export function nextTheme(): void {
  void setPrefs({ theme: THEMES[(THEMES.indexOf(prefs.peek().theme) + 1) % THEMES.length]! });
}

// THE table of keys: what they do, and the help (dialogs/dialogs.tsx) and the palette say it with the text "help.NAME". A key of one character acts on its own; Ctrl+K, Enter, Esc and arrows always do.
export interface KeyRow {
  keys: string; // as the help shows them, by blanks
  name: 'search' | 'palette' | 'theme' | 'help' | 'next' | 'prev' | 'unfold' | 'fold' | 'open' | 'close' | 'select' | 'select_to' | 'select_all' | 'ack' | 'downtime' | 'check' | 'comment' | 'place';
  where: 'anywhere' | 'list';
  act?: () => void; // left out: handled by itself below
}

// With `range`, also what lies between the last one that was picked and this one.
function pickCurrent(range: boolean): void {
  const id = current.peek();
  if (id) pick(id, range || !isSelected(id), range);
}

let prefix = 0; // when "g" was pressed: the next key is a place

export const KEYS: readonly KeyRow[] = [
  { keys: '/', name: 'search', where: 'anywhere', act: () => document.getElementById('search')?.focus() },
  { keys: 'Ctrl K', name: 'palette', where: 'anywhere' },
  { keys: '?', name: 'help', where: 'anywhere', act: () => openDialog('help') },
  { keys: 't', name: 'theme', where: 'anywhere', act: nextTheme },
  { keys: 'g', name: 'place', where: 'anywhere', act: () => { prefix = Date.now(); } },
  { keys: 'j ↓', name: 'next', where: 'list', act: () => moveRow(1) },
  { keys: 'k ↑', name: 'prev', where: 'list', act: () => moveRow(-1) },
  { keys: '→', name: 'unfold', where: 'list' },
  { keys: '←', name: 'fold', where: 'list' },
  { keys: 'Enter', name: 'open', where: 'list' },
  { keys: 'Esc', name: 'close', where: 'list' },
  { keys: 'x', name: 'select', where: 'list', act: () => pickCurrent(false) },
  { keys: 'X', name: 'select_to', where: 'list', act: () => pickCurrent(true) },
  { keys: '*', name: 'select_all', where: 'list', act: selectAll },
  { keys: 'a', name: 'ack', where: 'list', act: () => openDialog('ack') },
  { keys: 'd', name: 'downtime', where: 'list', act: () => openDialog('downtime') },
  { keys: 'm', name: 'comment', where: 'list', act: () => openDialog('comment') },
  { keys: 'c', name: 'check', where: 'list', act: () => checkNow() },
];

function place(key: string): boolean {
  if (Date.now() - prefix > 1500) return false;
  prefix = 0;
  const row = PAGES.find((one) => 'key' in one && one.key === key && may(one.right));
  if (row) go({ ...DEFAULT_ROUTE, page: row.name });
  return row !== undefined;
}

function single(event: KeyboardEvent): boolean {
  if (!prefs.peek().keys) return false;
  if (place(event.key)) return true;
  const row = KEYS.find((one) => one.act && one.keys.split(' ')[0] === event.key && (one.where === 'anywhere' || route.peek().page === 'resources'));
  row?.act?.();
  return row !== undefined;
}

function arrows(event: KeyboardEvent): boolean {
  const inTable = event.target instanceof HTMLElement && event.target.closest('table.list') !== null;
  if (!inTable) return false;
  if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') return moveAcross(event.key === 'ArrowRight');
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return false;
  if (event.shiftKey && current.peek()) pick(current.peek(), true, false);
  moveRow(event.key === 'ArrowDown' ? 1 : -1);
  if (event.shiftKey) pick(current.peek(), true, true);
  return true;
}

function bare(event: KeyboardEvent): boolean {
  if (event.key === 'Escape') {
    escape();
    return true;
  }
  const free = event.target === document.body;
  if (event.key === 'Enter' && free && rows.row(current.peek()) && route.peek().page === 'resources') {
    openRow(current.peek(), true);
    return true;
  }
  return arrows(event) || single(event);
}

// What is typed after Ctrl K is the palette's, also while that is still being loaded; an Enter ends it.
let ahead = '';
export function takeAhead(): { text: string; enter: boolean } {
  const [text, ...more] = ahead.split('\n');
  ahead = '';
  return { text: text!, enter: more.length > 0 };
}

// Esc gives it up; where it cannot come, the keys are those of the page that says so.
function whileDialogComes(event: KeyboardEvent): void {
  if (event.key === 'Escape') {
    dialog.value = null;
    event.preventDefault();
    return;
  }
  if (dialog.peek()?.name !== 'palette' || palettePart.failed.peek()) return;
  const text = typed(ahead, { key: event.key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey, altGr: event.getModifierState('AltGraph') });
  if (text === null) return;
  ahead = text;
  event.preventDefault();
}

export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (!event.defaultPrevented && session.peek() && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      event.preventDefault(); // even while one types: browsers have it for their own search field
      if (document.querySelector('dialog[open]')) return;
      ahead = '';
      openDialog('palette');
      return;
    }
    if (event.defaultPrevented || !session.peek() || document.querySelector('dialog[open]')) return;
    if (dialog.peek()) whileDialogComes(event);
    else if (!event.ctrlKey && !event.altKey && !event.metaKey && !typing(event.target) && bare(event)) event.preventDefault();
  });
}
