// SPDX-License-Identifier: Apache-2.0
// The same graph as a table, for those who do not see it, or want figures: whole stretches of time, with their mean, least and greatest.
import type { JSX } from 'preact';
import { t } from '../i18n/i18n.ts';
import type { Graph } from './chart.tsx';
import { sumOf } from './model.ts';
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

export function Twin({ graph, view }: { graph: Graph; view: View }): JSX.Element {
  const window = view.asked.value;
  const rows = stretches(window).map((span) => ({ span, sums: graph.shown.map((line) => sumOf(line, span.from, span.to - 1e-3)) })).filter((r) => r.sums.some((s) => s.n > 0));
  const span = window.to - window.from;
  return (
    <div class="twin" tabIndex={0} role="region" aria-label={t('graph.table_of', { title: graph.title })}>
      <table class="grid">
        <caption class="sr">{t('graph.table_of', { title: graph.title })}. {t('graph.table_text')}</caption>
        <thead><tr><th scope="col">{t('graph.from')}</th>{graph.shown.map((line) => <th scope="col" class="num" key={line.key}>{graph.name(line)}</th>)}</tr></thead>
        <tbody>
          {rows.reverse().map(({ span: of, sums }) => (
            <tr key={of.from}>
              <th scope="row"><time dateTime={new Date(of.from * 1000).toISOString()}>{momentText(of.from, span)}</time></th>
              {sums.map((s, i) => (
                <td class="num" key={graph.shown[i]!.key}>
                  {valueText(s.mean, graph.unit)}{s.max > s.min && <small> {t('graph.between', { min: valueText(s.min, graph.unit), max: valueText(s.max, graph.unit) })}</small>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="muted">{t('graph.empty')}</p>}
    </div>
  );
}
