// SPDX-License-Identifier: Apache-2.0
// What graphs are made of: units, axes, times, and which points are drawn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf, fileName } from '../src/graph/export.ts';
import { pinched } from '../src/graph/hand.ts';
import { toggled } from '../src/graph/legend.tsx';
import { asWritten, groupsOf, limitsAt, kept, lineOf, linesOf, nearest, spanOf, sumOf, type Line, type SeriesAnswer } from '../src/graph/model.ts';
import { pictureOfGraph, stateNow } from '../src/graph/chart.tsx';
import { flagsGoLeft, type Marks } from '../src/graph/draw.ts';
import { downIn, marksOf, unionOf, worstIn } from '../src/graph/marks.ts';
import { boundsOf, clampSpan, columnsOf, extentOf, frameOf, limitLines, limitsHidden, limitSteps, panned, zoomed } from '../src/graph/shape.ts';
import { momentText, spanText, timeTicks, wholeSpanText } from '../src/graph/time.ts';
import { rowsOf, stretches } from '../src/graph/twin.tsx';
import { axisOf, valueText } from '../src/graph/units.ts';
import { unitOf } from '../src/quantity.ts';
import { say } from './texts.ts';

process.env['TZ'] = 'Europe/Paris';
const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, ' ');
say('en');

const series = (patch: Partial<SeriesAnswer> & { n?: number } = {}): SeriesAnswer => {
  const t = Array.from({ length: patch.n ?? 5 }, (_, i) => 1000 + i * 60);
  return { id: '7-1-a', resource: '7', host: 'web', service: 'Load', label: 'a', unit: '', counter: false, compare: null, usual: 60, t, mean: t.map((_, i) => i + 1), thresholds: [], ...patch };
};

test('units are known by what plugins write, and values come in base units', () => {
  const cases: [string, boolean, string, number][] = [
    ['s', false, 'time', 1], ['ms', false, 'time', 1e-3], ['us', false, 'time', 1e-6], ['%', false, 'percent', 1], ['B', false, 'bytes', 1], ['MB', false, 'bytes:1000', 1e6], ['KiB', false, 'bytes', 1024],
    ['b', false, 'bits', 1], ['Mbit', false, 'bits', 1e6], ['B/s', false, 'bytes/s', 1], ['kbps', false, 'bits/s', 1e3], ['MBps', false, 'bytes:1000/s', 1e6], ['c', true, 'plain/s', 1], ['', false, 'plain', 1],
    ['C', false, 'plain:C', 1], ['rpm', false, 'plain:rpm', 1], ['m', false, 'plain:m', 1],
  ];
  for (const [text, counter, key, factor] of cases) {
    const unit = unitOf(text, counter);
    assert.equal(unit.key, key, text);
    assert.ok(Math.abs(unit.factor / factor - 1) < 1e-12, text);
  }
  const written = (text: string): string => plain(valueText(5e8, unitOf('B', false, text)));
  assert.deepEqual(['MB', 'kB', 'KiB', 'B', ''].map(written), ['500.0 MB', '500.0 MB', '476.8 MiB', '476.8 MiB', '476.8 MiB'], 'a size is shown in the family in which the plugin writes it');
});

test('a unit that only the plugin knows may change: then one series is two lines', () => {
  const s = series({ label: 'temp', unit: 'F', mean: [20, 21, null, 70, 71], min: [19, 21, null, 70, 71], thresholds: [{ from: 900, warn: '30', unit: 'C' }, { from: 1000, warn: '31', unit: 'C' }, { from: 1180, warn: '86', unit: 'F' }] });
  const lines = linesOf({ from: 1000, to: 1300, series: [s] });
  assert.deepEqual(lines.map((l) => [l.key, l.unit.name, [...l.v], [...l.lo], l.limits.map((m) => m.warn?.hi)]), [['7-1-a#C', 'C', [20, 21, NaN], [19, 21, NaN], [30, 31]], ['7-1-a#F', 'F', [70, 71], [70, 71], [86]]]);
  assert.equal(groupsOf(lines).length, 2);
  assert.equal(linesOf({ from: 1000, to: 1300, series: [{ ...s, thresholds: s.thresholds!.slice(0, 2) }] })[0]!.key, '7-1-a');
});

test('values are written as people read them, in both languages', () => {
  const text = (v: number, unit: string, counter = false): string => plain(valueText(v, unitOf(unit, counter)));
  assert.equal(text(1536, 'B'), '1.5 KiB');
  assert.equal(text(2.5e6, 'b/s'), '2.5 Mbit/s');
  assert.equal(text(0.00412, 's'), '4.1 ms');
  assert.equal(text(96.4, '%'), '96.4 %');
  assert.equal(text(315034.8, '', true), '315 k/s');
  assert.equal(text(21.4, 'C'), '21.4 C');
  assert.deepEqual([0.2123, 0.37, 0.9999, 0.0123, 0, 1.25, -0.5].map((v) => text(v, '')), ['0.212', '0.370', '1.000', '0.012', '0', '1.25', '−0.500'], 'one below the other');
  assert.equal(text(NaN, 's'), '—');
  say('fr');
  assert.equal(text(1536, 'B'), '1,5 Kio');
  say('en');
});

test('an axis has round ticks in one unit, around what is drawn', () => {
  const axis = (lo: number, hi: number, unit: string): string[] => {
    const a = axisOf(lo, hi, 4, unitOf(unit, false));
    assert.ok(a.lo <= lo && a.hi >= hi, `${lo} ${hi}`);
    return a.ticks.map((v) => plain(a.text(v)));
  };
  assert.deepEqual(axis(0, 73.8 * 1024 ** 3, 'B'), ['0 GiB', '20 GiB', '40 GiB', '60 GiB', '80 GiB']);
  assert.deepEqual(axis(0, 7.1e10, 'kB'), ['0 GB', '20 GB', '40 GB', '60 GB', '80 GB']);
  assert.deepEqual(axis(0, 0.0041, 's'), ['0 ms', '2 ms', '4 ms', '6 ms']);
  assert.deepEqual(axis(0, 5.9e6, 'b'), ['0 Mbit', '2 Mbit', '4 Mbit', '6 Mbit']);
  assert.deepEqual(axis(20.2, 21.1, 'C'), ['20.0 C', '20.5 C', '21.0 C', '21.5 C']);
  assert.deepEqual(axis(-5, 5, ''), ['−5', '0', '5']);
  assert.deepEqual(axis(0, 300000, ''), ['0 k', '100 k', '200 k', '300 k']);
  assert.equal(axisOf(3, 3, 4, unitOf('', false)).ticks.length > 1, true, 'one value is no end of the world');
});

test('flags of limits beyond the axis stand where the lines are lower', () => {
  const window = { from: 1000, to: 1400 };
  const drawn = { box: { left: 60, top: 0, right: 460, bottom: 100 }, axis: axisOf(0, 10, 4, unitOf('', false)), window, empty: false };
  const peakAt = (i: number): Line => lineOf(series({ n: 7, mean: Array.from({ length: 7 }, (_, k) => (k === i ? 9 : 1)) }));
  const left = (...lines: Line[]): boolean => flagsGoLeft(drawn, lines.map((l) => columnsOf(l, window, 400)), 80);
  assert.equal(left(peakAt(6)), true);
  assert.equal(left(peakAt(0)), false);
  assert.equal(left(peakAt(3)), false);
  assert.equal(left(peakAt(3), peakAt(6)), true);
});

test('ticks of time are round where the reader lives, also when the clock is changed', () => {
  const at = (text: string): number => Date.parse(text) / 1000;
  const hours = timeTicks(at('2026-11-28T17:20:00Z'), at('2026-11-29T17:20:00Z'), 6);
  assert.deepEqual(hours.map((x) => x.text), ['Sun 29 Nov', '06:00', '12:00', '18:00']);
  assert.deepEqual(hours.map((x) => x.strong), [true, false, false, false]);
  // In the night to 25 October 2026 the hour from 2 to 3 comes twice, in the night to 29 March it does not come at all.
  const autumn = timeTicks(at('2026-10-24T20:00:00Z'), at('2026-10-25T12:00:00Z'), 16).map((x) => x.text);
  assert.deepEqual(autumn.slice(0, 7), ['22:00', '23:00', 'Sun 25 Oct', '01:00', '02:00', '02:00', '03:00']);
  const quarters = timeTicks(at('2026-10-24T20:00:00Z'), at('2026-10-25T20:00:00Z'), 5).map((x) => x.text);
  assert.deepEqual(quarters, ['Sun 25 Oct', '06:00', '12:00', '18:00'], 'by the hands of the clock');
  const spring = timeTicks(at('2026-03-28T22:00:00Z'), at('2026-03-29T06:00:00Z'), 8).map((x) => x.text);
  assert.deepEqual(spring, ['23:00', 'Sun 29 Mar', '01:00', '03:00', '04:00', '05:00', '06:00', '07:00', '08:00']);
  assert.deepEqual(timeTicks(at('2026-10-20T00:00:00Z'), at('2026-10-29T00:00:00Z'), 9).map((x) => x.text)[5], '26 Oct');
  assert.deepEqual(timeTicks(at('2025-12-01T00:00:00Z'), at('2026-03-15T00:00:00Z'), 4).map((x) => x.text), ['2026', 'Feb', 'Mar']);
  for (const [a, b] of [[0, 10], [0, 1e9], [1e9, 1e9 + 86400 * 3]] as const) {
    const list = timeTicks(a, b, 8);
    assert.ok(list.length <= 17 && list.every((x, i) => x.at >= a && x.at <= b && (i === 0 || x.at > list[i - 1]!.at)), `${a} ${b}`);
  }
});

test('of many points none that was highest or lowest is lost', () => {
  const n = 100000;
  const t = Array.from({ length: n }, (_, i) => i);
  const mean: (number | null)[] = t.map((i) => Math.sin(i / 5000) * 10);
  mean[43210] = 99;
  mean[76543] = -55;
  const max = mean.map((v, i) => (i === 12345 ? 150 : v));
  const line = lineOf(series({ t, mean, min: mean, max }));
  const c = columnsOf(line, { from: 0, to: n }, 800);
  assert.ok(c.n <= 803, `${c.n}`);
  assert.equal(Math.max(...c.vmax.subarray(0, c.n)), 99);
  assert.equal(Math.min(...c.vmin.subarray(0, c.n)), -55);
  assert.deepEqual(extentOf([c]), { lo: -55, hi: 150 });
  assert.deepEqual([...c.cut.subarray(0, c.n)].filter(Boolean).length, 1, 'one line without a gap');
});

test('few points are drawn as they are, with one beyond each side, and gaps stay gaps', () => {
  const line = lineOf(series({ n: 8, mean: [1, 2, null, 4, 5, null, 7, 8] }));
  const c = columnsOf(line, { from: 1070, to: 1250 }, 800);
  assert.deepEqual([...c.x.subarray(0, c.n)], [1060, 1180, 1240]);
  assert.deepEqual([...c.cut.subarray(0, c.n)], [1, 1, 0]);
  const dense = lineOf(series({ n: 1000, mean: Array.from({ length: 1000 }, (_, i) => (i >= 400 && i < 600 ? null : i)) }));
  const d = columnsOf(dense, { from: 1000, to: 61000 }, 100);
  assert.equal([...d.cut.subarray(0, d.n)].filter(Boolean).length, 2);
  assert.equal(columnsOf(lineOf(series({ n: 0 })), { from: 0, to: 10 }, 100).n, 0);
});

test('lines stand as the plugin writes them, those of earlier days behind their own', () => {
  const of = (label: string, compare = ''): Line => lineOf(series({ id: label, label, compare }));
  assert.deepEqual(asWritten([of('pl'), of('rta'), of('rta', '1d'), of('old')], ['rta', 'pl']).map((l) => l.label + l.compare), ['rta', 'rta1d', 'pl', 'old']);
  assert.deepEqual(asWritten([of('a'), of('b')], []).map((l) => l.label), ['a', 'b']);
});

test('sums and the point under the cursor know of gaps', () => {
  const line = lineOf(series({ n: 5, mean: [1, null, 3, 4, null], min: [0, null, 2, 4, null], max: [1, null, 9, 4, null] }));
  assert.deepEqual(sumOf(line, 0, 5000), { n: 3, min: 0, max: 9, mean: 8 / 3, last: 4 });
  assert.equal(Number.isNaN(sumOf(line, 0, 10).mean), true);
  assert.equal(nearest(line, 1095, 60), 2);
  assert.equal(nearest(line, 9000, 60), -1);
});

test('limits of the plugin convention: which bounds are lines, which change', () => {
  const line = lineOf(series({ n: 5, thresholds: [{ from: 900, warn: '10', crit: '20' }, { from: 1100, warn: '@10:20', crit: '~:30' }, { from: 1200, warn: '5:', crit: null }] }));
  const at = (when: number): string => boundsOf(limitsAt(line, when), 0).map((b) => `${b.bad} ${b.at}`).join(', ');
  assert.equal(at(1000), 'warn 10, crit 20');
  assert.equal(at(1150), 'warn 10, warn 20, crit 30');
  assert.equal(at(1300), 'warn 5');
  assert.equal(boundsOf(limitsAt(line, 1000), -3).length, 4, 'below zero the lower end counts');
  assert.deepEqual(limitSteps(line, { from: 1000, to: 1250 }).map((s) => [s.from, s.to]), [[1000, 1100], [1100, 1200], [1200, 1250]]);
  assert.deepEqual(limitSteps(line, { from: 1210, to: 1250 }).map((s) => [s.from, s.limits.warn?.lo]), [[1210, 5]]);
});

test('limits are drawn for one line, or for all when they are the same', () => {
  const a = lineOf(series({ id: 'a', thresholds: [{ from: 0, warn: '2', crit: '4' }] }));
  const b = lineOf(series({ id: 'b', thresholds: [{ from: 0, warn: '2', crit: '4' }] }));
  const c = lineOf(series({ id: 'c', thresholds: [{ from: 0, warn: '3', crit: '4' }] }));
  const whose = (lines: Line[], hot = ''): string => limitLines(lines, hot).map((l) => `${l.line.key}${l.own ? '' : '+'}`).join(' ');
  assert.equal(whose([a, b]), 'a+');
  assert.equal(whose([a, b, c]), 'a+ c', 'each its own while they are few');
  assert.equal(whose([a, b, c], 'c'), 'c');
  const changed = (id: string, first: string, at: number): Line => lineOf(series({ id, thresholds: [{ from: 0, warn: first, crit: '4' }, { from: at, warn: '2', crit: '4' }] }));
  assert.equal(whose([changed('d', '1', 1000), changed('e', '1', 1090)]), 'd+', 'one change, seen by two checks');
  assert.equal(whose([changed('d', '1', 1000), changed('f', '3', 1000)]), 'd f', 'the same now, but not before');
  assert.equal(whose([changed('d', '1', 1000), a]), 'd a');
  assert.equal(whose([changed('d', '1', 1000), changed('g', '1', 90000)]), 'd g');
  assert.equal(whose([changed('h', '2', 1000), a]), 'h+', 'a change that changes nothing');
  const maze = Array.from({ length: 5 }, (_, i) => lineOf(series({ id: `m${i}`, thresholds: [{ from: 0, warn: String(i), crit: '4' }] })));
  assert.deepEqual([whose(maze), whose(maze, 'm3'), limitsHidden(maze), limitsHidden(maze.slice(1)), limitsHidden([])], ['', 'm3', true, false, false]);
});

test('the axis of values begins at zero where that costs little, and takes limits in that are near', () => {
  assert.deepEqual(frameOf({ lo: 3, hi: 10 }, [], false), { lo: 0, hi: 10 });
  assert.deepEqual(frameOf({ lo: 80, hi: 100 }, [], false), { lo: 80, hi: 100 });
  assert.deepEqual(frameOf({ lo: 98, hi: 100 }, [], false), { lo: 94, hi: 104 }, 'what hardly moves is no mountain');
  assert.deepEqual(frameOf({ lo: -100, hi: -98 }, [], false), { lo: -104, hi: -94 });
  assert.deepEqual(frameOf({ lo: 98, hi: 100 }, [], true), { lo: 0, hi: 100 });
  assert.deepEqual(frameOf({ lo: 10, hi: 12 }, [9, 2], false), { lo: 9, hi: 12 });
  assert.deepEqual(frameOf({ lo: 0, hi: 10 }, [15, 400], false), { lo: 0, hi: 15 });
  assert.deepEqual(frameOf({ lo: 0, hi: 0 }, [], false), { lo: 0, hi: 1 });
  const flat = frameOf({ lo: 5, hi: 5 }, [], false);
  assert.ok(flat.lo < 5 && flat.hi > 5);
});

test('one graph a unit and size; earlier days stay with their line', () => {
  const of = (id: string, unit: string, size: number, compare: string | null = null): Line => lineOf(series({ id, label: id, unit, compare, mean: [size, size, size, size, size] }));
  const keys = (lines: Line[]): string[] => groupsOf(lines).map((g) => g.lines.map((l) => l.key).join(' '));
  assert.deepEqual(keys([of('rta', 's', 0.2), of('rtmax', 's', 0.9), of('pl', '%', 3)]), ['rta rtmax', 'pl']);
  assert.deepEqual(keys([of('big', 'B', 9e9), of('small', 'B', 9e3), of('zero', 'B', 0), of('mid', 'B', 5e9)]), ['big mid', 'small zero']);
  assert.deepEqual(keys([of('a', '', 100), of('a', '', 1, '1d'), of('b', '', 1)]), ['a a@1d', 'b']);
  assert.deepEqual(keys([of('null', 's', 0)]), ['null']);
});

test('lines stand in the order that people count in, earlier days behind theirs', () => {
  const answer = { from: 0, to: 1, series: [['9', 'load15', null], ['9', 'load1', '7d'], ['9', 'load5', null], ['9', 'load1', null], ['9', 'load1', '1d'], ['4', 'a', null]].map(([resource, label, compare]) => series({ id: `${resource}-${label}`, resource: resource!, label: label!, compare: compare ?? null })) };
  assert.deepEqual(linesOf(answer).map((l) => l.key), ['9-load1', '9-load1@1d', '9-load1@7d', '9-load5', '9-load15', '4-a']);
});

test('what was there stays when its time is left, and where it was', () => {
  const of = (id: string, mean: (number | null)[]): Line => lineOf(series({ id, label: id, unit: 's', mean, n: mean.length }));
  const first = kept([], [of('a', [1]), of('b', [100]), of('never', [null])]);
  assert.deepEqual(first.map((l) => l.key), ['a', 'b'], 'one that never measured says nothing beside others');
  const known = new Map<string, string>();
  const groups = groupsOf(first, known);
  assert.deepEqual(groups.map((g) => g.lines.map((l) => l.key)), [['b'], ['a']]);
  const later = kept(first, []);
  assert.deepEqual(later.map((l) => [l.key, l.t.length]), [['a', 0], ['b', 0]]);
  assert.deepEqual(groupsOf(later, known).map((g) => g.key), groups.map((g) => g.key), 'the same graphs, though nothing is in them');
  assert.deepEqual(groupsOf(kept(later, [of('a', [90]), of('b', [100])]), known).map((g) => g.lines.length), [1, 1]);
  assert.deepEqual(kept([], [of('never', [null])]).map((l) => l.key), ['never']);
});

test('moving in time: never ahead of now, never to nothing', () => {
  assert.deepEqual(zoomed({ from: 0, to: 100 }, 0.5, 25), { from: 12.5, to: 62.5 });
  assert.deepEqual(panned({ from: 0, to: 100 }, 0.5), { from: 50, to: 150 });
  assert.deepEqual(clampSpan({ from: 50, to: 150 }, 120), { from: 20, to: 120 });
  assert.deepEqual(clampSpan({ from: 50, to: 51 }, 120), { from: 45.5, to: 55.5 });
  assert.deepEqual(pinched({ left: 0, right: 100 }, [20, 40], [20, 60]), { from: 10, to: 60 });
  assert.equal(pinched({ left: 0, right: 100 }, [20, 40], [50, 51]), null, 'two fingers on one place');
  assert.equal(pinched({ left: 0, right: 100 }, [20, 40], [80, 20]), null, 'crossed');
  assert.equal(spanOf('7d'), 604800);
  assert.equal(spanOf('d7'), 0);
});

test('the legend: shown or hidden, alone, all again', () => {
  const all = ['a', 'b', 'c'];
  assert.deepEqual([...toggled(new Set(all), 'b', false, all)], ['a', 'c']);
  assert.deepEqual([...toggled(new Set(['a']), 'b', false, all)], ['a', 'b']);
  assert.deepEqual([...toggled(new Set(all), 'b', true, all)], ['b']);
  assert.deepEqual([...toggled(new Set(['b']), 'b', true, all)], all);
});

test('a stretch of time says which year where one may doubt, and in a file always, with the zone', () => {
  const [far, soon] = [4e9, Date.now() / 1000];
  assert.match(spanText(far, far + 3600), /2096/);
  assert.match(momentText(far, 3600), /2096/);
  assert.match(spanText(far, far + 60), /:\d\d:\d\d/, 'and seconds where it is short');
  const year = String(new Date().getFullYear());
  assert.deepEqual([spanText(soon - 1, soon).includes(year), wholeSpanText(soon - 1, soon).includes(year)], [false, true]);
  assert.match(wholeSpanText(soon - 1, soon), /\([A-Z][\w+:−-]*(, \w+)?\)$/u);
});

test('CSV holds every point, times as they were, and no formula', () => {
  const line = lineOf(series({ n: 3, label: '=cmd|"x"', unit: 'ms', mean: [1, null, 3], min: [0.5, null, 3], max: [2, null, 3], compare: '1d', t: [86400, 86460, 86520] }));
  const rows = csvOf([line], { from: 0, to: 1e6 }).split('\r\n');
  assert.equal(rows[0], 'time,host,service,metric,unit,mean,min,max');
  assert.equal(rows[1], '1970-01-01T00:00:00.000Z,web,Load,"\'=cmd|""x""",s,0.001,0.0005,0.002');
  assert.equal(rows.length, 4, 'a gap is no row');
  for (const label of ['+1', '-1', '@x', ' =1', '\t=1', '\nx']) assert.match(csvOf([lineOf(series({ n: 3, label }))], { from: 0, to: 1e6 }), /Load,"?'/, JSON.stringify(label));
  assert.equal(fileName('web › Disk /var: é', { from: 0, to: 86400 }, 'csv'), 'web_Disk_var_e_1970-01-02.csv');
  assert.equal(fileName('›', { from: 0, to: 86400 }, 'png'), 'graph_1970-01-02.png');
});

test('the table has whole stretches that cover the time', () => {
  const rows = stretches({ from: 1000, to: 87400 });
  assert.ok(rows.length > 20 && rows.length < 60);
  assert.equal(rows[0]!.from, 1000);
  assert.equal(rows.at(-1)!.to, 87400);
  for (let i = 1; i < rows.length; i++) assert.equal(rows[i]!.from, rows[i - 1]!.to);
});

test('a gap is one row of the table; measurements that are seldom are no gap', () => {
  const day = { from: 86400, to: 2 * 86400 };
  const said = (...lines: Line[]): string[] => rowsOf(lines, day).map((r) => `${(r.from - 86400) / 3600}-${(r.to - 86400) / 3600}${r.empty ? ' empty' : ''}`).filter((text, i, all) => text.includes('empty') || i === 0 || i === all.length - 1);
  const each = (s: number, from: number, to: number): number[] => Array.from({ length: Math.ceil(((to - from) * 3600) / s) }, (_, i) => 86400 + from * 3600 + i * s);
  const lineAt = (usual: number, ...parts: number[][]): Line => {
    const t = parts.flatMap((p, i) => (i === 0 ? p : [parts[i - 1]!.at(-1)! + usual, ...p]));
    const gaps = new Set(parts.slice(0, -1).map((p) => p.at(-1)! + usual));
    return lineOf(series({ usual, t, mean: t.map((at) => (gaps.has(at) ? null : 1)) }));
  };
  const whole = lineAt(300, each(300, 0, 24));
  const broken = lineAt(300, each(300, 0, 8), each(300, 12, 24));
  assert.deepEqual(said(whole), ['0-0.5', '23.5-24']);
  assert.deepEqual(said(broken), ['0-0.5', '8-12 empty', '23.5-24']);
  assert.deepEqual(said(broken, whole), ['0-0.5', '23.5-24'], 'the other line has measurements');
  assert.deepEqual(said(lineAt(300, each(300, 3, 20))), ['0-3 empty', '20-24 empty']);
  assert.deepEqual(said(lineAt(7200, each(7200, 0, 24))), ['0-0.5', '22-22.5'], 'every two hours');
  assert.deepEqual(said(lineAt(7200, each(7200, 0, 24)), broken), ['0-0.5', '23.5-24'], 'the seldom one is whole');
  assert.deepEqual(rowsOf([lineOf(series({ n: 0 }))], day), []);
});

test('several resources: every downtime, and the worst state of all; of one line its own', () => {
  const a: Marks = { states: [{ from: 0, to: 50, state: 'ok' }, { from: 50, to: 60, state: 'critical' }, { from: 60, to: 100, state: 'ok' }], downtimes: [{ from: 10, to: 20 }] };
  const b: Marks = { states: [{ from: 0, to: 55, state: 'warning' }, { from: 55, to: 100, state: 'ok' }], downtimes: [{ from: 15, to: 30 }, { from: 70, to: 80 }] };
  const c: Marks = { states: [{ from: 0, to: 40, state: 'no_data' }, { from: 90, to: 120, state: 'up' }], downtimes: [] };
  const both = unionOf([a, b, c]);
  assert.deepEqual(both.states.map((s) => `${s.from}-${s.to} ${s.state}`), ['0-50 warning', '50-60 critical', '60-90 ok', '90-120 up']);
  assert.deepEqual(both.downtimes, [{ from: 10, to: 30 }, { from: 70, to: 80 }]);
  assert.deepEqual(unionOf([]), { states: [], downtimes: [] });
  const of = marksOf(new Map([['a', a], ['b', b]]));
  const [one, other] = [lineOf(series({ id: 'one', resource: 'a' })), lineOf(series({ id: 'other', resource: 'b' }))];
  const graph = { key: '', title: '', unit: one.unit, lines: [one, other], shown: [one, other], slots: new Map(), marks: of, name: (l: Line) => `host ${l.resource}` };
  const picture = (hot: string): Marks => pictureOfGraph(graph, { from: 0, to: 100 }, hot, 100, 100).marks;
  assert.deepEqual(picture('').states.map((s) => s.state), ['warning', 'critical', 'ok']);
  assert.deepEqual(picture('other'), b);
  assert.deepEqual(stateNow(graph, '', 17), { state: 'warning', whose: 'host b', downtime: true });
  assert.deepEqual(stateNow(graph, '', 52), { state: 'critical', whose: 'host a', downtime: false });
  assert.deepEqual(stateNow(graph, 'one', 17), { state: 'ok', whose: '', downtime: true });
  assert.deepEqual(stateNow(graph, '', 75), { state: 'ok', whose: '', downtime: true });
  assert.deepEqual(stateNow({ ...graph, shown: [one] }, '', 52), { state: 'critical', whose: '', downtime: false }, 'of one it need not be said');
  assert.deepEqual([worstIn(a, { from: 40, to: 70 }), worstIn(a, { from: 60, to: 70 }), worstIn(a, { from: 200, to: 300 }), downIn(a, { from: 19, to: 40 }), downIn(a, { from: 20, to: 40 })], ['critical', 'ok', null, true, false]);
});
