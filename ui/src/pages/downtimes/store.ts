// SPDX-License-Identifier: Apache-2.0
// Downtimes, acknowledgements and comments that are in force, read whole; what is taken back can be put back.
import { batch, signal } from '@preact/signals';
import { api, errorText } from '../../api.ts';
import { t } from '../../i18n/i18n.ts';
import type { Acknowledgement, Row } from '../../model.ts';
import { toast } from '../../store/toast.ts';
import type { Planned, Recurring } from './calendar.ts';

export interface Comment {
  id: string;
  resource: string;
  host: string;
  service: string;
  kind: 'comment' | 'downtime' | 'flapping' | 'acknowledgement';
  author: string;
  text: string;
  time: string | null;
  persistent: boolean;
  expires: string | null;
}
export type Acknowledged = Row & { acknowledgement: Acknowledgement | null };

export const downtimes = signal<Planned[] | null>(null);
export const acknowledged = signal<Acknowledged[] | null>(null);
export const comments = signal<Comment[] | null>(null);
export const recurring = signal<Recurring[] | null>(null);
export const failed = signal('');

const MOST = 5000;
const AT_ONCE = 4;

async function readAll<T>(path: string, member: string): Promise<T[]> {
  const list: T[] = [];
  let cursor: string | null = '';
  while (cursor !== null && list.length < MOST) {
    const query: string = `limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const page = await api<Record<string, unknown>>('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`);
    list.push(...(page[member] as T[]));
    cursor = page['next'] as string | null;
  }
  return list;
}

async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    failed.value = '';
  } catch (error) {
    failed.value = errorText(error);
  }
}

export const readDowntimes = (): Promise<void> => guarded(async () => { downtimes.value = await readAll<Planned>('/downtimes', 'downtimes'); });
export const readComments = (): Promise<void> => guarded(async () => { comments.value = await readAll<Comment>('/comments', 'comments'); });
export const readAcknowledged = (): Promise<void> => guarded(async () => { acknowledged.value = await readAll<Acknowledged>('/acknowledgements', 'acknowledgements'); });
export const readRecurring = (from: Date, to: Date): Promise<void> => guarded(async () => {
  recurring.value = await readAll<Recurring>(`/downtimes/recurring?from=${from.toISOString()}&to=${to.toISOString()}`, 'recurring');
});

// Some at a time; says what was refused. Resolves to those that were done.
async function each<T>(list: readonly T[], work: (one: T) => Promise<unknown>): Promise<T[]> {
  const [done, queue, errors]: [T[], T[], unknown[]] = [[], [...list], []];
  const worker = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      try {
        await work(one);
        done.push(one);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (errors.length > 0) toast(t('downs.refused', { n: errors.length, why: errorText(errors[0]) }), true);
  return done;
}

// What was done, and the way back where there is one.
function say(text: string, back: (() => Promise<unknown>) | null): void {
  const run = (): void => { void back?.().then(() => { toast(t('downs.undone')); }); };
  toast(text, false, back ? { acts: [{ text: t('downs.undo'), run }] } : {});
}

const of = (resource: string, what: string): string => `/resources/${encodeURIComponent(resource)}/${what}`;

// A downtime whose time is over cannot be put back, nor one that began by itself.
const returns = (d: Planned): boolean => Date.parse(d.end) > Date.now() && d.author !== 'vigie_downtime_period';
const replan = (d: Planned): Promise<unknown> => api('POST', of(d.resource, 'downtime'), { body: { start: d.start, end: d.end, fixed: d.fixed, ...(d.fixed ? {} : { duration_s: d.duration_s }), comment: d.comment } });

export async function cancel(list: readonly Planned[]): Promise<void> {
  const done = await each(list, (d) => api('DELETE', `/downtimes/${encodeURIComponent(d.id)}`));
  batch(() => { downtimes.value = downtimes.peek()?.filter((d) => !done.includes(d)) ?? null; });
  const back = done.filter(returns);
  if (done.length > 0) say(t('downs.cancelled', { n: done.length }), back.length > 0 ? async () => { await each(back, replan); await readDowntimes(); } : null);
}

const acknowledge = (a: Acknowledged): Promise<unknown> => api('POST', of(a.id, 'acknowledge'), { body: {
  comment: a.acknowledgement?.text || t('downs.again'), sticky: a.acknowledgement?.sticky ?? true, notify: false, ...(a.acknowledgement?.expires && Date.parse(a.acknowledgement.expires) > Date.now() ? { expires: a.acknowledgement.expires } : {}),
} });

export async function unacknowledge(list: readonly Acknowledged[]): Promise<void> {
  const done = await each(list, (a) => api('DELETE', of(a.id, 'acknowledgement')));
  acknowledged.value = acknowledged.peek()?.filter((a) => !done.includes(a)) ?? null;
  if (done.length > 0) say(t('downs.unacknowledged', { n: done.length }), async () => { await each(done, acknowledge); await readAcknowledged(); });
}

const rewrite = (c: Comment): Promise<unknown> => api('POST', of(c.resource, 'comment'), { body: { comment: c.text, persistent: c.persistent, ...(c.expires ? { expires: c.expires } : {}) } });

export async function deleteComments(list: readonly Comment[]): Promise<void> {
  const done = await each(list, (c) => api('DELETE', `/comments/${encodeURIComponent(c.id)}`));
  comments.value = comments.peek()?.filter((c) => !done.includes(c)) ?? null;
  const back = done.filter((c) => c.kind === 'comment');
  if (done.length > 0) say(t('downs.deleted', { n: done.length }), back.length > 0 ? async () => { await each(back, rewrite); await readComments(); } : null);
}
