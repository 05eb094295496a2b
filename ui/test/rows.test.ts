// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayEnter, nameOf, stillMatches, type Row, type View } from '../src/model.ts';
import { Rows } from '../src/store/rows.ts';

const view: View = { q: '', filter: 'unhandled', states: [], kind: '', host: '', group: [], view: 'all', under: '', sort: 'severity', order: 'desc' };
const row = (id: string, patch: Partial<Row> = {}): Row => ({
  id, kind: 'service', host: 'web', service: id, state: 'critical', hard: true, attempt: 1, max_attempts: 3, since: null, last_check: null, next_check: null,
  output: '', acknowledged: false, in_downtime: false, flapping: false, ...patch,
});
const filled = (): Rows => {
  const rows = new Rows();
  rows.replace([row('1'), row('2'), row('3')], false);
  return rows;
};

test('a change is seen in its place at once', () => {
  const rows = filled();
  const seen = rows.apply(row('2', { output: 'new words' }), view);
  assert.deepEqual(seen, { known: true, stateChanged: false, structure: false });
  assert.equal(rows.row('2')?.output, 'new words');
  assert.deepEqual(rows.ids.value, ['1', '2', '3']);
});

test('a row that leaves the view stays until the list may move', () => {
  const rows = filled();
  assert.equal(rows.apply(row('2', { state: 'ok' }), view).structure, true);
  assert.equal(rows.cell('2')?.value.gone, true);
  assert.ok(rows.cell('2')!.value.changed > 0);
  assert.equal(rows.cell('1')!.value.changed, 0);
  rows.replace([row('1'), row('3')], true);
  assert.deepEqual(rows.ids.value, ['1', '2', '3'], 'held');
  assert.equal(rows.difference(), 1);
  rows.release();
  assert.deepEqual(rows.ids.value, ['1', '3']);
  assert.equal(rows.difference(), 0);
  assert.equal(rows.cell('2'), undefined, 'memory of it is gone');
});

test('while held, what is known is fresh and what is new waits', () => {
  const rows = filled();
  rows.replace([row('9'), row('1', { output: 'fresh' }), row('2'), row('3')], true);
  assert.equal(rows.row('1')?.output, 'fresh');
  assert.equal(rows.row('9'), undefined);
  assert.equal(rows.difference(), 1);
  rows.replace([row('1'), row('2'), row('3')], true);
  assert.equal(rows.waiting.value, null, 'it came and went: nothing waits any more');
});

test('only the changed row is told to draw itself again', () => {
  const rows = filled();
  const before = rows.cell('1')!.value;
  rows.apply(row('2', { state: 'warning' }), view);
  assert.equal(rows.cell('1')!.value, before);
});

test('a row of elsewhere matters only if it belongs here', () => {
  const rows = filled();
  assert.deepEqual(rows.apply(row('8', { state: 'ok' }), view), { known: false, stateChanged: false, structure: false });
  assert.equal(rows.apply(row('8'), view).structure, true);
  assert.equal(rows.apply(row('1', { acknowledged: true }), view).structure, true);
});

test('pages are put one after the other without doubles', () => {
  const rows = filled();
  rows.append([row('3'), row('4')]);
  assert.deepEqual(rows.ids.value, ['1', '2', '3', '4']);
  rows.clear();
  assert.deepEqual(rows.ids.value, []);
});

const below = (ids: string[], total = ids.length): Map<string, { rows: Row[]; total: number }> => new Map([['2', { rows: ids.map((id) => row(id)), total }]]);

test('beneath a row stand those that it stands for, and the number of the others', () => {
  const rows = filled();
  rows.unfold('2', { rows: [row('7'), row('8')], total: 9 });
  assert.deepEqual(rows.shown.value, ['1', '2', '7', '8', '+2', '3']);
  assert.deepEqual([rows.parent('8'), rows.parent('+2'), rows.parent('2')], ['2', '2', '']);
  assert.deepEqual(rows.ids.value, ['1', '2', '3']);
  rows.fold('2');
  assert.deepEqual(rows.shown.value, ['1', '2', '3']);
  assert.equal(rows.cell('7'), undefined, 'memory of it is gone');
});

test('a row stands once, though it is still in the list itself', () => {
  const rows = filled();
  rows.unfold('2', { rows: [row('3'), row('4')], total: 2 });
  assert.deepEqual(rows.shown.value, ['1', '2', '4', '3']);
  rows.fold('2');
  assert.deepEqual(rows.shown.value, ['1', '2', '3']);
  assert.ok(rows.cell('3'));
});

test('what is beneath moves no more than the list does', () => {
  const rows = filled();
  rows.replace([row('1'), row('2'), row('3')], false, below(['7', '8']));
  rows.replace([row('1'), row('2'), row('3')], true, below(['8']));
  assert.deepEqual(rows.shown.value, ['1', '2', '7', '8', '3'], 'held');
  assert.equal(rows.cell('7')?.value.gone, true);
  assert.equal(rows.difference(), 1);
  rows.fold('2'); // somebody does it by hand, meanwhile
  assert.equal(rows.difference(), 0);
  rows.release();
  assert.deepEqual(rows.shown.value, ['1', '2', '3']);
});

test('what says the same again is not drawn again', () => {
  const rows = filled();
  const before = rows.cell('1')!.value;
  rows.replace([row('1'), row('2'), row('3', { output: 'new' })], false);
  assert.equal(rows.cell('1')!.value, before);
  assert.equal(rows.row('3')?.output, 'new');
});

test('what lies below the part that was read again stays', () => {
  const rows = filled();
  rows.append([row('4'), row('5')]);
  const fresh = [row('9'), row('1'), row('4')];
  assert.deepEqual(rows.beyond(fresh).map((r) => r.id), ['5']);
  assert.deepEqual(rows.beyond([row('1'), row('2'), row('3'), row('4'), row('5')]), []);
});

test('a busy list far below does not cause reading again', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  const old = '2026-11-20T12:00:00Z';
  const fresh = '2026-11-23T11:59:55Z';
  const last = row('l', { state: 'ok' });
  const all: View = { ...view, filter: 'all' };
  assert.equal(mayEnter(row('x', { state: 'ok', since: old }), last, all, now), false, 'one of many healthy ones');
  assert.equal(mayEnter(row('x', { state: 'ok', since: fresh }), last, all, now), true);
  assert.equal(mayEnter(row('x', { state: 'critical', since: old }), last, all, now), true, 'worse than the last on the screen');
  assert.equal(mayEnter(row('x', { state: 'critical', since: old }), last, { ...all, sort: 'name' }, now), false);
  assert.equal(mayEnter(row('x', { state: 'warning', since: fresh }), row('l'), view, now), false, 'better than the last');
});

test('what belongs to a view', () => {
  const problems: View = { ...view, filter: 'problems' };
  assert.equal(stillMatches(row('1'), view), true);
  assert.equal(stillMatches(row('1', { in_downtime: true }), view), false);
  assert.equal(stillMatches(row('1', { host_in_downtime: true }), view), false);
  assert.equal(stillMatches(row('1', { in_downtime: true }), problems), true);
  assert.equal(stillMatches(row('1', { state: 'pending' }), problems), false);
  assert.equal(stillMatches(row('1', { state: 'ok' }), { ...view, filter: 'all' }), true);
  assert.equal(stillMatches(row('1', { state: 'ok' }), { ...view, filter: 'all', states: ['critical'] }), false);
});

test('names for people', () => {
  assert.equal(nameOf(row('1', { host_display: 'Web', service_display: 'HTTP' })), 'Web › HTTP');
  assert.equal(nameOf(row('1', { kind: 'host' })), 'web');
});

test('what is folded away is told, so that it is selected no more; what stands in the list of its own stays', () => {
  const rows = filled();
  rows.unfold('1', { rows: [row('7'), row('3'), row('8')], total: 3 });
  assert.deepEqual(rows.fold('1'), ['7', '8']);
  assert.deepEqual(rows.fold('1'), []);
});
