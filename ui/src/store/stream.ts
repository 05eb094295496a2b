// SPDX-License-Identifier: Apache-2.0
// One stream of row changes for the view on the screen. A browser allows about six connections to a server over HTTP/1.1:
// a tab that nobody looks at gives its own back.
import { signal } from '@preact/signals';
import { ApiError, lastAnswer, openStream } from '../api.ts';
import { viewQuery, type Counts, type Job, type Row, type View } from '../model.ts';
import { eventReader } from '../sse.ts';

export type Live = 'off' | 'wait' | 'on';
export const live = signal<Live>('off');
export const heardJob = signal<Job | null>(null); // what was last said of a job of this person's

export interface Listener {
  row(row: Row): void;
  gone(id: string): void;
  counts(counts: Counts): void;
  resync(): void;
}

const HIDDEN_GRACE_MS = 5000;
const RETRY_MS = 1000;
const RETRY_MAX_MS = 15000;
const SILENCE_MS = 40000; // the server says something every 15 s: after so long nobody is there, whatever the connection says

let source: AbortController | null = null;
let wanted: { view: View; listener: Listener } | null = null;
let retryMs = RETRY_MS;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let hideTimer: ReturnType<typeof setTimeout> | undefined;

function hear(listener: Listener, name: string, data: string): void {
  const uses: Readonly<Record<string, (value: unknown) => void>> = {
    row: (value) => listener.row(value as Row),
    gone: (value) => listener.gone((value as { id: string }).id),
    counts: (value) => listener.counts(value as Counts),
    job: (value) => { heardJob.value = value as Job; },
    resync: () => listener.resync(),
  };
  try {
    uses[name]?.(JSON.parse(data));
  } catch {
    listener.resync(); // what cannot be read is asked for again
  }
}

// Until it ends, which it only does when something went wrong.
async function listen(mine: AbortController, view: View, listener: Listener): Promise<void> {
  const body = await openStream(`/stream?${viewQuery(view)}`, 'text/event-stream', mine.signal);
  live.value = 'on';
  retryMs = RETRY_MS;
  // Between reading the list and listening to its changes something may have changed; after a gap it surely has.
  listener.resync();
  const pieces = body.pipeThrough(new TextDecoderStream()).getReader();
  const read = eventReader((name, data) => { if (source === mine) hear(listener, name, data); });
  for (;;) {
    const silence = setTimeout(() => void pieces.cancel(), SILENCE_MS);
    const { done, value } = await pieces.read().finally(() => clearTimeout(silence));
    if (done) return;
    lastAnswer.value = Date.now();
    read(value);
  }
}

function close(): void {
  clearTimeout(retryTimer);
  source?.abort();
  source = null;
}

async function open(): Promise<void> {
  close();
  if (!wanted) return;
  const mine = new AbortController();
  source = mine;
  live.value = 'wait';
  let over: Live = 'wait'; // it was open, and will be again
  try {
    await listen(mine, wanted.view, wanted.listener);
  } catch (error) {
    if (live.peek() !== 'on' || error instanceof ApiError) over = 'off';
  }
  if (source !== mine) return;
  close();
  live.value = over;
  retryTimer = setTimeout(() => { if (!document.hidden) void open(); }, retryMs);
  retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
}

export function subscribe(view: View, listener: Listener): void {
  wanted = { view, listener };
  retryMs = RETRY_MS;
  if (!document.hidden) void open();
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
    else if (wanted && !source) void open();
  });
}
