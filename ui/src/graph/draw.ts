// SPDX-License-Identifier: Apache-2.0
// Draws one graph on a canvas: downtimes, limits, grid, bands, lines, the states below. Knows nothing of the page but the colours it is given.
import type { Unit } from '../quantity.ts';
import { axisOf, type Axis } from './units.ts';
import { limitsAt, type Line } from './model.ts';
import { boundsOf, columnsOf, extentOf, frameOf, limitLines, limitSteps, type Columns, type Limited, type Span } from './shape.ts';
import { timeTicks } from './time.ts';
import type { State } from '../model.ts';

export const SLOTS = 8;

export interface Palette {
  text: string;
  muted: string;
  grid: string;
  edge: string;
  surface: string;
  accent: string;
  hatch: string;
  warn: string;
  crit: string;
  state: Record<string, string>;
  line: readonly string[];
  font: string;
  high: boolean; // contrast
}

// What happened beside the measurements.
export interface StateSpan extends Span {
  state: State | 'no_data' | 'unmonitored' | 'not_configured';
}
export interface Marks {
  downtimes: readonly Span[];
  states: readonly StateSpan[];
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Picture {
  lines: readonly Line[]; // those that are shown
  slots: ReadonlyMap<string, number>; // colour, by key
  unit: Unit;
  window: Span;
  hot: string; // the line that is pointed at
  marks: Marks;
  width: number;
  height: number;
}

// What was drawn, to find moments and values again.
export interface Drawn {
  box: Box;
  axis: Axis;
  window: Span;
  empty: boolean;
}

const LEFT = 64;
const RIGHT = 12;
const TOP = 8;
const BANDS = 12; // more of them, one over the other, say nothing
const BELOW = 20; // text of the axis
const RIBBON = 9;
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3]];

// Each earlier day in its own way: two of them beside one line have its colour.
const AGO: Record<string, readonly number[]> = { '1d': [2, 3], '7d': [8, 4], '28d': [9, 3, 2, 3] };

export const dashOf = (slot: number, compare: string): readonly number[] => (compare ? AGO[compare] ?? [4, 4] : DASHES[Math.floor(slot / SLOTS) % DASHES.length]!);
// The same for a style sheet.
export const keyOf = (slot: number, compare: string): string => `key g${(slot % SLOTS) + 1} ${compare ? `cmp c${compare}` : `d${Math.floor(slot / SLOTS) % DASHES.length}`}`;

// Is there ink at this place of a line that is dashed?
export function inked(dash: readonly number[], at: number): boolean {
  let rest = at % dash.reduce((sum, n) => sum + n, 0);
  for (let i = 0; i < dash.length; i++) {
    if (rest < dash[i]!) return i % 2 === 0;
    rest -= dash[i]!;
  }
  return true;
}

export const xOf = (d: Drawn, at: number): number => d.box.left + ((at - d.window.from) / (d.window.to - d.window.from)) * (d.box.right - d.box.left);
export const timeAt = (d: Drawn, x: number): number => d.window.from + ((x - d.box.left) / (d.box.right - d.box.left)) * (d.window.to - d.window.from);
export const yOf = (d: Drawn, v: number): number => d.box.bottom - ((v - d.axis.lo) / (d.axis.hi - d.axis.lo)) * (d.box.bottom - d.box.top);

type Ctx = CanvasRenderingContext2D;
const crisp = (n: number): number => Math.round(n) + 0.5;

function hatched(g: Ctx, box: Box, from: number, to: number, colour: string): void {
  g.save();
  g.beginPath();
  g.rect(from, box.top, to - from, box.bottom - box.top);
  g.clip();
  g.strokeStyle = colour;
  g.lineWidth = 2;
  g.beginPath();
  const tall = box.bottom - box.top;
  for (let x = from - tall - ((from - tall) % 8); x < to; x += 8) {
    g.moveTo(x, box.bottom);
    g.lineTo(x + tall, box.top);
  }
  g.stroke();
  g.restore();
}

function downtimes(g: Ctx, d: Drawn, p: Picture, c: Palette): void {
  for (const w of p.marks.downtimes) {
    const from = Math.max(d.box.left, xOf(d, w.from));
    const to = Math.min(d.box.right, xOf(d, w.to));
    if (to <= from) continue;
    hatched(g, d.box, from, Math.max(to, from + 2), c.hatch);
  }
}

function grid(g: Ctx, d: Drawn, p: Picture, c: Palette): void {
  g.font = `11px ${c.font}`;
  g.fillStyle = c.muted;
  g.strokeStyle = c.grid;
  g.lineWidth = 1;
  g.setLineDash([]);
  g.textAlign = 'right';
  g.textBaseline = 'middle';
  g.beginPath();
  for (const v of d.axis.ticks) {
    const y = crisp(yOf(d, v));
    g.moveTo(d.box.left, y);
    g.lineTo(d.box.right, y);
    g.fillText(d.axis.text(v), d.box.left - 7, y);
  }
  const ticks = timeTicks(d.window.from, d.window.to, (d.box.right - d.box.left) / 78);
  for (const tick of ticks) {
    const x = crisp(xOf(d, tick.at));
    g.moveTo(x, d.box.top);
    g.lineTo(x, d.box.bottom);
  }
  g.stroke();
  g.textBaseline = 'alphabetic';
  g.textAlign = 'center';
  for (const tick of ticks) {
    g.font = `${tick.strong ? '600 ' : ''}11px ${c.font}`;
    g.fillStyle = tick.strong ? c.text : c.muted;
    const half = g.measureText(tick.text).width / 2;
    const x = Math.min(p.width - half - 2, Math.max(half + 2, xOf(d, tick.at)));
    g.fillText(tick.text, x, p.height - 5);
  }
}

// Where it would alert, as a veil, where that is the same for all; the bounds as lines above the grid.
function zones(g: Ctx, d: Drawn, p: Picture, c: Palette): void {
  const [limited, another] = limitLines(p.lines, p.hot);
  if (!limited || another) return;
  const { line } = limited;
  const clampY = (v: number): number => Math.min(d.box.bottom, Math.max(d.box.top, yOf(d, v)));
  for (const step of limitSteps(line, d.window)) {
    const left = xOf(d, step.from);
    const right = xOf(d, step.to);
    for (const bad of ['warn', 'crit'] as const) {
      const range = step.limits[bad];
      if (!range) continue;
      const stretches = range.inside ? [[range.lo, range.hi]] : [[-Infinity, range.lo], [range.hi, Infinity]];
      g.fillStyle = c[bad];
      g.globalAlpha = 0.09;
      for (const [a, b] of stretches) {
        const [y1, y2] = [clampY(b!), clampY(a!)];
        if (y2 - y1 > 0.5) g.fillRect(left, y1, right - left, y2 - y1);
      }
      g.globalAlpha = 1;
    }
  }
}

const TAB = 12; // at its end a bound says by colour what it is, where the rest says whose

// The least of what a limit is for: 0 as the lower end of "10" is no bound to what is never below, also where another line makes the axis go there.
function lowestOf(p: Picture, columns: readonly Columns[], { line, own }: Limited): number {
  return extentOf(own ? [columns[p.lines.indexOf(line)]!] : columns)?.lo ?? 0;
}

// Bounds of one line; `colour`: the line's, where others have other ones.
function boundsAt(g: Ctx, d: Drawn, line: Line, lowest: number, c: Palette, colour: string | null): void {
  for (const step of limitSteps(line, d.window)) {
    const [left, right] = [xOf(d, step.from), xOf(d, step.to)];
    for (const bad of ['warn', 'crit'] as const) {
      const range = step.limits[bad];
      if (!range) continue;
      g.strokeStyle = colour ?? c[bad];
      g.fillStyle = c[bad];
      g.setLineDash(bad === 'warn' ? [6, 3] : []);
      g.beginPath();
      for (const b of boundsOf({ ...step.limits, warn: null, crit: null, [bad]: range }, lowest)) {
        if (b.at < d.axis.lo || b.at > d.axis.hi) continue;
        const y = crisp(yOf(d, b.at));
        g.moveTo(left, y);
        g.lineTo(right - (colour ? Math.min(TAB, right - left) : 0), y);
        if (colour) g.fillRect(Math.max(left, right - TAB), y - 1.5, Math.min(TAB, right - left), 3);
      }
      g.stroke();
    }
  }
}

function bounds(g: Ctx, d: Drawn, p: Picture, c: Palette, columns: readonly Columns[]): void {
  const all = limitLines(p.lines, p.hot);
  g.lineWidth = c.high ? 2 : 1;
  for (const one of all) {
    const colour = one.own ? c.line[(p.slots.get(one.line.key) ?? 0) % SLOTS]! : c.text;
    boundsAt(g, d, one.line, lowestOf(p, columns, one), c, all.length < 2 ? null : colour);
  }
  g.setLineDash([]);
}

// Upright strips a pixel wide, which a canvas fills many times as fast as it draws a line that goes up and down in each pixel.
function strips(g: Ctx, d: Drawn, c: Columns, low: Float64Array, high: Float64Array, thick: number, dash: readonly number[]): void {
  for (let i = 0; i < c.n; i++) {
    let lo = low[i]!;
    let hi = high[i]!;
    const x = Math.floor(xOf(d, c.x[i]!));
    if (dash.length > 0 && !inked(dash, x)) continue;
    if (thick > 0 && i > 0 && !c.cut[i]) { // joined to its neighbour
      lo = Math.min(lo, c.last[i - 1]!);
      hi = Math.max(hi, c.last[i - 1]!);
    }
    const y = yOf(d, hi);
    g.fillRect(x, y - thick / 2, 1, yOf(d, lo) - y + thick);
  }
}

function band(g: Ctx, d: Drawn, c: Columns, colour: string): void {
  let wide = false;
  for (let i = 0; i < c.n && !wide; i++) wide = c.hi[i]! - c.lo[i]! > (d.axis.hi - d.axis.lo) * 1e-3;
  if (!wide) return;
  g.fillStyle = colour;
  g.globalAlpha = 0.2;
  if (c.dense) {
    strips(g, d, c, c.lo, c.hi, 0, []);
    g.globalAlpha = 1;
    return;
  }
  g.beginPath();
  for (let from = 0; from < c.n;) {
    let to = from + 1;
    while (to < c.n && !c.cut[to]) to++;
    g.moveTo(xOf(d, c.x[from]!), yOf(d, c.hi[from]!));
    for (let i = from + 1; i < to; i++) g.lineTo(xOf(d, c.x[i]!), yOf(d, c.hi[i]!));
    for (let i = to - 1; i >= from; i--) g.lineTo(xOf(d, c.x[i]!), yOf(d, c.lo[i]!));
    g.closePath();
    from = to;
  }
  g.fill();
  g.globalAlpha = 1;
}

function stroke(g: Ctx, d: Drawn, c: Columns): void {
  g.beginPath();
  for (let i = 0; i < c.n; i++) {
    const x = xOf(d, c.x[i]!);
    const alone = c.cut[i] && (i + 1 === c.n || c.cut[i + 1]);
    if (c.cut[i]) g.moveTo(x, yOf(d, c.first[i]!));
    else g.lineTo(x, yOf(d, c.first[i]!));
    if (alone) g.lineTo(x + 1.5, yOf(d, c.first[i]!)); // one measurement between two gaps would be no line
  }
  g.stroke();
}

function lines(g: Ctx, d: Drawn, p: Picture, c: Palette, columns: readonly Columns[]): void {
  g.save();
  g.beginPath();
  g.rect(d.box.left, d.box.top - 2, d.box.right - d.box.left, d.box.bottom - d.box.top + 4);
  g.clip();
  g.lineJoin = 'bevel'; // round ones cost much and show nothing at this width
  const order = p.lines.map((_, i) => i).sort((a, b) => Number(p.lines[a]!.key === p.hot) - Number(p.lines[b]!.key === p.hot));
  for (const i of order) {
    const line = p.lines[i]!;
    const slot = p.slots.get(line.key) ?? 0;
    const colour = c.line[slot % SLOTS]!;
    const faded = p.hot !== '' && p.hot !== line.key;
    g.globalAlpha = 1;
    if (line.compare === '' && !faded && (p.lines.length <= BANDS || line.key === p.hot)) band(g, d, columns[i]!, colour);
    g.globalAlpha = faded ? 0.3 : line.compare ? 0.65 : 1;
    g.strokeStyle = g.fillStyle = colour;
    g.lineWidth = (line.key === p.hot ? 2.4 : 1.5) + (c.high ? 0.6 : 0);
    const dash = dashOf(slot, line.compare);
    g.setLineDash([...dash]);
    if (columns[i]!.dense) strips(g, d, columns[i]!, columns[i]!.vmin, columns[i]!.vmax, g.lineWidth, dash);
    else stroke(g, d, columns[i]!);
  }
  g.restore();
}

const THICK: Record<string, number> = { ok: 2, up: 2, pending: 2 };
const NOTHING = new Set(['no_data', 'unmonitored', 'not_configured', 'pending']);

// The states along the foot; what is bad is thicker too, so that colour is not alone.
function ribbon(g: Ctx, d: Drawn, p: Picture, c: Palette): void {
  const top = d.box.bottom + 4; // apart from the axis, which it is not
  for (const s of p.marks.states) {
    const from = Math.max(d.box.left, xOf(d, s.from));
    const to = Math.min(d.box.right, xOf(d, s.to));
    if (to <= from || NOTHING.has(s.state)) continue;
    g.fillStyle = c.state[s.state] ?? c.edge;
    g.fillRect(from, top, Math.max(1, to - from), THICK[s.state] ?? 5);
  }
}

// The highest that is drawn between two places, or of the lowest how low it is.
function peakOf(d: Drawn, columns: readonly Columns[], up: boolean, left: number, right: number): number {
  let peak = -Infinity;
  for (const c of columns) {
    for (let i = 0; i < c.n; i++) {
      const x = xOf(d, c.x[i]!);
      if (x >= left && x <= right) peak = Math.max(peak, up ? c.hi[i]! : -c.lo[i]!);
    }
  }
  return peak;
}

export const flagsGoLeft = (d: Drawn, columns: readonly Columns[], room: number, up = true): boolean =>
  peakOf(d, columns, up, d.box.left, d.box.left + room) < peakOf(d, columns, up, d.box.right - room, d.box.right);

type Bound = ReturnType<typeof boundsOf>[number];

function flags(g: Ctx, d: Drawn, c: Palette, columns: readonly Columns[], far: readonly Bound[], up: boolean, words: (v: number) => string): void {
  const out = (['warn', 'crit'] as const).map((bad) => ({ bad, at: far.filter((b) => b.bad === bad).map((b) => b.at) })).filter((b) => b.at.length > 0)
    .map(({ bad, at }) => ({ bad, least: Math.min(...at), most: Math.max(...at) })).sort((a, b) => a.least - b.least);
  const texts = out.map((b) => `${up ? '↑' : '↓'} ${words(b.least)}${b.most > b.least ? ` – ${words(b.most)}` : ''}`);
  const room = texts.reduce((sum, text) => sum + g.measureText(text).width + 12, 0);
  const top = up ? d.box.top + 1 : d.box.bottom - 15;
  let x = flagsGoLeft(d, columns, room, up) ? d.box.left + room - 6 : d.box.right - 4;
  for (let i = out.length - 1; i >= 0; i--) {
    const text = texts[i]!;
    const w = g.measureText(text).width;
    g.fillStyle = c.surface;
    g.globalAlpha = 0.8;
    g.fillRect(x - w - 3, top, w + 6, 14);
    g.globalAlpha = 1;
    g.fillStyle = c[out[i]!.bad];
    g.fillText(text, x, top + 11);
    x -= w + 12;
  }
}

// Small flags for limits that lie beyond the axis, so that nobody thinks there are none: below the lines, on the side where these are less near.
function beyond(g: Ctx, d: Drawn, p: Picture, c: Palette, columns: readonly Columns[], words: (v: number) => string): void {
  const all = limitLines(p.lines, p.hot).flatMap((one) => boundsOf(limitsAt(one.line, d.window.to), lowestOf(p, columns, one)));
  g.font = `600 10.5px ${c.font}`;
  g.textAlign = 'right';
  flags(g, d, c, columns, all.filter((b) => b.at > d.axis.hi), true, words);
  flags(g, d, c, columns, all.filter((b) => b.at < d.axis.lo), false, words);
}

function axisFor(p: Picture, columns: readonly Columns[]): { axis: Axis; empty: boolean } {
  const extent = extentOf(columns);
  if (!extent) return { axis: axisOf(0, 1, 2, p.unit), empty: true };
  const usual = limitLines(p.lines, ''); // with these the axis stays where it is when one points at lines
  const steps = (usual.length > 0 ? usual : limitLines(p.lines, p.hot)).flatMap((one) => limitSteps(one.line, p.window).map((step) => ({ ...step, lowest: lowestOf(p, columns, one) })));
  const bounds = steps.flatMap((s) => boundsOf(s.limits, s.lowest).map((b) => b.at));
  const frame = frameOf(extent, bounds, p.unit.kind === 'percent');
  return { axis: axisOf(frame.lo, frame.hi, Math.max(2, p.height / 46), p.unit), empty: false };
}

export function draw(g: Ctx, picture: Picture, c: Palette, words: (v: number) => string): Drawn {
  const p = picture.lines.some((l) => l.key === picture.hot) ? picture : { ...picture, hot: '' }; // one that is hidden makes no other one faint
  const box: Box = { left: LEFT, top: TOP, right: p.width - RIGHT, bottom: p.height - BELOW - RIBBON };
  const columns = p.lines.map((l) => columnsOf(l, p.window, box.right - box.left));
  const { axis, empty } = axisFor(p, columns);
  const d: Drawn = { box, axis, window: p.window, empty };
  g.clearRect(0, 0, p.width, p.height);
  downtimes(g, d, p, c);
  if (!empty) zones(g, d, p, c);
  grid(g, d, p, c);
  if (!empty) bounds(g, d, p, c, columns);
  if (!empty) beyond(g, d, p, c, columns, words);
  lines(g, d, p, c, columns);
  ribbon(g, d, p, c);
  return d;
}
