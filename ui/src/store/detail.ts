// SPDX-License-Identifier: Apache-2.0
// The resource in the panel. It may lie outside the list's filter (once acknowledged it leaves "unhandled"), so it is kept
// fresh on its own: when the stream speaks of it, after an action, when its next check is due.
import { effect, signal } from '@preact/signals';
import { api, ApiError, session } from '../api.ts';
import { seconds } from '../format.ts';
import { route } from '../route.ts';
import type { Detail, Event, Why } from '../model.ts';
import { now } from './now.ts';

export const detail = signal<Detail | null>(null);
export const why = signal<Why | null>(null);
export const events = signal<Event[]>([]);
export const eventsNext = signal<string | null>(null);
export const detailState = signal<'loading' | 'ready' | 'missing'>('loading');

const EVENTS = 12;
const POLL_MAX_MS = 10000;
const POLL_MIN_MS = 1500;

let timer: ReturnType<typeof setTimeout> | undefined;
let request: AbortController | null = null;

interface EventPage {
  events: Event[];
  next: string | null;
}

function plan(): void {
  clearTimeout(timer);
  const due = seconds(detail.peek()?.next_check);
  const wait = due === null ? POLL_MAX_MS : due * 1000 + POLL_MIN_MS - now.peek();
  timer = setTimeout(() => {
    if (document.hidden) plan();
    else void read();
  }, Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, wait)));
}

async function read(): Promise<void> {
  const id = route.peek().open;
  if (!id || !session.peek()) return;
  request?.abort();
  const mine = new AbortController();
  request = mine;
  const path = `/resources/${encodeURIComponent(id)}`;
  try {
    const { tab } = route.peek();
    const part = <T>(wanted: boolean, what: string): Promise<T | null> => (wanted ? api<T>('GET', path + what, { signal: mine.signal }).catch(() => null) : Promise.resolve(null));
    const [resource, history, reasons] = await Promise.all([
      api<Detail>('GET', path, { signal: mine.signal }),
      part<EventPage>(tab === '' || tab === 'timeline', `/events?limit=${EVENTS}`),
      part<Why>(tab === 'told', '/why'),
    ]);
    if (mine.signal.aborted) return;
    detail.value = resource;
    why.value = reasons ?? why.peek();
    if (history && !keepsOlder(history)) {
      events.value = history.events;
      eventsNext.value = history.next;
    }
    detailState.value = 'ready';
  } catch (error) {
    if (mine.signal.aborted) return;
    if (error instanceof ApiError && error.status === 404) detailState.value = 'missing';
  }
  plan();
}

// Someone who unfolded earlier events keeps them: the newest are put in front.
function keepsOlder(page: EventPage): boolean {
  const have = events.peek();
  if (have.length <= EVENTS) return false;
  const known = new Set(have.map((e) => e.id));
  const fresh = page.events.filter((e) => !known.has(e.id));
  if (fresh.length < page.events.length) events.value = [...fresh, ...have];
  return fresh.length < page.events.length;
}

export async function moreEvents(): Promise<void> {
  const id = route.peek().open;
  const cursor = eventsNext.peek();
  if (!id || !cursor) return;
  const page = await api<EventPage>('GET', `/resources/${encodeURIComponent(id)}/events?limit=${EVENTS}&cursor=${encodeURIComponent(cursor)}`);
  if (route.peek().open !== id) return;
  events.value = [...events.peek(), ...page.events];
  eventsNext.value = page.next;
}

export function refreshDetail(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void read(), 150);
}

export function startDetail(): void {
  let shown = '';
  effect(() => {
    const id = session.value && route.value.page === 'resources' ? route.value.open : '';
    const what = id && `${id} ${route.value.tab}`; // each tab reads what it shows
    if (what === shown) return;
    shown = what;
    queueMicrotask(() => {
      clearTimeout(timer);
      request?.abort();
      if (detail.peek()?.id !== id) {
        detail.value = null;
        why.value = null;
        events.value = [];
        eventsNext.value = null;
        detailState.value = 'loading';
      }
      if (id) void read();
    });
  });
}
