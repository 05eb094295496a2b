// SPDX-License-Identifier: Apache-2.0
// The figures of all that is asked for, and those of each day; both read as long as they are wanted.
import { batch, signal } from '@preact/signals';
import { api, errorText } from '../../api.ts';
import { now } from '../../store/now.ts';
import { DAYS_MOST, daysIn, parametersOf, runsOf, spanOf, type Ask, type Figures, type Span, type Summary } from './ask.ts';

export const figures = signal<Figures[] | null>(null);
export const summary = signal<Summary | null>(null);
export const failed = signal('');
export const busy = signal(false);
export const whole = signal(true); // all are here
export const span = signal<Span>({ from: 0, to: 1 });
export interface DayFigure extends Span {
  availability: number | null | undefined; // undefined: not read yet
}
export const days = signal<DayFigure[]>([]);

const MOST = 3000;
const PAGE = 500;

interface Page {
  resources: Figures[];
  summary: Summary | null;
  next: string | null;
}

interface Parts {
  buckets: { availability: number | null }[];
}

let current: AbortController | null = null;
let ofDays: AbortController | null = null;

export async function load(ask: Ask): Promise<void> {
  current?.abort();
  const mine = new AbortController();
  current = mine;
  batch(() => {
    busy.value = true;
    failed.value = '';
    span.value = spanOf(ask, now.peek());
  });
  const list: Figures[] = [];
  try {
    let cursor: string | null = '';
    while (cursor !== null && list.length < MOST) {
      const query = parametersOf(ask, span.peek());
      query.set('limit', String(PAGE));
      if (cursor) query.set('cursor', cursor);
      const page: Page = await api<Page>('GET', `/availability?${query}`, { signal: mine.signal });
      list.push(...page.resources);
      cursor = page.next;
      if (page.summary) summary.value = page.summary;
    }
    batch(() => {
      figures.value = list;
      whole.value = cursor === null;
      busy.value = false;
    });
  } catch (error) {
    if (mine.signal.aborted) return;
    batch(() => {
      failed.value = errorText(error);
      figures.value = null;
      summary.value = null;
      busy.value = false;
    });
  }
}

// Of all, or of the one that is picked: a question for each run of equally long days, mostly two.
export async function loadDays(ask: Ask): Promise<void> {
  ofDays?.abort();
  const mine = new AbortController();
  ofDays = mine;
  let list: DayFigure[] = daysIn(spanOf(ask, now.peek())).map((day) => ({ ...day, availability: undefined }));
  days.value = list;
  if (list.length > DAYS_MOST) return;
  const path = ask.on ? `/resources/${ask.on}/availability/buckets` : '/availability/buckets';
  await Promise.all(runsOf(list).map(async (run) => {
    const query = parametersOf(ask, { from: run[0]!.from, to: run.at(-1)!.to }, ask.on === '');
    query.set('buckets', String(run.length));
    let read: (number | null)[] = [];
    try {
      read = (await api<Parts>('GET', `${path}?${query}`, { signal: mine.signal })).buckets.map((part) => part.availability);
    } catch {
      // They show as days of which nothing is known.
    }
    if (mine.signal.aborted) return;
    list = list.map((day) => {
      const at = run.findIndex((one) => one.from === day.from);
      return at < 0 ? day : { ...day, availability: read[at] ?? null };
    });
    days.value = list;
  }));
}

export function stop(): void {
  current?.abort();
  ofDays?.abort();
}
