// SPDX-License-Identifier: Apache-2.0
// The last day of a row's main measurement, as one small line. Rows ask when they are drawn; what was asked within a moment is read at once.
import type { JSX } from 'preact';
import { signal, type Signal } from '@preact/signals';
import { api } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { lineOf, partsOf, sumOf, type Answer, type Hole, type Line } from './model.ts';
import { valueText } from './units.ts';

const SPAN_S = 86400;
const POINTS = 48;
const AT_ONCE = 60; // resources of one request
const LIMIT = 1000;
const WAIT_MS = 150;
const FRESH_MS = 5 * 60000;
const KEPT = 2000;

interface Entry {
  line: Signal<Small | null>;
  readAt: number;
}
const known = new Map<string, Entry>();
const waiting = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

// Drawn is the greatest of each half hour: a peak is what one looks for. The least and the last one are for the words.
interface Highs extends Omit<Answer, 'series'> {
  series: (Omit<Answer['series'][number], 'mean'> & { mean?: Hole[]; max?: Hole[]; last?: Hole[] })[];
}

export interface Small extends Line {
  now: number; // the last measurement
}

// Of several labels one that has limits, else any; of those a time (rta before pl: what a network loses is nothing on most days), else the first.
export function mainLine<L extends Line>(all: readonly L[]): L | null {
  const rank = (l: Line): number => (l.limits.some((m) => m.warn !== null || m.crit !== null) ? 0 : 2) + (l.unit.kind === 'time' ? 0 : 1);
  return all.filter((l) => l.v.some((v) => !Number.isNaN(v))).reduce<L | null>((best, l) => (best && rank(best) <= rank(l) ? best : l), null);
}

function asLine(s: Highs['series'][number]): Small {
  const line = lineOf({ ...s, mean: s.max ?? s.mean ?? [] });
  const last = (s.last ?? s.max ?? s.mean ?? []).filter((v): v is number => typeof v === 'number').at(-1);
  return { ...line, now: last === undefined ? NaN : last * line.unit.factor };
}
const dataOf = (query: URLSearchParams, more = ''): Promise<Highs | null> => api<Highs>('GET', `/series/data?${query}${more}`).catch(() => null);

// Of resources that only count: how fast the first counter rises.
async function readRates(counters: ReadonlyMap<string, string>, query: URLSearchParams): Promise<void> {
  if (counters.size === 0) return;
  query.delete('resource');
  query.set('rate', '1');
  await Promise.all(partsOf([...counters.keys()]).map(async (ids) => {
    for (const s of (await dataOf(query, `&id=${ids}`))?.series ?? []) show(counters.get(s.id) ?? '', mainLine([asLine({ ...s, counter: true, thresholds: [] })]));
  }));
}

function show(id: string, line: Small | null): void {
  const entry = known.get(id);
  if (entry) entry.line.value = line;
}

// Whose measurements an answer that was cut does not have, or not all: those behind the last one, and that one if it is not alone.
export function restOf(ids: readonly string[], series: readonly { resource?: string | null }[], truncated: boolean): string[] {
  if (!truncated || series.length === 0) return [];
  const whole = new Set(series.map((s) => s.resource ?? ''));
  if (whole.size > 1) whole.delete(series.at(-1)!.resource ?? '');
  return ids.filter((id) => !whole.has(id));
}

async function read(ids: readonly string[]): Promise<void> {
  const to = Math.floor(Date.now() / 1000);
  const query = new URLSearchParams({
    resource: ids.join(','), from: new Date((to - SPAN_S) * 1000).toISOString(), to: new Date(to * 1000).toISOString(), points: String(POINTS), aggregate: 'max,min,last', limit: String(LIMIT),
  });
  const answer = await dataOf(query);
  if (!answer) return;
  const rest = restOf(ids, answer.series, answer.truncated === true);
  const counters = new Map<string, string>();
  for (const id of ids.filter((one) => !rest.includes(one))) {
    const own = answer.series.filter((s) => s.resource === id);
    const line = mainLine(own.filter((s) => !s.counter).map(asLine));
    const counter = own.find((s) => s.counter && asLine(s).v.some((v) => !Number.isNaN(v)));
    if (line || !counter) show(id, line);
    else counters.set(counter.id, id);
  }
  await Promise.all([readRates(counters, query), rest.length > 0 && rest.length < ids.length ? read(rest) : null]);
}

function flush(): void {
  timer = undefined;
  const ids = [...waiting];
  waiting.clear();
  for (let i = 0; i < ids.length; i += AT_ONCE) void read(ids.slice(i, i + AT_ONCE));
  if (known.size > KEPT) for (const id of [...known.keys()].slice(0, known.size - KEPT)) known.delete(id);
}

export function wantSparks(id: string): Signal<Small | null> {
  let entry = known.get(id);
  if (!entry) {
    entry = { line: signal(null), readAt: 0 };
    known.set(id, entry);
  }
  if (Date.now() - entry.readAt > FRESH_MS) {
    entry.readAt = Date.now();
    waiting.add(id);
    timer ??= setTimeout(flush, WAIT_MS);
  }
  return entry.line;
}

const W = 96;
const H = 22;

// The path, from the foot of the scale; a gap lifts the pen.
export function sparkPath(line: Line, from: number, to: number): { path: string; lo: number; hi: number } {
  const s = sumOf({ ...line, lo: line.v, hi: line.v }, from, to);
  const lo = s.min >= 0 && s.max - s.min > 0.25 * s.max ? 0 : s.min;
  const hi = s.max > lo ? s.max : lo + 1;
  let path = '';
  let pen = false;
  const alone = s.n === 1 ? 'h2.5' : 'h.1'; // one point alone must be seen too
  for (let i = 0; i < line.t.length; i++) {
    const v = line.v[i]!;
    if (Number.isNaN(v) || line.t[i]! < from) {
      pen = false;
      continue;
    }
    const x = ((line.t[i]! - from) / (to - from)) * W;
    const y = H - 2 - ((v - lo) / (hi - lo)) * (H - 4);
    path += `${pen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}${pen ? '' : alone}`;
    pen = true;
  }
  return { path, lo, hi };
}

export function Spark({ id }: { id: string }): JSX.Element | null {
  const line = wantSparks(id).value;
  if (!line) return null;
  const to = Date.now() / 1000;
  const s = sumOf(line, to - SPAN_S, to);
  if (s.n === 0) return null;
  const { path, lo, hi } = sparkPath(line, to - SPAN_S, to);
  const limits = line.limits.at(-1);
  const marks = s.n < 2 ? [] : (['warn', 'crit'] as const).flatMap((bad) => [limits?.[bad]?.lo, limits?.[bad]?.hi].filter((v): v is number => v !== undefined && v > lo && v < hi).map((v) => ({ bad, y: H - 2 - ((v - lo) / (hi - lo)) * (H - 4) })));
  const words = t('graph.spark', { name: line.label, last: valueText(line.now, line.unit), min: valueText(s.min, line.unit), max: valueText(s.max, line.unit) });
  return (
    <svg class="spark" viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" role="img" aria-label={words} data-tip={words}>
      {marks.map((m) => <path key={m.bad + m.y} class={m.bad} d={`M0 ${m.y.toFixed(1)}H${W}`} />)}
      <path class="v" d={path} />
    </svg>
  );
}
