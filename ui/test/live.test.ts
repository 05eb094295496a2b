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
const streams: FakeStream[] = [];

// The answer to a request for the stream, as the test wants it.
class FakeStream {
  private control: ReadableStreamDefaultController<Uint8Array> | null = null;
  constructor(readonly url: string, readonly headers: Record<string, string>, private readonly signal: AbortSignal, private readonly answer: (response: Response) => void, readonly fail: () => void) {
    streams.push(this);
  }
  open(): void {
    const body = new ReadableStream<Uint8Array>({ start: (control) => { this.control = control; } });
    this.signal.addEventListener('abort', () => this.control?.error(new DOMException('aborted', 'AbortError')));
    this.answer(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  }
  say(name: string, data: unknown): void {
    this.control?.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`));
  }
  breakOff(): void {
    this.control?.error(new TypeError('network error'));
  }
  get closed(): boolean {
    return this.signal.aborted;
  }
}

const world = globalThis as unknown as Record<string, unknown>;
world['document'] = { hidden: false, addEventListener() {}, activeElement: null };
world['location'] = { pathname: '/resources', search: '', hash: '' };
world['history'] = { pushState() {}, replaceState() {} };
world['fetch'] = (path: string, options: { signal: AbortSignal | null; headers: Record<string, string> }) => new Promise((done, fail) => {
  const signal = options.signal ?? new AbortController().signal;
  if (path.startsWith('/api/v1/stream')) {
    signal.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')));
    new FakeStream(path, options.headers, signal, done, () => fail(new TypeError('network')));
    return;
  }
  const reply = (status: number, body: unknown): void => done(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }));
  signal.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')));
  asked.push({ url: new URL(path, 'http://x'), signal, reply, fail: () => fail(new TypeError('network')) });
});

const { api, away, readSession, session, sessionEnded } = await import('../src/api.ts');
const { go, route } = await import('../src/route.ts');
const { viewAs } = await import('../src/viewas.ts');
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
  const end = Date.now() + 30000;
  while (!ready()) {
    assert.ok(Date.now() < end, `waited for: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
async function nextAsk(what = 'a request'): Promise<Answer> {
  await until(what, () => asked.length > 0);
  return asked.shift()!;
}
const ids = (): readonly string[] => list.rows.ids.value;
const stream = (): FakeStream => streams.at(-1)!;
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
  stream().open();
  await until('the stream', () => live.value === 'on');
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
  stream().open();
  const before = await nextAsk('what changed before the stream was open');
  stream().say('row', row('2', { output: 'still bad' }));
  await until('the words', () => list.rows.row('2')?.output === 'still bad');
  before.reply(200, page(['1', '2', '3', '4'])); // of a moment before the words
  await until('the answer', () => ids().length === 4);
  assert.equal(list.rows.row('2')?.output, 'still bad', 'an older answer does not take back what the stream said');
  stream().say('row', row('2', { state: 'ok' }));
  await until('the state', () => list.rows.row('2')?.state === 'ok');
  assert.deepEqual(ids(), ['1', '2', '3', '4'], 'not before the server was asked');
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
  await until('it is marked', () => list.rows.cell('3')?.value.gone === true);
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
  broken.open();
  (await nextAsk()).reply(200, page(['1', '2']));
  await until('quiet', () => list.loading.value === 'no');
  broken.breakOff();
  await until('a new stream', () => stream() !== broken);
  assert.equal(broken.closed, true);
  const unheard = stream();
  unheard.fail();
  await until('away', () => away.value && live.value === 'off');
  await until('another stream', () => stream() !== unheard);
  stream().open();
  await until('an answer', () => !away.value);
  (await nextAsk('the gap')).reply(200, page(['1']));
  await until('the row to leave', () => ids().join() === '1');
});

test('what changes while the list is read for the first time is read again', async () => {
  go({ q: 'early' });
  const first = await nextAsk();
  stream().open();
  await until('the stream', () => live.value === 'on');
  assert.equal(asked.length, 0);
  first.reply(200, page(['1']));
  (await nextAsk('once more')).reply(200, page(['1', '2']));
  await until('the row', () => ids().join() === '1,2');
});

test('who looks as another listens as that one, too', async () => {
  viewAs.value = 'bob';
  go({ q: 'as bob' });
  (await nextAsk()).reply(200, page(['1']));
  assert.equal(stream().headers['X-View-As'], 'bob');
  viewAs.value = '';
});

test('what follows from a problem stands beneath it when it is unfolded, and goes with it', async () => {
  const host = row('1', { kind: 'host', state: 'down', folded: { count: 3, unhandled: 3, worst: 'down', since: null, counts: {} } });
  const listed = (): Page => page([], { resources: [host, row('9')], matched: 2 });
  go({ q: '', view: 'problems', filter: 'problems' });
  (await nextAsk()).reply(200, listed());
  await until('the problems', () => ids().join() === '1,9');
  list.unfold('1', true);
  const below = await nextAsk('what follows');
  assert.equal(below.url.searchParams.get('under'), '1');
  assert.equal(below.url.searchParams.get('view'), null);
  below.reply(200, page(['2', '3'], { matched: 3 }));
  await until('them', () => list.rows.shown.value.join() === '1,2,3,+1,9');
  assert.equal(list.rows.parent('3'), '1');
  assert.deepEqual(ids(), ['1', '9']);
  void list.refresh();
  (await nextAsk('the list')).reply(200, listed());
  (await nextAsk('and what is unfolded')).reply(200, page(['2'], { matched: 1 }));
  await until('one fewer', () => list.rows.shown.value.join() === '1,2,9');
  list.unfold('1', false);
  await until('folded', () => list.rows.shown.value.join() === '1,9');
  assert.equal(list.rows.row('2'), undefined);
  go({ view: 'all' });
  (await nextAsk()).reply(200, page(['1']));
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
