// SPDX-License-Identifier: Apache-2.0
// What the pages of the past decide: addresses, days, order, calendars.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv } from '../src/file.ts';
import * as avail from '../src/pages/availability/ask.ts';
import { dayName, dayOf, daysOf, entriesOf, moved, on, plusMonths } from '../src/pages/downtimes/calendar.ts';
import * as log from '../src/pages/events/ask.ts';

test('the log: what stands in the address is what is asked for, and comes back as it was', () => {
  const query = { kind: 'alerts,nonsense,comments', host: 'web', text: 'disk', range: '7d', since: '100', until: '200' };
  const ask = log.askOf(query);
  assert.deepEqual(ask.kinds, ['alerts', 'comments']);
  assert.deepEqual(log.askOf(log.queryOf(ask)), ask);
  assert.equal(log.parametersOf(ask, ask.picked!).get('kind'), 'alert,stale,comment,comment_removed');
  assert.equal(log.isLive(ask), false);
  assert.equal(log.askOf({ from: '300', to: '200' }).window, null);
  const who = log.askOf({ show: 'told', contact: 'ann', told: 'no', kind: 'alerts', text: 'x', host: 'web' });
  assert.deepEqual(log.askOf(log.queryOf(who)), who);
  assert.equal(log.decisionsOf(who, { from: 0, to: 60 }, false).toString(), 'from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T00%3A01%3A00.000Z&host=web&contact=ann&told=no', 'kinds and texts are of events alone');
  assert.equal(log.parametersOf(who, { from: 0, to: 60 }).get('kind'), 'notification,undelivered', 'the bars are of what was sent');
  assert.deepEqual(log.windowOf(log.askOf({ range: '1h' }), 7200), { from: 3600, to: 7200 });
});

test('the log: every kind is in one group, and in one layer', () => {
  const kinds = log.GROUP_NAMES.flatMap((name) => [...log.GROUPS[name]] as string[]);
  assert.equal(new Set(kinds).size, kinds.length);
  assert.deepEqual(log.layersOf({ from: '', to: '', total: 6, counts: { alert: 1, stale: 1, undelivered: 1, start: 3 } }), { alerts: 2, notifications: 1, other: 3 });
  assert.deepEqual(log.newOnes([{ id: '1' }, { id: '2' }] as never, new Set(['2'])).map((e) => e.id), ['1']);
});

test('a file of a table: numbers as they are, texts that cannot be taken for a formula', () => {
  assert.equal(csv([['a', 1, null], ['=x', -2, 'b,"c"']]), 'a,1,\r\n\'=x,-2,"b,""c"""\r\n');
});

test('the calendar: whole weeks from Monday on, and keys that stay in a short month', () => {
  const month = daysOf(new Date(2027, 1, 10), 'month');
  assert.equal(month.length, 28);
  assert.equal(dayName(month[0]!), '2027-02-01');
  assert.equal(daysOf(new Date(2026, 7, 1), 'month').length, 42);
  assert.equal(dayName(plusMonths(new Date(2027, 0, 31), 1)), '2027-02-28');
  assert.equal(dayName(moved(new Date(2027, 1, 10), 'Home', 'week')!), '2027-02-08');
  assert.equal(moved(new Date(), 'x', 'week'), null);
  assert.equal(dayName(dayOf('2027-02-31', new Date(2026, 5, 1))), '2026-06-01');
});

test('the calendar: what begins together for one reason is one entry, and a recurring one that has begun stands there once', () => {
  const one = (host: string): never => ({ resource: host, host, service: '', period: 'n', alias: 'Backup', more: false, occurrences: [{ start: '2027-02-10T01:00:00Z', end: '2027-02-10T03:00:00Z' }] }) as never;
  const planned = { id: '1', resource: 'a', host: 'a', service: '', author: 'vigie_downtime_period', comment: 'every time', start: '2027-02-10T01:00:00Z', end: '2027-02-10T03:00:00Z' };
  const list = entriesOf([one('a'), one('b')], [planned, { ...planned, id: '2', author: 'marie', comment: 'move' }] as never);
  assert.deepEqual(list.map((e) => [e.title, e.who.length]), [['Backup', 2], ['move', 1]]);
  assert.equal(on(list, new Date(2027, 1, 10)).length, 2);
  assert.equal(on(list, new Date(2027, 1, 12)).length, 0);
});

test('availability: days of the person’s own zone, and the worst first with the unknown last', () => {
  const ask = avail.askOf({ time: 'custom', from: '2027-02-01', to: '2027-02-03', downtimes: 'excluded' });
  assert.deepEqual(avail.askOf(avail.queryOf(ask)), ask);
  assert.equal(avail.daysIn(avail.spanOf(ask, new Date(2027, 5, 1).getTime())).length, 3);
  assert.equal(avail.askOf({ time: 'custom', from: '2027-02-03', to: '2027-02-01' }).time, '30d');
  assert.equal(avail.daysIn(avail.spanOf(avail.askOf({ time: '7d' }), new Date(2027, 5, 10, 12).getTime())).length, 7);
  const hour = 3600;
  const long = (...hours: number[]): { from: number; to: number }[] => hours.map((_, k) => ({ from: hours.slice(0, k).reduce((a, b) => a + b, 0) * hour, to: hours.slice(0, k + 1).reduce((a, b) => a + b, 0) * hour }));
  assert.deepEqual(avail.runsOf(long(24, 24, 23, 24, 24, 24, 9)).map((run) => run.length), [2, 1, 3, 1], 'a day that the clock makes shorter stands alone, and so does the present one');
  assert.deepEqual(avail.runsOf([]), []);
  const f = (host: string, availability: number | null): avail.Figures => ({ host, availability } as avail.Figures);
  assert.deepEqual(avail.sorted([f('a', 100), f('b', null), f('c', 5)], 'availability', true).map((x) => x.host), ['c', 'a', 'b']);
  assert.deepEqual(avail.sorted([f('a', 100), f('b', null), f('c', 5)], 'availability', false).map((x) => x.host), ['a', 'c', 'b']);
});

test('availability: what was not always there is never told as 100', () => {
  assert.equal(avail.shownPercent(99.9999, 3), 99.999);
  assert.equal(avail.shownPercent(100, 3), 100);
  assert.deepEqual([100, 99.95, 99, 95, 12, null].map(avail.levelOf), ['full', 'high', 'fair', 'low', 'bad', 'none']);
});
