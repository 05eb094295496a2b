// SPDX-License-Identifier: Apache-2.0
// The same graph as a table, for those who do not see it, or want figures: whole stretches of time, with their mean, least and greatest.
import type { JSX } from 'preact';
import { t } from '../i18n/i18n.ts';
import { StateWord } from '../parts/icons.tsx';
import { marksNow, type Graph } from './chart.tsx';
import type { Marks } from './draw.ts';
import { downIn, isState, stateName, worstIn } from './marks.ts';
import { firstFrom, sumOf, type Line, type Sum } from './model.ts';
import type { Span } from './shape.ts';
import { momentText, timeTicks } from './time.ts';
import { valueText } from './units.ts';
import type { View } from './view.ts';

const ROWS = 48;

// Stretches that begin at round moments; the first and the last may be cut.
export function stretches(window: Span): Span[] {
  const at = timeTicks(window.from, window.to, ROWS).map((tick) => tick.at);
  const edges = [window.from, ...at.filter((x) => x > window.from && x < window.to), window.to];
  return edges.slice(1).map((to, i) => ({ from: edges[i]!, to }));
}

const FAR = 2.5; // usual distances: what is farther is a gap
const LAG_S = 90; // the newest measurements can be read about a minute after they came

export interface TwinRow extends Span {
  sums: Sum[];
  empty: boolean;
}

// Is this line cut in a stretch in which it has no measurement, or is it only checked less often?
function cutIn(line: Line, row: Span): boolean {
  const { t: at, v, usual } = line;
  const i = firstFrom(at, row.to) - 1;
  if (Number.isNaN(v[i] ?? 0) || Number.isNaN(v[i + 1] ?? 0)) return true;
  const step = at.reduce((least, x, k) => (k > 0 ? Math.min(least, x - at[k - 1]!) : least), at.length > 1 ? Infinity : 0);
  const far = FAR * Math.max(usual, step);
  if (i < 0) return row.to - row.from > far;
  return i === at.length - 1 && row.to - at[i]! > Math.max(far, LAG_S);
}

// Stretches with what is in them; those with nothing are one row where the lines are cut, and none where measurements are farther apart than stretches.
export function rowsOf(lines: readonly Line[], window: Span): TwinRow[] {
  const some = lines.filter((l) => l.v.some((v) => !Number.isNaN(v)));
  const rows: TwinRow[] = [];
  for (const span of stretches(window)) {
    const sums = lines.map((line) => sumOf(line, span.from, span.to - 1e-3));
    const empty = sums.every((s) => s.n === 0);
    const last = rows.at(-1);
    if (empty && last?.empty) last.to = span.to;
    else rows.push({ ...span, sums, empty });
  }
  return rows.filter((r) => !r.empty || (some.length > 0 && some.every((l) => cutIn(l, r))));
}

function StateCell({ marks, row }: { marks: Marks; row: Span }): JSX.Element {
  const state = worstIn(marks, row);
  return (
    <td>
      {state && (isState(state) ? <StateWord state={state} /> : <span class="muted">{stateName(state)}</span>)}
      {downIn(marks, row) && <> <span class="tag d">{t('list.tag_downtime')}</span></>}
    </td>
  );
}

export function Twin({ graph, view }: { graph: Graph; view: View }): JSX.Element {
  const window = view.asked.value;
  const rows = rowsOf(graph.shown, window).reverse();
  const span = window.to - window.from;
  const marks = marksNow(graph, '');
  const states = marks.states.length > 0;
  return (
    <div class="twin" tabIndex={0} role="region" aria-label={t('graph.table_of', { title: graph.title })}>
      <table class="grid">
        <caption class="sr">{t('graph.table_of', { title: graph.title })}. {t('graph.table_text')}</caption>
        <thead><tr><th scope="col">{t('graph.from')}</th>{graph.shown.map((line) => <th scope="col" class="num" key={line.key}>{graph.name(line)}</th>)}{states && <th scope="col">{t('list.col_state')}</th>}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.from}>
              <th scope="row"><time dateTime={new Date(row.from * 1000).toISOString()}>{momentText(row.from, span)}</time></th>
              {row.empty && <td class="gap" colSpan={graph.shown.length}>{t('graph.gap', { to: momentText(row.to, span) })}</td>}
              {!row.empty && row.sums.map((s, i) => (
                <td class="num" key={graph.shown[i]!.key}>
                  {valueText(s.mean, graph.unit)}{s.max > s.min && <small> {t('graph.between', { min: valueText(s.min, graph.unit), max: valueText(s.max, graph.unit) })}</small>}
                </td>
              ))}
              {states && <StateCell marks={marks} row={row} />}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="muted">{t('graph.empty')}</p>}
    </div>
  );
}
