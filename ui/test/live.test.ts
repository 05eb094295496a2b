// SPDX-License-Identifier: Apache-2.0
// The list and its stream together, with a made-up server: what comes in which order must never show the wrong rows.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page, Row } from '../src/model.ts';

interface Answer {
  url: URL;
  signal: AbortSignal;
  reply: (status: number, body: unknown) => void;
  fail: () => void;
}
const asked: Answer[] = [];
const streams: FakeSource[] = [];

class FakeSource {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  private readonly heard = new Map<string, (e: { data: string }) => void>();
  constructor(readonly url: string) {
    streams.push(this);
  }
  addEventListener(name: string, use: (e: { data: string }) => void): void {
    this.heard.set(name, use);
  }
  say(name: string, data: unknown): void {
    this.heard.get(name)?.({ data: typeof data === 'string' ? data : JSON.stringify(data) });
  }
  close(): void {
    this.closed = true;
  }
}

const world = globalThis as unknown as Record<string, unknown>;
world['document'] = { hidden: false, addEventListener() {}, activeElement: null };
world['location'] = { pathname: '/resources', search: '', hash: '' };
world['history'] = { pushState() {}, replaceState() {} };
world['EventSource'] = FakeSource;
world['fetch'] = (path: string, options: { signal: AbortSignal | null }) => new Promise((done, fail) => {
  const signal = options.signal ?? new AbortController().signal;
  const reply = (status: number, body: unknown): void => done(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }));
  signal.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')));
  asked.push({ url: new URL(path, 'http://x'), signal, reply, fail: () => fail(new TypeError('network')) });
});

const { api, away, readSession, session, sessionEnded } = await import('../src/api.ts');
const { go, route } = await import('../src/route.ts');
const list = await import('../src/store/list.ts');
const { live } = await import('../src/store/stream.ts');

const row = (id: string, patch: Partial<Row> = {}): Row => ({
  id, kind: 'service', host: 'web', service: id, state: 'critical', hard: true, attempt: 3, max_attempts: 3, since: null, last_check: null, next_check: null,
  output: '', acknowledged: false, in_downtime: false, flapping: false, ...patch,
});
const page = (ids: string[], patch: Partial<Page> = {}): Page => ({
  resources: ids.map((id) => row(id)), total: 9, matched: ids.length, next: null, counts: { critical: ids.length }, now: new Date().toISOString(), ...patch,
});

async function until(what: string, ready: () => boolean): Promise<void> {
  const end = Date.now() + 8000;
  while (!ready()) {
    assert.ok(Date.now() < end, `waited for: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
async function nextAsk(what = 'a request'): Promise<Answer> {
  await until(what, () => asked.length > 0);
  return asked.shift()!;
}
const ids = (): string[] => list.rows.ids.value;
const stream = (): FakeSource => streams.at(-1)!;
const login = (): void => { session.value = { user: 'marie', role: 'admin', csrf: 'c' }; };

after(() => setImmediate(() => process.exit())); // the list polls for ever

test('signed in, the list is read and its changes are listened to', async () => {
  list.startList();
  assert.equal(asked.length, 0, 'nothing is asked before');
  login();
  const ask = await nextAsk();
  assert.equal(ask.url.pathname, '/api/v1/resources');
  assert.equal(ask.url.searchParams.get('filter'), 'unhandled');
  ask.reply(200, page(['1', '2', '3']));
  await until('rows', () => ids().length === 3);
  assert.match(stream().url, /^\/api\/v1\/stream\?filter=unhandled/);
  stream().onopen?.();
  assert.equal(live.value, 'on');
  (await nextAsk('what changed before the stream was open')).reply(200, page(['1', '2', '3']));
});

test('a slow answer to an old question is not shown', async () => {
  go({ q: 'a' });
  const first = await nextAsk();
  go({ q: 'ab' });
  const second = await nextAsk();
  assert.equal(first.signal.aborted, true);
  assert.equal(second.url.searchParams.get('q'), 'ab');
  second.reply(200, page(['7']));
  await until('the new rows', () => ids().join() === '7');
  first.reply(200, page(['8', '9']));
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(ids(), ['7']);
  assert.equal(streams.filter((s) => !s.closed).length, 1, 'one stream only');
  go({ q: '' });
  (await nextAsk()).reply(200, page(['1', '2', '3']));
  await until('rows', () => ids().length === 3);
});

test('a change is in its row at once, and the list follows when the row leaves', async () => {
  stream().say('row', row('2', { output: 'still bad' }));
  assert.equal(list.rows.row('2')?.output, 'still bad');
  stream().say('row', row('2', { state: 'ok' }));
  assert.equal(list.rows.row('2')?.state, 'ok');
  assert.deepEqual(ids(), ['1', '2', '3'], 'not before the server was asked');
  (await nextAsk('the list again')).reply(200, page(['1', '3']));
  await until('the row to leave', () => ids().join() === '1,3');
});

test('while someone points at the list it does not move', async () => {
  list.touched();
  stream().say('row', row('5'));
  (await nextAsk()).reply(200, page(['5', '1', '3']));
  await until('a difference', () => list.rows.difference() === 1);
  assert.deepEqual(ids(), ['1', '3']);
  await until('the hand to leave', () => ids().join() === '5,1,3');
});

test('a selection holds the list until it is given up', async () => {
  list.toggleSelected('1', true);
  stream().say('gone', { id: '3' });
  assert.equal(list.rows.cell('3')?.value.gone, true);
  (await nextAsk()).reply(200, page(['5', '1']));
  await until('a difference', () => list.rows.difference() === 1);
  assert.deepEqual(ids(), ['5', '1', '3']);
  list.clearSelected();
  await until('the row to leave', () => ids().join() === '5,1');
});

test('what cannot be read, and a resync, mean reading again', async () => {
  stream().say('row', '{broken');
  (await nextAsk()).reply(200, page(['5', '1']));
  await until('quiet', () => list.loading.value === 'no');
  stream().say('resync', '');
  (await nextAsk()).reply(200, page(['5']));
  await until('the row to leave', () => ids().join() === '5');
});

test('pages are asked by cursor, and a cursor that is no more begins anew', async () => {
  go({ filter: 'all' });
  (await nextAsk()).reply(200, page(['1', '2'], { next: 'c1', matched: 4 }));
  await until('rows', () => ids().length === 2);
  void list.more();
  const more = await nextAsk();
  assert.equal(more.url.searchParams.get('cursor'), 'c1');
  more.reply(200, page(['3'], { next: 'c2', matched: 4 }));
  await until('three rows', () => ids().length === 3);
  void list.more();
  (await nextAsk()).reply(400, { title: 'bad cursor' });
  const anew = await nextAsk();
  assert.equal(anew.url.searchParams.get('cursor'), null);
  anew.reply(200, page(['1', '2']));
  await until('rows', () => ids().length === 2 && list.loading.value === 'no');
});

test('a stream that breaks is opened again, and the gap is read', async () => {
  const broken = stream();
  broken.onopen?.();
  (await nextAsk()).reply(200, page(['1', '2']));
  await until('quiet', () => list.loading.value === 'no');
  broken.onerror?.();
  assert.equal(broken.closed, true);
  const who = await nextAsk('who am I');
  assert.equal(who.url.pathname, '/api/v1/session');
  who.fail();
  await until('away', () => away.value);
  const again = await nextAsk('who am I, again');
  again.reply(200, { user: 'marie', role: 'admin', csrf: 'd' });
  await until('a new stream', () => stream() !== broken);
  assert.equal(away.value, false);
  asked.length = 0;
  stream().onopen?.();
  (await nextAsk('the gap')).reply(200, page(['1']));
  await until('the row to leave', () => ids().join() === '1');
});

test('a Vigie that is still starting is asked again, and nobody is signed out', async () => {
  go({ q: 'z' });
  (await nextAsk()).reply(503, { detail: 'The configuration is still being read.' });
  await until('the reason', () => list.failed.value.startsWith('The configuration'));
  assert.equal(away.value, false);
  (await nextAsk('the list again')).reply(200, page(['4']));
  await until('the row', () => ids().join() === '4');
  assert.equal(list.failed.value, '');
  const who = readSession().then(() => 'fine', () => 'away');
  (await nextAsk()).reply(503, { detail: 'starting' });
  assert.equal(await who, 'away');
  assert.ok(session.value);
  const proxy = api('GET', '/status').then(() => 'fine', () => 'away');
  asked.shift()!.reply(504, {});
  assert.equal(await proxy, 'away');
});

test('when the session ends the stream closes and the place is kept', async () => {
  const before = { ...route.value };
  const refused = api('GET', '/status').catch((error: { status: number }) => error.status);
  (await nextAsk()).reply(401, { title: 'Not signed in' });
  assert.equal(await refused, 401);
  assert.equal(session.value, null);
  assert.equal(sessionEnded.value, true);
  assert.equal(stream().closed, true);
  assert.deepEqual(route.value, before);
});

test('a wrong password is not the end of a session', async () => {
  sessionEnded.value = false;
  const refused = api('POST', '/login', { body: {}, open: true }).catch((error: { detail: string }) => error.detail);
  (await nextAsk()).reply(401, { detail: 'Wrong' });
  assert.equal(await refused, 'Wrong');
  assert.equal(sessionEnded.value, false);
});
