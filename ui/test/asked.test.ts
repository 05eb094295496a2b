// SPDX-License-Identifier: Apache-2.0
// What graphs and small lines ask the server for, which is made up here: many counters, an answer that is cut, a part that fails.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { around, Feed } from '../src/graph/feed.ts';
import { fingerFirst, touched } from '../src/graph/legend.tsx';
import { lineOf, partsOf, type Answer, type Line, type SeriesAnswer } from '../src/graph/model.ts';
import { restOf, sparkPath, wantSparks } from '../src/graph/spark.tsx';

const HEAD_MAX = 8000; // of 16 KiB that Vigie takes, cookies and all
let asked: URLSearchParams[] = [];
let answer: (query: URLSearchParams) => unknown = () => ({});
(globalThis as Record<string, unknown>)['fetch'] = (path: string): Promise<Response> => {
  assert.ok(path.length < HEAD_MAX, `an address of ${path.length} bytes`);
  const query = new URL(path, 'http://vigie').searchParams;
  if (path.startsWith('/api/v1/series/')) asked.push(query);
  const body = path.startsWith('/api/v1/series/') ? answer(query) : { spans: [] };
  return Promise.resolve(new Response(JSON.stringify(body), { status: body === null ? 500 : 200, headers: { 'Content-Type': 'application/json' } }));
};
beforeEach(() => { asked = []; });

const series = (id: string, patch: Partial<SeriesAnswer> = {}): SeriesAnswer => ({ id, resource: '1', host: 'sw', service: 'Ports', label: id, unit: 'c', counter: true, t: [Date.now() / 1000 - 60], mean: [5e9], thresholds: [], ...patch });
const whole = (all: SeriesAnswer[], truncated = false): Answer => ({ from: 0, to: 1, series: all, truncated });
const of = (query: URLSearchParams, name: string): string[] => query.get(name)?.split(',') ?? [];
const read = async (): Promise<Feed> => {
  const feed = new Feed();
  await feed.read(['1'], { from: 0, to: 60 }, 100, []);
  return feed;
};

test('rates of very many counters are asked for in parts, and each is shown', async () => {
  const all = Array.from({ length: 440 }, (_, i) => series(`281474976710657-1-traffic~20in~20of~20port~20${i}`));
  answer = (q) => whole(q.has('rate') ? all.filter((s) => of(q, 'id').includes(s.id)).map((s) => ({ ...s, mean: [7] })) : all);
  const feed = await read();
  assert.equal(feed.lines.value.length, 440);
  assert.deepEqual([...new Set(feed.lines.value.map((l) => l.v[0]))], [7]);
  assert.deepEqual([feed.state.value, feed.error.value, feed.without.value], ['ready', '', '']);
});

test('labels may be long: parts are short all the same', () => {
  const long = Array.from({ length: 9 }, (_, i) => `7-1-${'~C3'.repeat(250)}${i}`);
  assert.deepEqual(partsOf(long).flatMap((p) => decodeURIComponent(p).split(',')), long);
  assert.ok(partsOf(long).length > 1);
  assert.deepEqual(partsOf([]), []);
});

test('a part of the rates that fails takes no other line away', async () => {
  const all = [series('load', { unit: '', counter: false }), ...Array.from({ length: 150 }, (_, i) => series(`c${i}`))];
  answer = (q) => (!q.has('rate') ? whole(all) : of(q, 'id').includes('c0') ? null : whole(all.filter((s) => of(q, 'id').includes(s.id))));
  const feed = await read();
  assert.equal(feed.state.value, 'ready');
  assert.deepEqual([feed.lines.value.length, feed.lines.value.some((l) => l.label === 'load')], [51, true]);
  assert.notEqual(feed.without.value, '');
  answer = (q) => (q.has('rate') ? null : whole(all.slice(1)));
  assert.equal((await read()).state.value, 'failed', 'there is nothing but what failed');
});

test('a rate has nothing of the level of its counter, also where the answer leaves least and greatest out', async () => {
  const level = series('in', { mean: [1.4e9], min: [1.2e9], max: [1.5e9], thresholds: [{ from: null, warn: '1e9' }] });
  const { min: _least, max: _greatest, ...names } = level;
  answer = (q) => whole([q.has('rate') ? { ...names, mean: [1400], thresholds: [] } : level]);
  const [line] = (await read()).lines.value;
  assert.deepEqual([line!.v[0], line!.lo[0], line!.hi[0], line!.limits.length], [1400, 1400, 1400, 0]);
  assert.equal(line!.unit.rate, true);
});

test('somewhat more than the window is read, so that a line goes through between two measurements', () => {
  const usual = (s: number): Line => ({ ...lineOf(series('a')), usual: s });
  assert.deepEqual(around({ from: 1000, to: 1060 }, 100, [usual(60), usual(1200)], 1e6), { window: { from: -800, to: 2860 }, points: 6100 });
  assert.deepEqual(around({ from: 1000, to: 1060 }, 100, [usual(60)], 1070).window, { from: 910, to: 1070 }, 'not ahead of now');
  assert.deepEqual(around({ from: 1000, to: 1060 }, 100, [usual(1e6)], 1e6), { window: { from: 1000 - 14400, to: 1060 + 14400 }, points: 20000 });
  assert.deepEqual(around({ from: 0, to: 1e6 }, 100, [usual(60)], 1e6), { window: { from: 0, to: 1e6 }, points: 100 }, 'less than a point of the picture');
});

test('a finger first points at a line, then hides it; a key and a screen reader hide at once', () => {
  const finger = { pointerType: 'touch', width: 23, height: 23 };
  assert.deepEqual([fingerFirst(finger, false), fingerFirst(finger, true), fingerFirst({ ...finger, pointerType: 'mouse' }, false)], [true, false, false]);
  assert.equal(fingerFirst({ ...finger, width: 0, height: 0 }, false), false, 'a tap that a screen reader makes has no size');
  assert.deepEqual([touched({ on: true, first: true, detail: 1 }), touched({ on: true, first: false, detail: 1 }), touched({ on: false, first: true, detail: 1 })], ['point', 'toggle', 'toggle']);
  assert.equal(touched({ on: true, first: true, detail: 0 }), 'toggle', 'a finger came down and scrolled away; then a key');
});

test('one slow line does not make the others be read for hours: it is read by itself', async () => {
  const now = Math.floor(Date.now() / 1000);
  const window = { from: now - 600, to: now };
  const seconds = (q: URLSearchParams): number => (Date.parse(q.get('to')!) - Date.parse(q.get('from')!)) / 1000;
  const quick = series('quick', { unit: 's', counter: false, usual: 10 });
  const slow = series('slow', { unit: 's', counter: false, usual: 86400 });
  answer = (q) => whole(q.has('id') ? [{ ...slow, mean: [3] }] : [quick, slow]);
  const feed = new Feed();
  await feed.read(['1'], window, 600, []);
  asked = [];
  await feed.read(['1'], window, 600, []);
  const [first, second] = [asked.find((q) => q.has('resource'))!, asked.find((q) => q.has('id'))!];
  assert.equal(asked.length, 2);
  assert.ok(seconds(first) <= 640 && Number(first.get('points')) <= 640, `${seconds(first)} s, ${first.get('points')} points of all`);
  assert.deepEqual([second.get('id'), second.has('resource'), seconds(second) > 14000], ['slow', false, true]);
  assert.deepEqual(feed.lines.value.map((l) => [l.label, l.v[0]]), [['quick', 5e9], ['slow', 3]]);
  asked = [];
  answer = (q) => (q.has('id') ? null : whole([quick, slow]));
  await feed.read(['1'], window, 600, []);
  assert.deepEqual([feed.state.value, feed.error.value, feed.lines.value.length], ['ready', '', 2], 'the others are none the worse');
  answer = () => whole([slow]);
  const alone = new Feed();
  await alone.read(['1'], window, 600, []);
  asked = [];
  await alone.read(['1'], window, 600, []);
  assert.equal(asked.length, 1, 'where all are slow, one reading');
});

const settled = async (): Promise<void> => { for (let i = 0; i < 50; i++) await new Promise((done) => setImmediate(done)); };

test('small lines: what only counts shows how fast, and a cut answer is asked on', async () => {
  const later: (() => void)[] = [];
  (globalThis as Record<string, unknown>)['setTimeout'] = (act: () => void) => later.push(act);
  const labels = (id: string, n: number): SeriesAnswer[] => Array.from({ length: n }, (_, i) => series(`${id}-l${i}`, { resource: id, unit: 's', counter: false, mean: [i] }));
  const all = [...labels('a', 3), series('b-in', { resource: 'b' }), series('b-out', { resource: 'b' }), ...labels('c', 900), ...labels('d', 300)];
  const cut = 1000;
  answer = (q) => {
    const fit = all.filter((s) => (q.has('id') ? of(q, 'id').includes(s.id) : of(q, 'resource').includes(s.resource!)));
    return whole(fit.slice(0, cut).map(({ mean, ...s }) => ({ ...s, max: q.has('rate') ? [7] : mean })) as unknown as SeriesAnswer[], fit.length > cut);
  };
  const lines = ['a', 'b', 'c', 'd', 'none'].map(wantSparks);
  for (const act of later) act();
  await settled();
  assert.deepEqual(lines.map((l) => l.value && [l.value.label, l.value.v[0], l.value.unit.rate]), [['a-l0', 0, false], ['b-in', 7, true], ['c-l0', 0, false], ['d-l0', 0, false], null]);
  assert.deepEqual(asked.map((q) => q.get('rate') ?? q.get('resource')), ['a,b,c,d,none', '1', 'd,none']);
});

test('a small line in words: the true least and last, though it is drawn of the greatest', async () => {
  const later: (() => void)[] = [];
  (globalThis as Record<string, unknown>)['setTimeout'] = (act: () => void) => later.push(act);
  const { mean: _mean, ...names } = series('used', { resource: 'disk', unit: 'MB', counter: false });
  const at = Date.now() / 1000;
  answer = () => whole([{ ...names, t: [at - 3600, at - 1800], max: [40, 50], min: [20, 30], last: [25, 35] } as unknown as SeriesAnswer]);
  const line = wantSparks('disk');
  for (const act of later) act();
  await settled();
  assert.deepEqual([line.value!.now, [...line.value!.v], [...line.value!.lo]], [35e6, [40e6, 50e6], [20e6, 30e6]]);
  assert.deepEqual(asked.map((q) => q.get('aggregate')), ['max,min,last']);
  const drawn = sparkPath(line.value!, at - 86400, at);
  assert.equal(drawn.hi, 50e6);
});

test('what a cut answer does not have, or not all', () => {
  const [a, b] = [{ resource: 'a' }, { resource: 'b' }];
  assert.deepEqual(restOf(['a', 'b', 'c'], [a, a, b], true), ['b', 'c']);
  assert.deepEqual(restOf(['a', 'c'], [a], true), ['c']);
  assert.deepEqual(restOf(['a', 'b', 'c'], [a, b], false), []);
  assert.deepEqual(restOf(['a'], [], true), []);
});
