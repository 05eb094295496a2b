// SPDX-License-Identifier: Apache-2.0
// One stream of row changes for the view on the screen. A browser allows about six connections to a server over HTTP/1.1:
// a tab that nobody looks at gives its own back.
import { signal } from '@preact/signals';
import { away, lastAnswer, readSession, session } from '../api.ts';
import { viewAs } from '../viewas.ts';
import { viewQuery, type Counts, type Job, type Row, type View } from '../model.ts';

export type Live = 'off' | 'wait' | 'on' | 'poll';
export const live = signal<Live>('off');
export const heardJob = signal<Job | null>(null); // what was last said of a job of this person's

export interface Listener {
  row(row: Row): void;
  gone(id: string): void;
  counts(counts: Counts): void;
  resync(): void;
}

const HIDDEN_GRACE_MS = 5000;
const RETRY_MAX_MS = 15000;
const POLL_MS = 10000;

let source: EventSource | null = null;
let wanted: { view: View; listener: Listener } | null = null;
let retryMs = 1000;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let pollTimer: ReturnType<typeof setInterval> | undefined;
let hideTimer: ReturnType<typeof setTimeout> | undefined;

function parsed<T>(event: MessageEvent<string>, use: (value: T) => void): void {
  lastAnswer.value = Date.now();
  try {
    use(JSON.parse(event.data) as T);
  } catch {
    wanted?.listener.resync(); // what cannot be read is asked for again
  }
}

function close(): void {
  clearTimeout(retryTimer);
  clearInterval(pollTimer);
  source?.close();
  source = null;
}

async function retry(): Promise<void> {
  retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  try {
    await readSession(); // an EventSource does not say why it failed: 401 or nobody there
  } catch {
    live.value = 'off';
    if (wanted && !source) retryTimer = setTimeout(() => void retry(), retryMs);
    return;
  }
  if (session.value && wanted && !document.hidden) open();
}

function open(): void {
  close();
  if (!wanted) return;
  const { view, listener } = wanted;
  if (viewAs.peek()) { // a stream of events has no header to say it in
    live.value = 'poll';
    pollTimer = setInterval(() => { if (!document.hidden) listener.resync(); }, POLL_MS);
    return;
  }
  const stream = new EventSource(`/api/v1/stream?${viewQuery(view)}`);
  let opened = false;
  source = stream;
  live.value = 'wait';
  stream.onopen = () => {
    live.value = 'on';
    away.value = false;
    retryMs = 1000;
    // Between reading the list and listening to its changes something may have changed; after a gap it surely has.
    listener.resync();
    opened = true;
  };
  stream.onerror = () => {
    if (source !== stream) return;
    live.value = opened ? 'wait' : 'off';
    close();
    retryTimer = setTimeout(() => void retry(), retryMs);
  };
  stream.addEventListener('row', (e) => parsed<Row>(e as MessageEvent<string>, (row) => listener.row(row)));
  stream.addEventListener('gone', (e) => parsed<{ id: string }>(e as MessageEvent<string>, (gone) => listener.gone(gone.id)));
  stream.addEventListener('counts', (e) => parsed<Counts>(e as MessageEvent<string>, (counts) => listener.counts(counts)));
  stream.addEventListener('job', (e) => parsed<Job>(e as MessageEvent<string>, (job) => { heardJob.value = job; }));
  stream.addEventListener('resync', () => listener.resync());
}

export function subscribe(view: View, listener: Listener): void {
  wanted = { view, listener };
  retryMs = 1000;
  if (!document.hidden) open();
}

export function unsubscribe(): void {
  wanted = null;
  close();
  live.value = 'off';
}

export function watchVisibility(): void {
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hideTimer);
    if (document.hidden) hideTimer = setTimeout(() => { close(); live.value = 'wait'; }, HIDDEN_GRACE_MS);
    else if (wanted && !source) open();
  });
}
