// SPDX-License-Identifier: Apache-2.0
// What a graph puts on its canvas, by one that writes down what is filled and stroked, in which colour and where.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, inked, keyOf, xOf, yOf, type Drawn, type Marks, type Palette, type Picture } from '../src/graph/draw.ts';
import { lineOf, type LimitsAnswer, type Line, type SeriesAnswer } from '../src/graph/model.ts';

interface Mark {
  what: 'fill' | 'stroke' | 'text';
  colour: string;
  alpha: number;
  dash: number[];
  from: number; // the box of the path
  to: number;
  top: number;
  bottom: number;
  clip: [number, number] | null;
  points: [number, number][];
  text: string;
}

class Recorder {
  readonly marks: Mark[] = [];
  fillStyle = '';
  strokeStyle = '';
  globalAlpha = 1;
  lineWidth = 1;
  font = '';
  textAlign = '';
  textBaseline = '';
  lineJoin = '';
  private dash: number[] = [];
  private points: [number, number][] = [];
  private clipped: [number, number] | null = null;
  private kept: object[] = [];
  private mark(what: Mark['what'], points: [number, number][], text = ''): void {
    const [x, y] = [points.map((p) => p[0]), points.map((p) => p[1])];
    this.marks.push({ what, colour: what === 'stroke' ? this.strokeStyle : this.fillStyle, alpha: this.globalAlpha, dash: this.dash, from: Math.min(...x), to: Math.max(...x), top: Math.min(...y), bottom: Math.max(...y), clip: this.clipped, points, text });
  }
  save(): void { this.kept.push({ fillStyle: this.fillStyle, strokeStyle: this.strokeStyle, globalAlpha: this.globalAlpha, lineWidth: this.lineWidth, dash: this.dash, clipped: this.clipped }); }
  restore(): void { Object.assign(this, this.kept.pop()); }
  setLineDash(dash: number[]): void { this.dash = dash; }
  beginPath(): void { this.points = []; }
  closePath(): void {}
  moveTo(x: number, y: number): void { this.points.push([x, y]); }
  lineTo(x: number, y: number): void { this.points.push([x, y]); }
  rect(x: number, y: number, w: number, h: number): void { this.points.push([x, y], [x + w, y + h]); }
  clip(): void { this.clipped = [this.points[0]![0], this.points.at(-1)![0]]; }
  stroke(): void { if (this.points.length > 0) this.mark('stroke', this.points); }
  fill(): void { this.mark('fill', this.points); }
  fillRect(x: number, y: number, w: number, h: number): void { this.mark('fill', [[x, y], [x + w, y + h]]); }
  fillText(text: string, x: number, y: number): void { this.mark('text', [[x, y]], text); }
  measureText(text: string): { width: number } { return { width: text.length * 6 }; }
  clearRect(): void {}
}

const COLOURS: Palette = {
  text: 'text', muted: 'muted', grid: 'grid', edge: 'edge', surface: 'surface', accent: 'accent', hatch: 'hatch', warn: 'warn', crit: 'crit', font: 'sans', high: false,
  state: { ok: 'state-ok', critical: 'state-critical', warning: 'state-warning' }, line: ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7', 'g8'],
};
const WINDOW = { from: 1000, to: 2000 };
const NONE: Marks = { states: [], downtimes: [] };

function lineWith(patch: Partial<SeriesAnswer> = {}, n = 11): Line {
  const t = Array.from({ length: n }, (_, i) => 1000 + (i * 1000) / (n - 1));
  return lineOf({ id: 'a', resource: '1', host: 'h', service: 's', label: 'a', unit: '', t, mean: t.map((_, i) => 4 + (i % 2)), thresholds: [], ...patch });
}

function drawn(lines: Line[], patch: Partial<Picture> = {}): { d: Drawn; marks: Mark[]; by: (what: Mark['what'], colour: string) => Mark[] } {
  const g = new Recorder();
  const picture: Picture = { lines, slots: new Map(lines.map((l, i) => [l.key, i])), unit: lines[0]!.unit, window: WINDOW, hot: '', marks: NONE, width: 676, height: 237, ...patch };
  const d = draw(g as unknown as CanvasRenderingContext2D, picture, COLOURS, String);
  return { d, marks: g.marks, by: (what, colour) => g.marks.filter((m) => m.what === what && m.colour === colour) };
}
const near = (a: number, b: number, what: string, by = 1): void => assert.ok(Math.abs(a - b) <= by, `${what}: ${a}, not ${b}`);

test('thresholds: a veil where it would alert, and a line at the bound, from when they were in force', () => {
  const line = lineWith({ mean: Array.from({ length: 11 }, (_, i) => 1 + (i % 2) * 5), thresholds: [{ from: 0, warn: '6.5', crit: '7' }, { from: 1500, warn: null, crit: '@2:3' }] });
  const { d, by } = drawn([line]);
  const [half, end] = [xOf(d, 1500), d.box.right];
  const veil = by('fill', 'crit');
  assert.deepEqual(veil.map((m) => Math.round(m.alpha * 100)), [9, 9]);
  near(veil[0]!.from, d.box.left, 'from the begin');
  near(veil[0]!.to, half, 'until it changes');
  near(veil[0]!.top, d.box.top, 'above the bound');
  near(veil[0]!.bottom, yOf(d, 7), 'the bound');
  near(veil[1]!.from, half, 'from the change');
  near(veil[1]!.to, end, 'to the end');
  near(veil[1]!.top, yOf(d, 3), 'inside, above');
  near(veil[1]!.bottom, yOf(d, 2), 'inside, below');
  const [warn] = by('fill', 'warn');
  near(warn!.bottom, yOf(d, 6.5), 'what warns');
  const bounds = by('stroke', 'crit');
  assert.deepEqual(bounds.map((m) => m.dash), [[], []]);
  near(bounds[0]!.top, yOf(d, 7), 'the line of the bound');
  near(bounds[0]!.to, half, 'ends where it changes');
  assert.deepEqual(bounds[1]!.points.map(([, y]) => Math.round(y - yOf(d, 2.5)) > 0), [true, true, false, false], 'both ends of the inside');
  const dashed = by('stroke', 'warn');
  near(dashed[0]!.top, yOf(d, 6.5), 'the line of the warning');
  assert.ok(dashed[0]!.dash.length > 0, 'is dashed, so that colour is not alone');
});

test('lines whose limits differ have each its own: in its colour, with an end that says which, and without a veil', () => {
  const { d, by, marks } = drawn([lineWith({ thresholds: [{ from: 0, warn: '5.5', crit: '4000' }] }), lineWith({ id: 'b', thresholds: [{ from: 0, warn: '6', crit: '5000' }] })]);
  const own = (colour: string): Mark[] => by('stroke', colour).filter((m) => m.dash.length > 0);
  near(own('g1')[0]!.top, yOf(d, 5.5), 'of the one');
  near(own('g2')[0]!.top, yOf(d, 6), 'of the other');
  assert.deepEqual(by('fill', 'warn').map((m) => [Math.round(m.to - m.from), m.alpha]), [[12, 1], [12, 1]]);
  assert.deepEqual(marks.filter((m) => m.text.startsWith('↑')).map((m) => [m.text, m.colour]), [['↑ 4000 – 5000', 'crit']]);
});

test('a line that is never below zero has no limit there, though another one is', () => {
  const own = (thresholds: LimitsAnswer[]): number => {
    const { d, by } = drawn([lineWith({ mean: Array.from({ length: 11 }, (_, i) => -3 - (i % 2)) }), lineWith({ id: 'b', thresholds })]);
    return by('stroke', 'crit').concat(by('stroke', 'warn')).filter((m) => m.points.some(([, y]) => Math.abs(y - yOf(d, 0)) < 1.5)).length;
  };
  assert.deepEqual([own([{ from: 0, warn: '6', crit: '7' }]), own([{ from: 0, warn: '0:6', crit: '7' }]), own([{ from: 0, warn: null, crit: '@0:1' }])], [0, 0, 1]);
});

test('two earlier days beside a line cannot be taken for one another', () => {
  const days = ['', '1d', '7d', '28d'].map((compare) => lineWith({ compare }));
  const { by } = drawn(days, { slots: new Map(days.map((l) => [l.key, 0])) });
  assert.equal(new Set(by('stroke', 'g1').map((m) => m.dash.join())).size, 4);
  assert.equal(new Set(days.map((l) => keyOf(0, l.compare))).size, 4);
  const ink = (dash: readonly number[]): string => Array.from({ length: 12 }, (_, x) => (inked(dash, x) ? '#' : '.')).join('');
  assert.deepEqual([ink([2, 3]), ink([4, 1, 1, 1])], ['##...##...##', '####.#.####.']);
});

test('a limit far beyond the axis is named at its edge', () => {
  const { marks } = drawn([lineWith({ thresholds: [{ from: 0, warn: null, crit: '4000' }] })]);
  assert.deepEqual(marks.filter((m) => m.text.startsWith('↑')).map((m) => [m.text, m.colour]), [['↑ 4000', 'crit']]);
  const both = drawn([lineWith({ mean: Array.from({ length: 11 }, (_, i) => 500 + i), thresholds: [{ from: 0, warn: '20:', crit: '-10:9000' }] })]);
  assert.deepEqual(both.marks.filter((m) => /^[↑↓]/u.test(m.text)).map((m) => [m.text, m.colour, Math.round(m.top)]), [['↑ 9000', 'crit', both.d.box.top + 12], ['↓ 20', 'warn', both.d.box.bottom - 4], ['↓ -10', 'crit', both.d.box.bottom - 4]]);
});

test('the band from the least to the greatest is filled, also where measurements are dense, and a gap is a gap in it', () => {
  const sparse = lineWith({ mean: [5, 5, 5, 5, null, 5, 5, 5, 5, 5, 5], min: [3, 3, 3, 3, null, 2, 3, 3, 3, 3, 3], max: [7, 7, 7, 7, null, 9, 7, 7, 7, 7, 7] });
  const { d, by } = drawn([sparse]);
  const [band] = by('fill', 'g1').filter((m) => m.alpha === 0.2);
  near(band!.top, yOf(d, 9), 'the greatest');
  near(band!.bottom, yOf(d, 2), 'the least');
  assert.ok(band!.points.every(([x]) => x <= xOf(d, 1300) + 1 || x >= xOf(d, 1500) - 1), 'nothing over the gap');
  const [stroke] = by('stroke', 'g1');
  near(stroke!.top, yOf(d, 5), 'the line is the mean');
  near(stroke!.bottom, yOf(d, 5), 'and only that');
  const many = Array.from({ length: 5000 }, (_, i) => i);
  const dense = drawn([lineWith({ mean: many.map(() => 5), min: many.map(() => 3), max: many.map((i) => (i === 2500 ? 9 : 7)) }, 5000)]);
  const strips = dense.by('fill', 'g1').filter((m) => m.alpha === 0.2);
  assert.ok(strips.length > 590, `${strips.length} strips`);
  near(Math.min(...strips.map((m) => m.top)), yOf(dense.d, 9), 'the one that was high');
  assert.equal(drawn([lineWith({}), lineWith({ id: 'b' })], { hot: 'b' }).by('stroke', 'g1')[0]!.alpha, 0.3, 'what is not pointed at is faint');
  assert.equal(drawn([lineWith({}), lineWith({ id: 'b' })], { hot: 'hidden' }).by('stroke', 'g1')[0]!.alpha, 1, 'but not beside one that is hidden');
});

test('downtimes are hatched behind all, from their begin to their end and not beyond the picture', () => {
  const { d, by, marks } = drawn([lineWith()], { marks: { states: [], downtimes: [{ from: 1200, to: 1400 }, { from: 1900, to: 9000 }, { from: 5000, to: 6000 }] } });
  const hatch = by('stroke', 'hatch');
  assert.equal(hatch.length, 2);
  near(hatch[0]!.clip![0], xOf(d, 1200), 'begin');
  near(hatch[0]!.clip![1], xOf(d, 1400), 'end');
  near(hatch[1]!.clip![1], d.box.right, 'the edge');
  assert.ok(hatch[0]!.bottom - hatch[0]!.top > 150, 'all the height');
  assert.ok(marks.indexOf(hatch[1]!) < marks.indexOf(by('stroke', 'g1')[0]!), 'behind the line');
});

test('states are a ribbon below; what is bad is thicker, what is not known is left out', () => {
  const states: Marks['states'] = [{ from: 0, to: 1200, state: 'ok' }, { from: 1200, to: 1201, state: 'critical' }, { from: 1201, to: 1600, state: 'no_data' }, { from: 1600, to: 1800, state: 'warning' }, { from: 1800, to: 1900, state: 'pending' }];
  const { d, marks } = drawn([lineWith()], { marks: { states, downtimes: [] } });
  const ribbon = marks.filter((m) => m.colour.startsWith('state-'));
  assert.deepEqual(ribbon.map((m) => [m.colour, m.bottom - m.top]), [['state-ok', 2], ['state-critical', 5], ['state-warning', 5]]);
  assert.ok(ribbon.every((m) => m.top > d.box.bottom && m.bottom < 237 - 20 + 9), 'between the picture and the hours');
  near(ribbon[0]!.from, d.box.left, 'from the edge');
  near(ribbon[0]!.to, xOf(d, 1200), 'to the change');
  assert.ok(ribbon[1]!.to - ribbon[1]!.from >= 1, 'a second is seen');
});

test('where nothing was measured, there is still what happened', () => {
  const { d, by, marks } = drawn([lineWith({ mean: Array.from({ length: 11 }, () => null), thresholds: [{ from: 0, warn: '6', crit: '8' }] })], { marks: { states: [{ from: 1000, to: 2000, state: 'critical' }], downtimes: [{ from: 1200, to: 1400 }] } });
  assert.equal(d.empty, true);
  assert.deepEqual([by('fill', 'state-critical').length, by('stroke', 'hatch').length, marks.filter((m) => m.colour === 'crit').length], [1, 1, 0]);
});
