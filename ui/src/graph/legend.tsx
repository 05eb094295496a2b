// SPDX-License-Identifier: Apache-2.0
// The legend is a table: which lines there are, what each says now (or under the cursor), and a button that shows or hides it.
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import { t } from '../i18n/i18n.ts';
import { Icon } from '../parts/icons.tsx';
import { within, type Graph } from './chart.tsx';
import { keyOf } from './draw.ts';
import { nearest, sumOf, type Line } from './model.ts';
import { limitsHidden } from './shape.ts';
import { valueText } from './units.ts';
import type { View } from './view.ts';

export interface LegendProps {
  graph: Graph;
  view: View;
  hot: Signal<string>;
  search: Signal<string>;
  pick: (shown: ReadonlySet<string> | null) => void; // null: as at first
  first: number; // how many are shown at first
}

export const fits = (name: string, search: string): boolean => search.toLowerCase().split(/\s+/).every((w) => name.toLowerCase().includes(w));

// A click shows or hides; with Ctrl, or a second click on the only one hidden beside it, one line stays alone.
export function toggled(shown: ReadonlySet<string>, key: string, alone: boolean, all: readonly string[]): ReadonlySet<string> {
  if (alone) return shown.size === 1 && shown.has(key) ? new Set(all) : new Set([key]);
  const next = new Set(shown);
  if (!next.delete(key)) next.add(key);
  return next;
}

// Does a finger come down on what is not pointed at? A tap that a screen reader makes has no size: who hears the page has nothing of being pointed at.
export const fingerFirst = (e: Pick<PointerEvent, 'pointerType' | 'width' | 'height'>, pointed: boolean): boolean => e.pointerType === 'touch' && (e.width > 0 || e.height > 0) && !pointed;

// A mouse points at a line on its way to it; a finger does with its first touch, and hides with the next one. A click without a pointer (detail 0) is a key or a screen reader, whatever finger
// came down before and scrolled away.
export const touched = ({ on, first, detail }: { on: boolean; first: boolean; detail: number }): 'point' | 'toggle' => (on && first && detail > 0 ? 'point' : 'toggle');

function Now({ line, view }: { line: Line; view: View }): JSX.Element {
  const at = view.cursor.value;
  if (at === null) return <>{valueText(sumOf(line, view.asked.value.from, view.asked.value.to).last, line.unit)}</>;
  const i = nearest(line, at, within(line, view.window.value));
  return <>{i < 0 ? '—' : valueText(line.v[i]!, line.unit)}</>;
}

function Row({ line, on, p }: { line: Line; on: boolean; p: LegendProps }): JSX.Element {
  const { graph, view, hot } = p;
  const w = view.asked.value;
  const s = sumOf(line, w.from, w.to);
  const name = graph.name(line);
  const slot = graph.slots.get(line.key) ?? 0;
  const first = useRef(false); // a finger came down on what was not pointed at
  const click = (e: MouseEvent): void => {
    const next = touched({ on, first: first.current, detail: e.detail }) === 'point' ? null : toggled(new Set(graph.shown.map((l) => l.key)), line.key, e.ctrlKey || e.metaKey, graph.lines.map((l) => l.key));
    first.current = false;
    hot.value = !next || next.has(line.key) ? line.key : '';
    if (next) p.pick(next);
  };
  const mouse = (e: PointerEvent, key: string): void => { if (e.pointerType !== 'touch') hot.value = key; };
  return (
    <tr class={on ? (hot.value === line.key ? 'hot' : '') : 'off'} onPointerEnter={(e) => { if (on) mouse(e, line.key); }} onPointerLeave={(e) => mouse(e, '')} onPointerDown={(e) => { first.current = fingerFirst(e, hot.peek() === line.key); }} onPointerCancel={() => { first.current = false; }}>
      <th scope="row">
        <button type="button" aria-pressed={on} onClick={click} data-tip={t('graph.legend_tip', { name })} onFocus={() => { if (on) hot.value = line.key; }} onBlur={() => { hot.value = ''; }}>
          <i class={keyOf(slot, line.compare)} aria-hidden="true" /><span>{name}</span>
        </button>
      </th>
      <td class="now"><Now line={line} view={view} /></td>
      <td>{valueText(s.min, line.unit)}</td><td class="avg">{valueText(s.mean, line.unit)}</td><td>{valueText(s.max, line.unit)}</td>
    </tr>
  );
}

function Tools({ p, found }: { p: LegendProps; found: readonly Line[] }): JSX.Element {
  const { graph } = p;
  const n = graph.lines.length;
  const all = graph.shown.length === n;
  return (
    <div class="ltools">
      {n > p.first && <span class="find"><Icon name="search" /><input type="search" value={p.search.value} placeholder={t('graph.filter')} aria-label={t('graph.filter')} onInput={(e) => { p.search.value = e.currentTarget.value; }} /></span>}
      <span class="muted">{t('graph.shown', { n: graph.shown.length, total: String(n) })}</span>
      {p.search.value !== '' && <button type="button" class="btn ghost" onClick={() => p.pick(new Set(found.map((l) => l.key)))}>{t('graph.only_found')}</button>}
      {!all && <button type="button" class="btn ghost" onClick={() => p.pick(new Set(graph.lines.map((l) => l.key)))}>{t('graph.show_all', { n })}</button>}
      {all && n > p.first && <button type="button" class="btn ghost" onClick={() => p.pick(null)}>{t('graph.show_first', { n: p.first })}</button>}
    </div>
  );
}

export function Legend(p: LegendProps): JSX.Element {
  const { graph } = p;
  const on = new Set(graph.shown.map((l) => l.key));
  const found = graph.lines.filter((l) => fits(graph.name(l), p.search.value));
  const at = p.view.cursor.value !== null;
  return (
    <div class="legend">
      {(graph.lines.length > p.first || graph.shown.length < graph.lines.length) && <Tools p={p} found={found} />}
      {limitsHidden(graph.shown) && <p class="muted">{t('graph.limits_differ')}</p>}
      <div class="scroll" tabIndex={found.length > 12 ? 0 : -1} role="group" aria-label={t('graph.legend')}>
        <table>
          <caption class="sr">{t('pair', { a: t('graph.legend'), b: graph.title })}</caption>
          <thead><tr><th scope="col"><span class="sr">{t('graph.line')}</span></th><th scope="col" class="now">{t(at ? 'graph.here' : 'graph.last')}</th><th scope="col">{t('graph.min')}</th><th scope="col" class="avg">{t('graph.mean')}</th><th scope="col">{t('graph.max')}</th></tr></thead>
          <tbody>{found.map((line) => <Row key={line.key} line={line} on={on.has(line.key)} p={p} />)}</tbody>
        </table>
      </div>
    </div>
  );
}
