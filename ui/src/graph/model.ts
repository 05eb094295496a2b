// SPDX-License-Identifier: Apache-2.0
// What /api/v1/series says, as types, and the same made ready for drawing: numbers in typed arrays, in base units, NaN where
// there is nothing. Pure.
import { parseRange, type Range } from '../format.ts';
import { unitOf, type Unit } from '../quantity.ts';

export type Hole = number | null;

export interface LimitsAnswer {
  from: number | string | null;
  warn?: string | number | null;
  crit?: string | number | null;
  min?: Hole;
  max?: Hole;
  unit?: string; // from then on, where only the plugin knows it
}

export interface SeriesAnswer {
  id: string;
  resource?: string | null;
  host: string;
  service?: string | null;
  label: string;
  unit?: string | null;
  written?: string | null; // the unit as the plugin writes it
  counter?: boolean;
  compare?: string | null;
  usual?: number | null; // seconds between measurements
  t: number[]; // seconds since 1970
  mean: Hole[];
  min?: Hole[];
  max?: Hole[];
  thresholds?: LimitsAnswer[];
}

export interface Answer {
  from: number | string;
  to: number | string;
  step?: number | null; // seconds; null or 0: as they came
  resolution?: string;
  series: SeriesAnswer[];
  truncated?: boolean;
  without?: string; // of ours: why rates are missing
}

const PART_IDS = 100;
const PART_BYTES = 6000; // of an address: with the rest of the head it must stay below 16 KiB, and a label may have 255 bytes

// Ids of series for the addresses of as few requests as take them.
export function partsOf(ids: readonly string[]): string[] {
  const parts: string[][] = [];
  let size = Infinity;
  for (const id of ids) {
    if (size + id.length + 1 > PART_BYTES || parts.at(-1)!.length === PART_IDS) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(id);
    size += id.length + 1;
  }
  return parts.map((p) => p.map(encodeURIComponent).join(','));
}

// From `from` on, until the next one.
export interface Limits {
  from: number;
  warn: Range | null;
  crit: Range | null;
  min: number | null;
  max: number | null;
}

export interface Line {
  key: string; // the same after each reading
  resource: string;
  host: string;
  service: string;
  label: string;
  compare: string; // how much earlier ("7d"); empty: the time that is asked for
  usual: number; // seconds between its points
  shift: number; // seconds that were added to its times, so that it lies over the time that is asked for
  unit: Unit;
  t: Float64Array; // seconds, rising
  v: Float64Array; // mean
  lo: Float64Array;
  hi: Float64Array;
  limits: Limits[];
}

export const secondsOf = (at: number | string): number => (typeof at === 'number' ? at : Date.parse(at) / 1000);

const SPANS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 365 * 86400 };

// "1d", "36h" in seconds; 0 when it is no span.
export function spanOf(text: string): number {
  const found = /^(\d+)([smhdwy])$/.exec(text);
  return found ? Number(found[1]) * SPANS[found[2]!]! : 0;
}

function numbers(list: readonly Hole[] | undefined, n: number, factor: number, other: Float64Array | null): Float64Array {
  if (!list && other) return other;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const v = list?.[i];
    out[i] = typeof v === 'number' ? v * factor : NaN;
  }
  return out;
}

function scaled(range: Range | null, factor: number): Range | null {
  return range && { lo: range.lo * factor, hi: range.hi * factor, inside: range.inside };
}

function limitsOf(list: readonly LimitsAnswer[] | undefined, factor: number): Limits[] {
  const by = (v: Hole | undefined): number | null => (typeof v === 'number' ? v * factor : null);
  const out = (list ?? []).map((l) => ({
    from: l.from === null ? -Infinity : secondsOf(l.from), warn: scaled(parseRange(l.warn), factor), crit: scaled(parseRange(l.crit), factor), min: by(l.min), max: by(l.max),
  }));
  return out.sort((a, b) => a.from - b.from);
}

export function lineOf(s: SeriesAnswer): Line {
  const unit = unitOf(s.unit ?? '', s.counter === true, s.written ?? '');
  const n = Math.min(s.t.length, s.mean.length);
  const shift = spanOf(s.compare ?? '');
  const v = numbers(s.mean, n, unit.factor, null);
  return {
    key: `${s.id}${s.compare ? `@${s.compare}` : ''}`, resource: s.resource ?? '', host: s.host, service: s.service ?? '', label: s.label, compare: s.compare ?? '', usual: s.usual ?? 60, shift, unit,
    t: Float64Array.from(s.t.slice(0, n)), v, lo: numbers(s.min, n, unit.factor, v), hi: numbers(s.max, n, unit.factor, v), limits: limitsOf(s.thresholds, unit.factor),
  };
}

// Where the plugin changed a unit that only it knows, one series is several lines: 20 C and 68 F are not to be compared.
function byUnit(s: SeriesAnswer): SeriesAnswer[] {
  const words = (s.thresholds ?? []).filter((l) => l.unit !== undefined).map((l) => ({ ...l, at: l.from === null ? -Infinity : secondsOf(l.from) })).sort((a, b) => a.at - b.at);
  const begins = words.filter((l, i) => i === 0 || l.unit !== words[i - 1]!.unit);
  if (begins.length < 2) return [s];
  const parts = new Map<string, SeriesAnswer>();
  s.t.forEach((at, i) => {
    const unit = (begins.filter((l) => l.at <= at).at(-1) ?? begins[0]!).unit!;
    const part = parts.get(unit) ?? { ...s, id: `${s.id}#${unit}`, unit, t: [], mean: [], ...(s.min ? { min: [] } : {}), ...(s.max ? { max: [] } : {}), thresholds: words.filter((l) => l.unit === unit) };
    parts.set(unit, part);
    part.t.push(at);
    part.mean.push(s.mean[i] ?? null);
    part.min?.push(s.min![i] ?? null);
    part.max?.push(s.max![i] ?? null);
  });
  return [...parts.values()];
}

// port2 before port10.
const natural = new Intl.Collator('en', { numeric: true });

// In the order of the resources in `all`, then of labels; earlier days behind their line.
function sorted(lines: Line[], all: readonly Line[]): Line[] {
  const place = new Map<string, number>();
  for (const l of all) if (!place.has(l.resource)) place.set(l.resource, place.size);
  return lines.sort((a, b) => place.get(a.resource)! - place.get(b.resource)! || natural.compare(a.label, b.label) || a.shift - b.shift);
}

export const linesOf = (answer: Answer): Line[] => {
  const lines = answer.series.flatMap(byUnit).map(lineOf);
  return sorted(lines, lines);
};

// In the order in which a plugin writes its labels; what it does not write comes behind, as it was.
export function asWritten(lines: readonly Line[], labels: Iterable<string>): Line[] {
  const place = new Map([...labels].map((label, i) => [label, i]));
  const of = (l: Line): number => place.get(l.label) ?? place.size;
  return [...lines].sort((a, b) => of(a) - of(b));
}

// The first index whose time is at least `at`.
export function firstFrom(t: Float64Array, at: number): number {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (t[mid]! < at) low = mid + 1;
    else high = mid;
  }
  return low;
}

export interface Sum {
  n: number;
  min: number;
  max: number;
  mean: number;
  last: number;
}

// Of what lies in [from, to]; the mean is that of the points, which are evenly spaced. NaN where there is nothing.
export function sumOf(line: Line, from: number, to: number): Sum {
  const sum: Sum = { n: 0, min: Infinity, max: -Infinity, mean: 0, last: NaN };
  for (let i = firstFrom(line.t, from); i < line.t.length && line.t[i]! <= to; i++) {
    const v = line.v[i]!;
    if (Number.isNaN(v)) continue;
    sum.n++;
    sum.mean += v;
    sum.last = v;
    sum.min = Math.min(sum.min, v, line.lo[i]!);
    sum.max = Math.max(sum.max, v, line.hi[i]!);
  }
  if (sum.n === 0) return { n: 0, min: NaN, max: NaN, mean: NaN, last: NaN };
  return { ...sum, mean: sum.mean / sum.n };
}

// The point nearest to a moment, if there is one within `within` seconds; -1: none.
export function nearest(line: Line, at: number, within: number): number {
  const i = firstFrom(line.t, at);
  const before = i > 0 ? at - line.t[i - 1]! : Infinity;
  const after = i < line.t.length ? line.t[i]! - at : Infinity;
  const best = before <= after ? i - 1 : i;
  return Math.min(before, after) <= within ? best : -1;
}

export const limitsAt = (line: Line, at: number): Limits | null => line.limits.filter((l) => l.from <= at).at(-1) ?? line.limits[0] ?? null;

// What stands together: lines of one unit whose sizes can be read on one scale.
export interface Group {
  key: string;
  unit: Unit;
  lines: Line[];
}

const READABLE = 30; // a line that is so many times smaller than the greatest lies flat on the ground
const READABLE_PLAIN = 8; // numbers without a unit have less to do with each other

export const baseKey = (l: Line): string => l.key.split('@')[0]!; // of a line and its earlier days

const empty = new Float64Array(0);

// What was there and is not in this time stays, without points: a graph must not go from under the hand that moves it.
export function kept(before: readonly Line[], now: readonly Line[]): Line[] {
  const some = (l: Line): boolean => l.v.some((v) => !Number.isNaN(v));
  const known = new Set(before.map(baseKey));
  const full = now.filter((l) => some(l) || known.has(baseKey(l)));
  const shown = full.length > 0 ? full : [...now];
  const keys = new Set(shown.map(baseKey));
  const gone = before.filter((l) => l.compare === '' && !keys.has(l.key)).map((l) => ({ ...l, t: empty, v: empty, lo: empty, hi: empty }));
  return sorted([...shown, ...gone], [...before, ...now]);
}

// By unit, then by size; those without any measurement go with the smallest. Lines that were grouped before (`known`, by key)
// stay where they were; only new ones make it think again.
export function groupsOf(lines: readonly Line[], known?: Map<string, string>): Group[] {
  const units = new Map<string, Line[]>();
  for (const line of lines) units.set(line.unit.key, [...(units.get(line.unit.key) ?? []), line]);
  const groups = [...units].flatMap(([key, all]) => (all.every((l) => known?.has(baseKey(l))) ? asBefore(all, known!) : bySize(key, all)));
  for (const g of groups) for (const l of g.lines) known?.set(baseKey(l), g.key);
  return groups;
}

function asBefore(all: readonly Line[], known: ReadonlyMap<string, string>): Group[] {
  const keys = [...new Set(all.map((l) => known.get(baseKey(l))!))].sort();
  return keys.map((key) => ({ key, unit: all[0]!.unit, lines: all.filter((l) => known.get(baseKey(l)) === key) }));
}

function bySize(key: string, all: readonly Line[]): Group[] {
  const peaks = new Map<string, number>();
  const name = baseKey;
  for (const l of all) {
    const s = sumOf(l, -Infinity, Infinity);
    const peak = s.n ? Math.max(Math.abs(s.min), Math.abs(s.max)) : 0;
    peaks.set(name(l), Math.max(peaks.get(name(l)) ?? 0, peak));
  }
  const sizes = [...new Set(peaks.values())].filter((p) => p > 0).sort((a, b) => b - a);
  const most = all[0]!.unit.kind === 'plain' ? READABLE_PLAIN : READABLE;
  const tops: number[] = [];
  for (const size of sizes) if (tops.length === 0 || tops.at(-1)! / size > most) tops.push(size);
  const groupOf = (l: Line): number => {
    const peak = peaks.get(name(l))!;
    if (peak === 0) return Math.max(0, tops.length - 1);
    return tops.filter((top) => peak <= top).length - 1;
  };
  const count = Math.max(1, tops.length);
  return Array.from({ length: count }, (_, i) => ({ key: `${key}/${i}`, unit: all[0]!.unit, lines: all.filter((l) => groupOf(l) === i) })).filter((g) => g.lines.length > 0);
}
