// SPDX-License-Identifier: Apache-2.0
// A graph with its title, legend, table and files.
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { t } from '../i18n/i18n.ts';
import { toast } from '../store/toast.ts';
import { HEIGHT, pictureOfGraph, Plot, type Graph } from './chart.tsx';
import { SLOTS, type Marks } from './draw.ts';
import { save } from '../file.ts';
import { csvOf, fileName, pictureOf } from './export.ts';
import { Legend } from './legend.tsx';
import { baseKey, type Group, type Line } from './model.ts';
import { palette } from './palette.ts';
import { Twin } from './twin.tsx';
import type { View } from './view.ts';

export interface CardProps {
  group: Group;
  view: View;
  marks: (lines: readonly Line[]) => Marks;
  subject: string; // whose measurements: stands in files
  name: (line: Line) => string;
  height?: number;
}

const unitName = (group: Group): string => {
  const { kind, name, rate } = group.unit;
  const word = kind === 'plain' ? name || t('graph.unit_plain') : t(`graph.unit_${kind}`);
  return rate ? t('graph.per_second', { what: word }) : word;
};

const NAMED = 3;

export function titleOf(group: Group): string {
  const labels = [...new Set(group.lines.map((l) => l.label))];
  if (labels.length <= NAMED) return labels.join(', ');
  return t('graph.title_many', { unit: unitName(group), n: labels.length });
}

// One colour for a line and its earlier days.
function slotsOf(lines: readonly Line[]): Map<string, number> {
  const base = [...new Set(lines.map(baseKey))];
  return new Map(lines.map((l) => [l.key, base.indexOf(baseKey(l))]));
}

function shownOf(lines: readonly Line[], slots: ReadonlyMap<string, number>, picked: ReadonlySet<string> | null): readonly Line[] {
  return lines.filter((l) => (picked ? picked.has(l.key) : slots.get(l.key)! < SLOTS));
}

export function Card({ group, view, marks, subject, name, height = HEIGHT }: CardProps): JSX.Element {
  const picked = useSignal<ReadonlySet<string> | null>(null);
  const search = useSignal('');
  const hot = useSignal('');
  const table = useSignal(false);
  const slots = useMemo(() => slotsOf(group.lines), [group]);
  const graph = useMemo<Graph>(() => ({
    key: group.key, title: titleOf(group), unit: group.unit, lines: group.lines, shown: shownOf(group.lines, slots, picked.value), slots, marks, name,
  }), [group, slots, picked.value, marks, name]);
  const title = subject ? t('pair', { a: subject, b: graph.title }) : graph.title;
  const csv = (): void => save(new Blob([csvOf(graph.shown, view.asked.peek())], { type: 'text/csv;charset=utf-8' }), fileName(title, view.asked.peek(), 'csv'));
  const png = async (): Promise<void> => {
    const blob = palette.peek() && await pictureOf(pictureOfGraph(graph, view.window.peek(), '', 0, 0), palette.peek()!, title, name);
    if (blob) save(blob, fileName(title, view.asked.peek(), 'png'));
    else toast(t('graph.no_picture'), true);
  };
  return (
    <figure class="gcard" aria-label={title}>
      <figcaption>
        <b data-tip={graph.title}>{graph.title}</b><span class="sp" />
        <button type="button" class="btn ghost" aria-pressed={table.value} aria-label={`${t('graph.table')}, ${title}`} onClick={() => { table.value = !table.value; }}>{t('graph.table')}</button>
        <button type="button" class="btn ghost" onClick={() => void png()} aria-label={`PNG, ${title}`}>PNG</button>
        <button type="button" class="btn ghost" onClick={csv} aria-label={`CSV, ${title}`}>CSV</button>
      </figcaption>
      {table.value ? <Twin graph={graph} view={view} /> : <Plot graph={graph} view={view} hot={hot} height={height} />}
      <Legend graph={graph} view={view} hot={hot} search={search} first={graph.lines.filter((l) => slots.get(l.key)! < SLOTS).length} pick={(set) => { picked.value = set; }} />
    </figure>
  );
}
