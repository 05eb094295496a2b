// SPDX-License-Identifier: Apache-2.0
// Days, weeks and months of the person's own zone, and what stands in them. Pure.

export interface Occurrence {
  start: string;
  end: string | null;
}
export interface Recurring {
  resource: string;
  host: string;
  service: string;
  period: string;
  alias: string;
  occurrences: Occurrence[];
  more: boolean;
}
export interface Planned {
  id: string;
  resource: string;
  host: string;
  service: string;
  author: string;
  comment: string;
  entry_time: string | null;
  start: string;
  end: string;
  fixed: boolean;
  duration_s: number;
  active: boolean;
}

export interface Entry {
  key: string;
  recurring: boolean;
  title: string;
  from: number; // ms
  to: number; // Infinity: without an end
  who: { name: string; resource: string }[];
}

export const whoIs = (one: { host: string; service: string }): string => (one.service ? `${one.host} › ${one.service}` : one.host);

// What begins and ends together, for the same reason, is one entry of all whom it is for.
export function entriesOf(recurring: readonly Recurring[], planned: readonly Planned[]): Entry[] {
  const all = new Map<string, Entry>();
  const add = (key: string, entry: Omit<Entry, 'key' | 'who'>, one: { host: string; service: string; resource: string }): void => {
    const there = all.get(key) ?? { ...entry, key, who: [] };
    there.who.push({ name: whoIs(one), resource: one.resource });
    all.set(key, there);
  };
  const of = (iso: string | null): number => (iso === null ? Infinity : Date.parse(iso));
  for (const r of recurring) {
    for (const o of r.occurrences) add(`r ${r.period} ${o.start}`, { recurring: true, title: r.alias || r.period, from: of(o.start), to: of(o.end) }, r);
  }
  for (const p of planned) {
    if (p.author === 'vigie_downtime_period') continue; // a recurring one that has begun: it stands there already
    add(`p ${p.start} ${p.end} ${p.author} ${p.comment}`, { recurring: false, title: p.comment, from: of(p.start), to: of(p.end) }, p);
  }
  return [...all.values()].sort((a, b) => a.from - b.from || a.title.localeCompare(b.title));
}

// A day as it stands in the address.
export function dayName(d: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}
export function dayOf(text: string | undefined, today: Date): Date {
  const [, y, m, d] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? '') ?? [];
  const day = y ? new Date(Number(y), Number(m) - 1, Number(d)) : today;
  return Number.isNaN(day.getTime()) || (y && dayName(day) !== text) ? new Date(today.getFullYear(), today.getMonth(), today.getDate()) : new Date(day.getFullYear(), day.getMonth(), day.getDate());
}
export const plusDays = (d: Date, n: number): Date => new Date(d.getFullYear(), d.getMonth(), d.getDate() + n);
// The last of a month that is too short for that day.
export function plusMonths(d: Date, n: number): Date {
  const last = new Date(d.getFullYear(), d.getMonth() + n + 1, 0).getDate();
  return new Date(d.getFullYear(), d.getMonth() + n, Math.min(d.getDate(), last));
}
export const monday = (d: Date): Date => plusDays(d, -((d.getDay() + 6) % 7));

// The days on the screen: the week, or all weeks of the month, each from Monday on.
export function daysOf(day: Date, how: 'month' | 'week'): Date[] {
  if (how === 'week') return Array.from({ length: 7 }, (_, i) => plusDays(monday(day), i));
  const first = monday(new Date(day.getFullYear(), day.getMonth(), 1));
  const weeks = Math.ceil((Math.round((new Date(day.getFullYear(), day.getMonth() + 1, 1).getTime() - first.getTime()) / 86400000)) / 7);
  return Array.from({ length: weeks * 7 }, (_, i) => plusDays(first, i));
}

export const on = (entries: readonly Entry[], day: Date): Entry[] => entries.filter((e) => e.from < plusDays(day, 1).getTime() && e.to > day.getTime());

// Where a key leads; null: nowhere.
export function moved(day: Date, key: string, how: 'month' | 'week'): Date | null {
  const steps: Record<string, () => Date> = {
    ArrowLeft: () => plusDays(day, -1), ArrowRight: () => plusDays(day, 1),
    ArrowUp: () => plusDays(day, -7), ArrowDown: () => plusDays(day, 7),
    Home: () => monday(day), End: () => plusDays(monday(day), 6),
    PageUp: () => (how === 'week' ? plusDays(day, -7) : plusMonths(day, -1)), PageDown: () => (how === 'week' ? plusDays(day, 7) : plusMonths(day, 1)),
  };
  return steps[key]?.() ?? null;
}
