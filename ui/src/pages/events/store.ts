// SPDX-License-Identifier: Apache-2.0
// The log on the screen: read by pages backwards from the newest, and, as long as it goes on to now, what comes since.
import { batch, computed, signal } from '@preact/signals';
import { api, errorText } from '../../api.ts';
import type { Event } from '../../model.ts';
import { now } from '../../store/now.ts';
import { isLive, newOnes, parametersOf, windowOf, type Ask, type Histogram, type Span } from './ask.ts';

const PAGE = 100;
const TAIL_PAGE = 200;
const TAIL_MS = 5000;
const BACK_S = 30; // what is written a little later than it happened is found too
const BUCKETS = 60;
const COUNT_MS = 20000; // between two countings
const EMPTY_PAGES = 5; // that are looked through in vain before one is asked

interface Page {
  events: Event[];
  next: string | null;
}

export const shown = signal<Event[]>([]);
export const waiting = signal<Event[]>([]); // new ones that would move what somebody reads
export const next = signal<string | null>(null);
export const state = signal<'loading' | 'more' | 'ready'>('loading');
export const failed = signal('');
export const tail = signal(true); // new ones are asked for
export const histogram = signal<Histogram | null>(null);
export const counting = signal(false);
export const newest = computed(() => waiting.value[0] ?? shown.value[0]);

let current: AbortController | null = null;
let ask: Ask | null = null;
let since = 0; // where the tail goes on, in seconds
let counted = 0;
let known = new Set<string>();
let atTop: () => boolean = () => true;

export const listed = (a: Ask): Span => a.picked ?? windowOf(a, now.peek() / 1000);
const seconds = (e: Event): number => Date.parse(e.time) / 1000;

async function readPage(a: Ask, cursor: string | null, signal: AbortSignal, limit = PAGE): Promise<Page> {
  const query = parametersOf(a, listed(a), isLive(a));
  query.set('limit', String(limit));
  if (cursor) query.set('cursor', cursor);
  return api<Page>('GET', `/events?${query}`, { signal });
}

async function count(mine: AbortController): Promise<void> {
  const a = ask!;
  counted = Date.now();
  counting.value = true;
  const query = parametersOf(a, windowOf(a, now.peek() / 1000));
  query.set('buckets', String(BUCKETS));
  try {
    const read = await api<Histogram>('GET', `/events/histogram?${query}`, { signal: mine.signal });
    if (!mine.signal.aborted) histogram.value = read;
  } catch {
    if (!mine.signal.aborted) histogram.value = null; // the list says why
  }
  if (!mine.signal.aborted) counting.value = false;
}

// A page that was looked through in vain goes on by itself, some times.
async function fill(mine: AbortController): Promise<void> {
  for (let i = 0; i < EMPTY_PAGES; i++) {
    const page = await readPage(ask!, next.peek(), mine.signal);
    if (mine.signal.aborted) return;
    const fresh = newOnes(page.events, known);
    for (const e of fresh) known.add(e.id);
    batch(() => {
      shown.value = [...shown.peek(), ...fresh];
      next.value = page.next;
    });
    if (fresh.length > 0 || page.next === null) return;
  }
}

async function guarded(mine: AbortController, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    if (!mine.signal.aborted) failed.value = '';
  } catch (error) {
    if (!mine.signal.aborted) failed.value = errorText(error);
  }
  if (!mine.signal.aborted) state.value = 'ready';
}

export async function load(wanted: Ask): Promise<void> {
  current?.abort();
  const mine = new AbortController();
  current = mine;
  ask = wanted;
  known = new Set();
  batch(() => {
    shown.value = [];
    waiting.value = [];
    next.value = null;
    state.value = 'loading';
    failed.value = '';
  });
  since = now.peek() / 1000;
  void count(mine);
  if (wanted.decisions) state.value = 'ready';
  else await guarded(mine, () => fill(mine));
}

export async function older(): Promise<void> {
  const mine = current;
  if (!mine || state.peek() !== 'ready' || next.peek() === null) return;
  state.value = 'more';
  await guarded(mine, () => fill(mine));
}

export function showWaiting(): void {
  batch(() => {
    shown.value = [...waiting.peek(), ...shown.peek()];
    waiting.value = [];
  });
}

async function follow(): Promise<void> {
  const mine = current;
  if (!mine || !ask || ask.decisions || !tail.peek() || !isLive(ask) || state.peek() === 'loading' || document.hidden) return;
  const from = Math.max(since, newest.peek() ? seconds(newest.peek()!) : 0) - BACK_S;
  const query = parametersOf(ask, { from, to: 0 }, true);
  query.set('limit', String(TAIL_PAGE));
  const asked = now.peek() / 1000;
  try {
    const page = await api<Page>('GET', `/events?${query}`, { signal: mine.signal });
    if (mine.signal.aborted) return;
    if (page.next !== null && page.events.every((e) => !known.has(e.id)) && shown.peek().length > 0) {
      await load(ask); // more than a page came: the log begins anew
      return;
    }
    since = asked;
    const fresh = newOnes(page.events, known);
    for (const e of fresh) known.add(e.id);
    if (fresh.length > 0) waiting.value = [...fresh, ...waiting.peek()];
    if (waiting.peek().length > 0 && atTop()) showWaiting();
    if (fresh.length > 0 && Date.now() - counted > COUNT_MS) await count(mine);
  } catch {
    // The next one will tell; the banner of the page says that nobody answers.
  }
}

// top: does somebody look at the newest? Returns what ends it.
export function start(top: () => boolean): () => void {
  atTop = top;
  const timer = setInterval(() => void follow(), TAIL_MS);
  return () => {
    clearInterval(timer);
    current?.abort();
    current = null;
    histogram.value = null;
  };
}

export interface Export {
  done: number;
  stop: AbortController;
}
export const exporting = signal<Export | null>(null);
export const EXPORT_MOST = 20000;

// All that is asked for, as far as EXPORT_MOST, page after page. null: it was stopped.
export async function readAll(wanted: Ask): Promise<{ events: Event[]; whole: boolean } | null> {
  const stop = new AbortController();
  exporting.value = { done: 0, stop };
  const events: Event[] = [];
  let cursor: string | null = null;
  try {
    do {
      const page: Page = await readPage(wanted, cursor, stop.signal, TAIL_PAGE);
      events.push(...page.events);
      cursor = page.next;
      exporting.value = { done: events.length, stop };
    } while (cursor !== null && events.length < EXPORT_MOST);
    return { events, whole: cursor === null };
  } catch (error) {
    if (stop.signal.aborted) return null;
    throw error;
  } finally {
    exporting.value = null;
  }
}
