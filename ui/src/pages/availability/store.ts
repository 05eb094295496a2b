// SPDX-License-Identifier: Apache-2.0
// The figures of all that is asked for, and those of each day; both read as long as they are wanted.
import { batch, signal } from '@preact/signals';
import { api, errorText } from '../../api.ts';
import { now } from '../../store/now.ts';
import { DAYS_MOST, daysIn, parametersOf, spanOf, type Ask, type Figures, type Span, type Summary } from './ask.ts';

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
const AT_ONCE = 3;

interface Page {
  resources: Figures[];
  summary: Summary | null;
  next: string | null;
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

// Of all, or of the one that is picked: a question a day, some at a time, the last day first.
export async function loadDays(ask: Ask): Promise<void> {
  ofDays?.abort();
  const mine = new AbortController();
  ofDays = mine;
  const list: DayFigure[] = daysIn(spanOf(ask, now.peek())).map((day) => ({ ...day, availability: undefined }));
  days.value = list;
  if (list.length > DAYS_MOST) return;
  const queue = list.map((_, i) => i).reverse();
  const worker = async (): Promise<void> => {
    for (let i = queue.shift(); i !== undefined && !mine.signal.aborted; i = queue.shift()) {
      const day = list[i]!;
      const query = parametersOf(ask, day, ask.on === '');
      let availability: number | null = null;
      try {
        if (ask.on) availability = (await api<Figures>('GET', `/resources/${ask.on}/availability?${query}`, { signal: mine.signal })).availability;
        else {
          query.set('limit', '1');
          availability = (await api<Page>('GET', `/availability?${query}`, { signal: mine.signal })).summary?.mean ?? null;
        }
      } catch {
        if (mine.signal.aborted) return;
      }
      list[i] = { ...day, availability };
      if (!mine.signal.aborted) days.value = [...list];
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export function stop(): void {
  current?.abort();
  ofDays?.abort();
}
