// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATES, viewQuery } from '../src/model.ts';
import { DEFAULT_ROUTE, formatRoute, listOf, parseRoute, type Route } from '../src/route.ts';

const parse = (url: string): Route => {
  const at = url.indexOf('?');
  return at < 0 ? parseRoute(url, '') : parseRoute(url.slice(0, at), url.slice(at));
};

test('the usual page has the shortest address', () => {
  assert.equal(formatRoute(DEFAULT_ROUTE), '/resources');
  assert.deepEqual(parse('/'), DEFAULT_ROUTE);
  assert.deepEqual(parse('/resources/'), DEFAULT_ROUTE);
});

test('pages have addresses; what is no page is known as such', () => {
  for (const [page, path] of [['platform', '/platform'], ['users', '/admin/users'], ['account', '/account']] as const) {
    assert.equal(parse(`${path}/`).page, page);
    assert.equal(formatRoute({ ...DEFAULT_ROUTE, page, q: 'x' }), path);
  }
  for (const bad of ['/nimporte', '/resources/x', '/constructor', '/__proto__']) assert.equal(parse(bad).page, 'missing', bad);
  assert.equal(formatRoute({ ...DEFAULT_ROUTE, page: 'missing' }), '/');
});

test('an address can be written and read again, whatever is on the screen', () => {
  let seed = 11;
  const pick = <T>(list: readonly T[]): T => list[(seed = (seed * 16807) % 2147483647) % list.length]!;
  for (let i = 0; i < 2000; i++) {
    const states = pick([[], ['down', 'critical'], ['ok', 'up'], [pick(STATES)]] as Route['states'][]);
    const route: Route = {
      ...DEFAULT_ROUTE, page: 'resources', q: pick(['', 'disk', 'a b', 'é&=?#%', '+1']), states, filter: pick(['unhandled', 'problems', 'all'] as const), kind: pick(['', 'host', 'service'] as const),
      host: pick(['', 'web 01', 'x/y']), group: pick([[], ['web'], ['web', 'salle é']]), sort: pick(['severity', 'name', 'since', 'checked', 'output'] as const), order: pick(['asc', 'desc'] as const), open: pick(['', '281474976710657']),
    };
    const problems: Route = { ...route, view: 'problems', unfolded: pick([[], ['7'], ['7', '281474976710657']]) };
    assert.deepEqual(parse(formatRoute(problems)), problems);
    assert.deepEqual(parse(formatRoute(route)), route);
    const time = { range: pick(['24h', '7d', '365d']), compare: pick([[], ['1d'], ['1d', '28d']]), ...pick([{ from: 0, to: 0 }, { from: 1764350400, to: 1764354000 }]) };
    const tab: Route = { ...route, open: '7', tab: 'graph', ...time };
    assert.deepEqual(parse(formatRoute(tab)), tab);
    const graphs: Route = { ...DEFAULT_ROUTE, page: 'graphs', on: pick([[], ['281474976710657'], ['1', '2', '3']]), together: pick([true, false]), ...time };
    assert.deepEqual(parse(formatRoute(graphs)), graphs);
  }
});

test('times and resources of an address that make no sense are passed over', () => {
  const route = parse('/graphs?on=1,1,x,-3,2&range=forever&from=9&to=3&compare=1d,zz,2y,7d');
  assert.deepEqual(route, { ...DEFAULT_ROUTE, page: 'graphs', on: ['1', '2'], compare: ['1d', '7d'] });
  assert.equal(parse(`/graphs?on=${Array.from({ length: 500 }, (_, i) => i).join(',')}`).on.length, 100);
});

test('an address that makes no sense shows the usual page', () => {
  const route = parse('/resources?filter=nonsense&sort=DROP&order=up&state=bad,critical&kind=x');
  assert.deepEqual(route, { ...DEFAULT_ROUTE, states: ['critical'], filter: 'all' });
  assert.equal(parse('/platform').page, 'platform');
});

test('the server is asked for the view, not for the panel', () => {
  const query = viewQuery(listOf({ ...DEFAULT_ROUTE, q: 'disk', open: '7', states: ['critical'] }));
  assert.equal(query.toString(), 'filter=unhandled&sort=severity&order=desc&q=disk&state=critical');
  assert.equal(viewQuery(listOf(parse('/resources?group=web,db,web'))).get('group'), 'web,db');
});
