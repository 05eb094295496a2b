// SPDX-License-Identifier: Apache-2.0
// The list. Only the rows near the window are drawn: ten thousand loaded rows scroll like fifty.
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { prefs, t } from '../../i18n/i18n.ts';
import type { Column } from '../../prefs.ts';
import { GROUPED_SORTS, isHandled, isProblem, nameOf, nameRoom, sortOf, type Order, type Row, type SortKey, type State } from '../../model.ts';
import { FIRST_ORDER, formatRoute, go, route } from '../../route.ts';
import { openRow } from '../../keys.ts';
import { slowNow } from '../../store/now.ts';
import { clearSelected, current, isSelected, loading, matched, more, next, pick, rows, selected, touched, unfold } from '../../store/list.ts';
import { restOf } from '../../store/rows.ts';
import { duration, exact, num, relative, seconds } from '../../format.ts';
import { Age } from '../../parts/bits.tsx';
import { Spark } from '../../lazy.tsx';
import { marksOf } from '../../parts/marks.tsx';
import { Icon, StateWord } from '../../parts/icons.tsx';
import { FoldedCell } from './folded.tsx';
import { openCellMenu } from './narrow.tsx';

const OVERSCAN = 12;
const FIRST_HEIGHT = 28; // the least a row has, until one has been measured
const HEAD_PX = 130; // what stands above the rows, at least
const NEAR_END_PX = 800;
const FLASH_MS = 3000;

interface ColumnRow {
  key: SortKey | 'spark' | 'next' | 'tries';
  label: 'list.col_state' | 'list.col_resource' | 'list.col_since' | 'list.col_info' | 'list.col_checked' | 'list.col_spark' | 'list.col_next' | 'list.col_tries';
  cls: string;
}
type Sortable = ColumnRow & { key: SortKey };
const PLAIN: readonly ColumnRow['key'][] = ['spark', 'next', 'tries']; // the server does not sort by these
const isSortable = (col: ColumnRow): col is Sortable => !PLAIN.includes(col.key);
const FIRST: readonly ColumnRow[] = [
  { key: 'severity', label: 'list.col_state', cls: 'c-state' },
  { key: 'name', label: 'list.col_resource', cls: 'c-res' },
];
const MORE: Readonly<Record<Column, ColumnRow>> = {
  since: { key: 'since', label: 'list.col_since', cls: 'c-since' },
  output: { key: 'output', label: 'list.col_info', cls: 'c-info' },
  checked: { key: 'checked', label: 'list.col_checked', cls: 'c-chk num' },
  spark: { key: 'spark', label: 'list.col_spark', cls: 'c-spark' },
  next: { key: 'next', label: 'list.col_next', cls: 'c-next num' },
  tries: { key: 'tries', label: 'list.col_tries', cls: 'c-tries num' },
};

function sortBy(key: SortKey): void {
  const { sort, order } = route.peek();
  go({ sort: key, order: sort === key ? (order === 'asc' ? 'desc' : 'asc') : FIRST_ORDER[key] }, 'replace');
}

function SelectAll(): JSX.Element {
  const ids = rows.shown.value.filter((id) => !restOf(id));
  const n = ids.filter(isSelected).length;
  const all = n > 0 && n === ids.length;
  return (
    <input type="checkbox" aria-label={t('list.select_all')} data-tip={t('list.select_all')} checked={all} ref={(el) => { if (el) el.indeterminate = n > 0 && !all; }}
      onChange={() => { clearSelected(); if (!all) selected.value = new Set(ids); }} />
  );
}

const SortButton = ({ col, label, arrow, off }: { col: SortKey; label: string; arrow: Order | ''; off: boolean }): JSX.Element => (
  <button type="button" disabled={off} onClick={() => sortBy(col)}>{label}{arrow && <Icon name={arrow === 'asc' ? 'up' : 'down'} />}</button>
);

function Head(): JSX.Element {
  const { order, view } = route.value;
  const sort = sortOf(route.value);
  return (
    <thead>
      <tr>
        <th scope="col" class="c-sel"><SelectAll /></th>
        {[...FIRST, ...prefs.value.columns.map((c) => MORE[c])].map((col) => (
          <th key={col.key} scope="col" class={col.cls} {...(sort === col.key ? { 'aria-sort': order === 'asc' ? 'ascending' : 'descending' } as const : {})}>
            {!isSortable(col) ? t(col.label) : <SortButton col={col.key} label={t(col.label)} arrow={sort === col.key ? order : ''} off={view !== 'all' && !GROUPED_SORTS.includes(col.key)} />}
          </th>
        ))}
      </tr>
    </thead>
  );
}

// The name keeps its room: where the words do not fit beside it (the style sheet knows), the tags are pictures; the words stay
// for screen readers, and under the pointer.
function Tags({ row }: { row: Row }): JSX.Element | null {
  const marks = marksOf(row);
  const soft = !row.hard && isProblem(row.state);
  const n = marks.length + (soft ? 1 : 0);
  if (n === 0) return null;
  return (
    <span class={`tags n${Math.min(3, n)}`}>
      {soft && <span class="tag" data-tip={t('list.tag_soft_tip', { attempt: row.attempt, max: row.max_attempts })}>{t('list.tag_soft', { attempt: row.attempt, max: row.max_attempts })}</span>}
      {marks.map((m) => <span key={m.icon} class={`tag ${m.cls ?? ''}`} data-tip={m.word}><Icon name={m.icon} /><span class="w">{m.word}</span></span>)}
      {n > 2 && <span class="tag fold" aria-hidden="true" data-tip={marks.map((m) => m.word).join(', ')}>+{n - 1}</span>}
    </span>
  );
}

function Name({ row }: { row: Row }): JSX.Element {
  if (row.folded && route.value.view === 'services') return <span class="s">{row.service_display || row.service}</span>;
  const host = row.host_display || row.host;
  if (row.kind === 'host') return <span class="s">{host}</span>;
  return <><span class="h">{host}</span><span class="h sep"> › </span><span class="s">{row.service_display || row.service}</span></>;
}

// What follows from a problem is folded beneath it, and stands there when it is unfolded.
function Fold({ row, tab }: { row: Row; tab: number }): JSX.Element | null {
  const n = row.folded?.count ?? 0;
  const open = route.value.unfolded.includes(row.id);
  if (route.value.view !== 'problems' || n === 0) return null;
  const label = t(open ? 'list.fold' : 'list.unfold', { n, name: nameOf(row) });
  return (
    <button type="button" class="tag unfold" tabIndex={tab} aria-expanded={open} aria-busy={open && !rows.beneath(row.id)} aria-label={label} data-tip={label} onClick={() => unfold(row.id, !open)}>
      <Icon name={open ? 'down' : 'right'} /><span class="w">{t('list.consequences', { n })}</span><span class="k" aria-hidden="true">{num(n, 0)}</span>
    </button>
  );
}

// An empty cell leaves a newcomer wondering; a check that has not run yet says when it will.
function firstCheck(row: Row): string {
  if (row.state !== 'pending' || !row.next_check || row.checks_enabled === false) return '';
  return t('list.first_check', { when: relative(row.next_check, Math.min(slowNow.value, Date.parse(row.next_check))) });
}

// A row that stands for several shows the worst of them; that of a problem shows the problem.
const shownState = (row: Row): State => (row.folded && route.value.view !== 'problems' ? row.folded.worst : row.state);

function rowClass(row: Row, gone: boolean, changed: number): string {
  const parts = ['row', `s-${shownState(row)}`];
  if (isHandled(row) && isProblem(row.state)) parts.push('q');
  if (isSelected(row.id)) parts.push('sel');
  if (route.value.open === row.id) parts.push('open');
  if (current.value === row.id) parts.push('cur');
  if (rows.parent(row.id)) parts.push('child');
  if (gone) parts.push('gone');
  if (Date.now() - changed < FLASH_MS) parts.push('chg');
  return parts.join(' ');
}

function clickRow(id: string, event: MouseEvent): void {
  const target = event.target as Element;
  if (target.closest('input, .c-sel, button')) return;
  const link = target.closest('a');
  if (link && (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)) return; // a new tab, as for any link
  if (getSelection()?.toString()) return; // text is being copied
  event.preventDefault();
  openRow(id, link !== null && event.detail === 0); // detail 0: Enter on the link
}

function Next({ at }: { at: string }): JSX.Element {
  const due = seconds(at) ?? 0;
  return <time dateTime={at} data-tip={exact(at)}>{due * 1000 <= slowNow.value ? t('unit.now') : duration(due - slowNow.value / 1000)}</time>;
}

function Cell({ column, row }: { column: Column; row: Row }): JSX.Element {
  switch (column) {
    case 'since': return <td class="c-since h"><Age at={row.folded && route.value.view !== 'problems' ? row.folded.since : row.since} bare /></td>;
    case 'output': return <td class="c-info out">{row.folded && route.value.view !== 'problems' ? <FoldedCell row={row} folded={row.folded} /> : <span>{row.output || firstCheck(row)}</span>}</td>;
    case 'checked': return <td class="c-chk num"><Age at={row.last_check} bare /></td>;
    case 'next': return <td class="c-next num">{row.checks_enabled === false || !row.next_check ? '—' : <Next at={row.next_check} />}</td>;
    case 'tries': return <td class="c-tries num"><span data-tip={t(row.hard ? 'list.tries_hard' : 'list.tag_soft_tip', { attempt: row.attempt, max: row.max_attempts })}>{t('list.tag_soft', { attempt: row.attempt, max: row.max_attempts })}</span></td>;
    default: return <td class="c-spark"><Spark id={row.id} /></td>;
  }
}

interface RowProps {
  id: string;
  index: number;
  first: boolean;
}
const isStop = (id: string, first: boolean): boolean => current.value === id || (first && !rows.shown.value.includes(current.value));

// Those that follow from one problem are sometimes a whole site.
function Rest({ id, index, first }: RowProps): JSX.Element {
  const of = restOf(id);
  const here = rows.beneath(of);
  const n = (here?.total ?? 0) - (here?.ids.length ?? 0);
  return (
    <tr class={`row child rest ${current.value === id ? 'cur' : ''}`} aria-rowindex={index + 2} aria-level={2}>
      <td class="c-sel" /><td class="c-state" />
      <th scope="row" class="c-res"><div class="rn"><button type="button" class="ln" data-row={id} tabIndex={isStop(id, first) ? 0 : -1} onFocus={() => { current.value = id; }} onClick={() => go({ view: 'all', under: of, open: '' })}>{t('list.follow_rest', { n })}</button></div></th>
      {prefs.value.columns.map((c) => <td key={c} class={MORE[c].cls} />)}
    </tr>
  );
}

function treeOf(row: Row): { 'aria-level'?: number; 'aria-expanded'?: boolean } {
  if (route.value.view !== 'problems') return {};
  const folds = (row.folded?.count ?? 0) > 0 ? { 'aria-expanded': route.value.unfolded.includes(row.id) } : {};
  return { 'aria-level': rows.parent(row.id) ? 2 : 1, ...folds };
}

function RowView({ id, index, first }: RowProps): JSX.Element | null {
  const cell = rows.cell(id)?.value;
  if (!cell) return null;
  const { row, gone, changed } = cell;
  const tab = isStop(id, first) ? 0 : -1;
  return (
    <tr class={rowClass(row, gone, changed)} aria-rowindex={index + 2} {...treeOf(row)} onClick={(e) => clickRow(id, e)} onContextMenu={(e) => openCellMenu(row, e)}>
      <td class="c-sel"><input type="checkbox" tabIndex={tab} checked={isSelected(id)} aria-label={t('list.select_row', { name: nameOf(row) })} onClick={(e) => pick(id, e.currentTarget.checked, e.shiftKey)} /></td>
      <td class="c-state" key={`s${changed}`}><StateWord state={shownState(row)} /></td>
      <th scope="row" class="c-res">
        <div class="rn"><a class="r" href={formatRoute({ ...route.value, open: id })} data-row={id} tabIndex={tab} draggable={false} onFocus={() => { current.value = id; }}><Name row={row} /></a>
        <Fold row={row} tab={tab} /><Tags row={row} /></div>
      </th>
      {prefs.value.columns.map((c) => <Cell key={c} column={c} row={row} />)}
    </tr>
  );
}

interface Window {
  from: number;
  to: number;
  height: number;
}

// Which rows are drawn, from the scroll position; rows are all of one height, which the style sheet chooses.
function useWindow(box: { current: HTMLDivElement | null }, count: number): Window {
  const [win, setWin] = useState<Window>(() => ({ from: 0, to: Math.ceil((innerHeight - HEAD_PX) / FIRST_HEIGHT), height: FIRST_HEIGHT })); // at first what can be seen; the rest when that is on the screen
  useEffect(() => {
    const el = box.current;
    if (!el) return undefined;
    const measure = (): void => {
      const height = el.querySelector('tr.row')?.getBoundingClientRect().height || 34;
      const from = Math.max(0, Math.floor(el.scrollTop / height) - OVERSCAN);
      const to = Math.ceil((el.scrollTop + el.clientHeight) / height) + OVERSCAN;
      setWin((old) => (old.from === from && old.to === to && old.height === height ? old : { from, to, height }));
      if (next.peek() && el.scrollTop + el.clientHeight > el.scrollHeight - NEAR_END_PX && loading.peek() === 'no') void more();
    };
    const want = (event: globalThis.Event): void => {
      const at = rows.shown.peek().indexOf((event as CustomEvent<string>).detail);
      const height = el.querySelector('tr.row')?.getBoundingClientRect().height || 34;
      if (at < 0) return;
      if (at * height < el.scrollTop) el.scrollTop = at * height;
      else if ((at + 2) * height > el.scrollTop + el.clientHeight) el.scrollTop = (at + 2) * height - el.clientHeight;
    };
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(el);
    el.addEventListener('scroll', measure, { passive: true });
    addEventListener('vigie-row', want);
    return () => {
      resize.disconnect();
      el.removeEventListener('scroll', measure);
      removeEventListener('vigie-row', want);
    };
  }, [count === 0]);
  return win;
}

const Spacer = ({ height }: { height: number }): JSX.Element | null =>
  (height > 0 ? <tr class="spacer" aria-hidden="true"><td ref={(el) => { if (el) el.style.height = `${height}px`; }} /></tr> : null);

// A row that moves or is drawn anew must not drop the focus that was on it.
function useKeptFocus(box: { current: HTMLDivElement | null }): void {
  const inside = useRef(false);
  useEffect(() => {
    const follow = (e: globalThis.Event): void => { inside.current = e.target instanceof Node && (box.current?.contains(e.target) ?? false); };
    document.addEventListener('focusin', follow);
    document.addEventListener('pointerdown', follow);
    return () => {
      document.removeEventListener('focusin', follow);
      document.removeEventListener('pointerdown', follow);
    };
  }, []);
  useLayoutEffect(() => {
    if (!inside.current || document.activeElement !== document.body) return;
    box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(current.peek())}"]`)?.focus({ preventScroll: true });
  });
}

export function ResourceTable({ caption }: { caption: string }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const ids = rows.shown.value;
  const tree = route.value.view === 'problems';
  const win = useWindow(box, ids.length);
  useKeptFocus(box);
  const to = Math.min(ids.length, win.to);
  const from = Math.min(win.from, to);
  const room = useMemo(() => nameRoom(rows.known(), tree), [ids, tree]);
  return (
    <div class="tbl" ref={box} onPointerMove={touched} onWheel={touched}>
      <table class="list" role={tree ? 'treegrid' : 'grid'} aria-rowcount={matched.value + 1 + ids.length - rows.ids.value.length}>
        <caption class="sr">{caption}</caption>
        <colgroup><col class="c-sel" /><col class="c-state" /><col class="c-res" ref={(el) => el?.style.setProperty('--res', `${room}px`)} />{prefs.value.columns.map((c) => <col key={c} class={MORE[c].cls.split(' ')[0]} />)}</colgroup>
        <Head />
        <tbody>
          <Spacer height={from * win.height} />
          {ids.slice(from, to).map((id, i) => (restOf(id) ? <Rest key={id} id={id} index={from + i} first={from + i === 0} /> : <RowView key={id} id={id} index={from + i} first={from + i === 0} />))}
          <Spacer height={(ids.length - to) * win.height} />
        </tbody>
      </table>
    </div>
  );
}
