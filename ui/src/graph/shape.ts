// SPDX-License-Identifier: Apache-2.0
// From measurements to what is drawn: one column a pixel at most, in which nothing that was high or low is lost. Pure.
import { firstFrom, limitsAt, type Limits, type Line } from './model.ts';

export interface Span {
  from: number;
  to: number;
}

// Columns beside each other; a gap stands before a column whose `cut` is 1.
export interface Columns {
  n: number;
  dense: boolean; // a column is a pixel, in which more than one measurement may be
  x: Float64Array; // seconds
  first: Float64Array;
  last: Float64Array;
  vmin: Float64Array; // of the means
  vmax: Float64Array;
  lo: Float64Array; // of the whole band
  hi: Float64Array;
  cut: Uint8Array;
}

function emptyColumns(size: number, dense: boolean): Columns {
  const f = (): Float64Array => new Float64Array(size);
  return { n: 0, dense, x: f(), first: f(), last: f(), vmin: f(), vmax: f(), lo: f(), hi: f(), cut: new Uint8Array(size) };
}

// What of a line is to be seen in a window that is `width` pixels wide, with one point more on either side.
export function columnsOf(line: Line, window: Span, width: number): Columns {
  const { t, v, lo, hi } = line;
  const begin = Math.max(0, firstFrom(t, window.from) - 1);
  const end = Math.min(t.length, firstFrom(t, window.to) + 1);
  const count = end - begin;
  const dense = count > 2 * width;
  const c = emptyColumns(Math.max(0, dense ? Math.min(count, Math.ceil(width) + 3) : count), dense);
  const scale = width / (window.to - window.from);
  let column = NaN;
  let cut = 1;
  let k = -1;
  for (let i = begin; i < end; i++) {
    const value = v[i]!;
    if (Number.isNaN(value)) {
      cut = 1;
      continue;
    }
    const at = dense ? Math.floor((t[i]! - window.from) * scale) : i;
    // A gap within one pixel is not to be seen.
    if (at !== column) {
      column = at;
      k++;
      c.x[k] = dense ? window.from + (at + 0.5) / scale : t[i]!;
      c.cut[k] = cut;
      c.first[k] = c.vmin[k] = c.vmax[k] = value;
      c.lo[k] = Math.min(lo[i]!, value);
      c.hi[k] = Math.max(hi[i]!, value);
    } else {
      if (value < c.vmin[k]!) c.vmin[k] = value;
      if (value > c.vmax[k]!) c.vmax[k] = value;
      if (lo[i]! < c.lo[k]!) c.lo[k] = lo[i]!;
      if (hi[i]! > c.hi[k]!) c.hi[k] = hi[i]!;
    }
    cut = 0;
    c.last[k] = value;
  }
  c.n = k + 1;
  return c;
}

export interface Extent {
  lo: number;
  hi: number;
}

// The ends of all columns together; null when nothing is there.
export function extentOf(all: readonly Columns[]): Extent | null {
  let lo = Infinity;
  let hi = -Infinity;
  for (const c of all) {
    for (let i = 0; i < c.n; i++) {
      if (c.lo[i]! < lo) lo = c.lo[i]!;
      if (c.hi[i]! > hi) hi = c.hi[i]!;
    }
  }
  return hi >= lo ? { lo, hi } : null;
}

// The bounds of a limit that lie where measurements can be: "10" of the plugin convention has 0 below, which no size ever passes.
export function boundsOf(limits: Limits | null, lowest: number): { at: number; bad: 'warn' | 'crit' }[] {
  const out: { at: number; bad: 'warn' | 'crit' }[] = [];
  for (const bad of ['warn', 'crit'] as const) {
    const range = limits?.[bad];
    if (!range) continue;
    if (Number.isFinite(range.lo) && !(range.lo === 0 && lowest >= 0 && !range.inside)) out.push({ at: range.lo, bad });
    if (Number.isFinite(range.hi)) out.push({ at: range.hi, bad });
  }
  return out;
}

const ROOM = 2; // a limit may press the measurements together by this much, not more

const LEAST = 0.1; // of its height: a line that hardly moves must not look like mountains

function atLeast({ lo, hi }: Extent): Extent {
  const missing = LEAST * Math.max(Math.abs(lo), Math.abs(hi)) - (hi - lo);
  if (missing <= 0) return { lo, hi };
  return { lo: lo >= 0 ? Math.max(0, lo - missing / 2) : lo - missing / 2, hi: hi + missing / 2 };
}

// The axis of values: from zero where that costs little, with the limits that are near.
export function frameOf(extent: Extent, bounds: readonly number[], floorAtZero: boolean): Extent {
  let { lo, hi } = extent;
  if (lo >= 0 && (floorAtZero || hi - lo > 0.25 * hi)) lo = 0;
  if (hi <= 0 && (floorAtZero || hi - lo > 0.25 * -lo)) hi = 0;
  if (lo !== 0 && hi !== 0) ({ lo, hi } = atLeast({ lo, hi }));
  const span = hi - lo;
  for (const b of [...bounds].sort((a, c) => Math.abs(a - hi) - Math.abs(c - hi))) {
    if (b > hi && b - lo <= ROOM * span) hi = b;
    if (b < lo && hi - b <= ROOM * span) lo = b;
  }
  return hi > lo ? { lo, hi } : { lo, hi: hi + 1 };
}

// The stretches of a window in which the limits are the same.
export function limitSteps(line: Line, window: Span): (Span & { limits: Limits })[] {
  const out: (Span & { limits: Limits })[] = [];
  const first = limitsAt(line, window.from);
  if (!first) return out;
  const later = line.limits.filter((l) => l.from > window.from && l.from < window.to && l !== first);
  [first, ...later].forEach((limits, i, all) => {
    out.push({ from: i === 0 ? window.from : limits.from, to: all[i + 1]?.from ?? window.to, limits });
  });
  return out;
}

const APART = 3; // usual distances of measurements

const same = (a: Limits, b: Limits): boolean => (['warn', 'crit'] as const).every((k) => a[k]?.lo === b[k]?.lo && a[k]?.hi === b[k]?.hi && a[k]?.inside === b[k]?.inside);

// From the first to the last the same, and changed at the same time, as far as two checks of one change can be apart.
function sameLimits(a: Line, b: Line): boolean {
  const apart = APART * Math.max(a.usual, b.usual);
  const changes = (l: Line): Limits[] => l.limits.filter((m, i) => i === 0 || !same(m, l.limits[i - 1]!));
  const [one, other] = [changes(a), changes(b)];
  return one.length === other.length && one.every((m, i) => same(m, other[i]!) && (i === 0 || Math.abs(m.from - other[i]!.from) <= apart));
}

const OWN_MOST = 4; // lines whose limits differ: more would be a maze

export interface Limited {
  line: Line;
  own: boolean; // its alone
}

// Whose limits are drawn: those of the line that is pointed at, or of all when they are the same, or each one's own while they are few.
export function limitLines(lines: readonly Line[], hot: string): Limited[] {
  const pointed = lines.find((l) => l.key === hot);
  if (pointed) return [{ line: pointed, own: true }];
  const all: Limited[] = [];
  for (const line of lines) {
    if (line.compare !== '' || !line.limits.some((m) => m.warn || m.crit)) continue;
    const known = all.find((one) => sameLimits(one.line, line));
    if (known) known.own = false;
    else if (all.length <= OWN_MOST) all.push({ line, own: true });
  }
  return all.length <= OWN_MOST ? all : [];
}

// More limits than can be drawn: one has to point at a line.
export const limitsHidden = (lines: readonly Line[]): boolean => limitLines(lines, '').length === 0 && lines.some((l) => l.compare === '' && l.limits.some((m) => m.warn || m.crit));

// ---- the window ----

const SHORTEST_S = 10;

// Never ahead of `latest`, never shorter than a few measurements.
export function clampSpan(span: Span, latest: number): Span {
  const size = Math.max(SHORTEST_S, span.to - span.from);
  const to = Math.min(latest, (span.from + span.to + size) / 2);
  return { from: to - size, to };
}

// Nearer or farther by `factor`, with the moment `at` staying where it is.
export function zoomed(span: Span, factor: number, at: number): Span {
  return { from: at - (at - span.from) * factor, to: at + (span.to - at) * factor };
}

export const panned = (span: Span, part: number): Span => {
  const by = (span.to - span.from) * part;
  return { from: span.from + by, to: span.to + by };
};
