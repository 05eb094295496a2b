// SPDX-License-Identifier: Apache-2.0
// Small pictures: the strip of states, the line in a row, what the search for resources offers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf, type Line } from '../src/graph/model.ts';
import { together } from '../src/graph/page.tsx';
import { foundIn } from '../src/graph/picker.tsx';
import { mainLine, sparkPath } from '../src/graph/spark.tsx';
import { barsOf, knownOf } from '../src/graph/strip.tsx';

test('a short outage is seen in a whole year, and what is not known is no state', () => {
  const year = 365 * 86400;
  const bars = barsOf({ states: [{ from: 100 * 86400, to: year, state: 'ok' }, { from: 200 * 86400, to: 200 * 86400 + 60, state: 'critical' }], downtimes: [{ from: 300 * 86400, to: 304 * 86400 }] }, { from: 0, to: year }, 120);
  assert.deepEqual(bars.map((b) => `${b.state}${b.downtime ? '+' : ''} ${b.from}-${b.to}`), ['no_data 0-32', 'ok 32-65', 'critical 65-66', 'ok 66-98', 'ok+ 98-100', 'ok 100-120']);
  assert.deepEqual(barsOf({ states: [], downtimes: [] }, { from: 0, to: 100 }, 10), [{ state: 'no_data', downtime: false, from: 0, to: 10 }]);
  const within = barsOf({ states: [{ from: 0, to: 2, state: 'critical' }, { from: 2, to: 10, state: 'ok' }], downtimes: [] }, { from: 0, to: 10 }, 1);
  assert.equal(within[0]!.state, 'critical', 'the worst, not the last');
  const ends = barsOf({ states: [{ from: -50, to: 10, state: 'up' }, { from: 95, to: 500, state: 'down' }], downtimes: [] }, { from: 0, to: 100 }, 10);
  assert.deepEqual(ends.map((b) => `${b.state} ${b.from}-${b.to}`), ['up 0-1', 'no_data 1-9', 'down 9-10']);
});

const line = (id: string, mean: (number | null)[], warn: string | null = null, host = 'h'): Line =>
  lineOf({ id, resource: host, host, service: 'S', label: id, unit: 's', t: mean.map((_, i) => i * 10), mean, thresholds: warn ? [{ from: 0, warn }] : [] });

test('the line of a row is the first that has limits, and its gaps lift the pen', () => {
  assert.equal(mainLine([line('a', [1]), line('b', [1], '5')])?.label, 'b');
  assert.equal(mainLine([line('a', [1]), line('b', [null], '5')])?.label, 'a');
  assert.equal(mainLine([]), null);
  const percent = (limit: string | null): Line => lineOf({ id: 'pl', resource: 'h', host: 'h', label: 'pl', unit: '%', t: [0], mean: [0], thresholds: limit ? [{ from: 0, warn: limit }] : [] });
  assert.equal(mainLine([percent('20'), line('rta', [1], '5')])?.label, 'rta', 'a time first');
  assert.equal(mainLine([percent('20'), line('rta', [1])])?.label, 'pl', 'but limits before that');
  const { path } = sparkPath(line('a', [0, 10, null, 5, 5]), 0, 40);
  assert.equal(path, 'M0.0 20.0h.1L24.0 2.0M72.0 11.0h.1L96.0 11.0');
});

test('availability is told with how much of the time is known', () => {
  assert.equal(knownOf({ seconds: { ok: 300, pending: 0, no_data: 86000, unmonitored: 100 }, in_downtime: { ok: 60, no_data: 40 } }), 360);
  assert.equal(knownOf({ seconds: { up: 80 }, in_downtime: { down: 20 } }), null);
  assert.equal(knownOf({}), null);
});

test('resources are offered once, without those that are there already', () => {
  const page = { series: [{ resource: '1', host: 'a', service: 'S', label: 'x' }, { resource: '1', host: 'a', service: 'S', label: 'y' }, { resource: '2', host: 'b', service: null, label: 'z' }] };
  assert.deepEqual(foundIn(page, new Set(['2'])), [{ id: '1', name: 'a › S', labels: ['x', 'y'] }]);
  assert.deepEqual(foundIn(page, new Set()).map((f) => f.name), ['a › S', 'b']);
});

test('together: one graph a label, the fullest first', () => {
  const groups = together([line('only', [1], null, 'a'), line('load', [1], null, 'a'), line('load', [2], null, 'b')]);
  assert.deepEqual(groups.map((g) => g.lines.map((l) => `${l.host}/${l.label}`)), [['a/load', 'b/load'], ['a/only']]);
});
