// SPDX-License-Identifier: Apache-2.0
// What availability is asked for, and where that stands in the address; days, levels, order. Pure.

export const TIMES = ['month', 'last_month', '30d', '7d', 'year', 'custom'] as const;
export type Time = (typeof TIMES)[number];
export const SORTS = ['availability', 'name', 'outages', 'mtbf', 'mttr', 'bad'] as const;
export type Sort = (typeof SORTS)[number];

export interface Ask {
  group: string;
  host: string;
  service: string;
  kind: '' | 'host' | 'service';
  time: Time;
  from: string; // of a custom time: days, the last one included
  to: string;
  period: string;
  excluded: boolean; // downtimes do not count
  hard: boolean; // soft states do not count
  sort: Sort;
  up: boolean;
  on: string; // whose days are shown; empty: of all
}

type Query = Readonly<Record<string, string>>;
const DAY = /^\d{4}-\d\d-\d\d$/;

export function askOf(query: Query): Ask {
  const text = (name: string): string => query[name] ?? '';
  const days = DAY.test(text('from')) && DAY.test(text('to')) && text('from') <= text('to');
  const time = TIMES.find((one) => one === text('time')) ?? '30d';
  const sort = SORTS.find((one) => one === text('sort')) ?? 'availability';
  const kind = text('kind');
  return {
    group: text('group'), host: text('host'), service: text('service'), kind: kind === 'host' || kind === 'service' ? kind : '', time: time === 'custom' && !days ? '30d' : time,
    from: days ? text('from') : '', to: days ? text('to') : '', period: text('period'), excluded: text('downtimes') === 'excluded', hard: text('soft') === 'ignored',
    sort, up: text('order') === '' ? FIRST_UP[sort] : text('order') === 'asc', on: /^\d{1,20}$/.test(text('on')) ? text('on') : '',
  };
}

// What a first click asks for: the worst, or the alphabet.
export const FIRST_UP: Record<Sort, boolean> = { availability: true, name: true, outages: false, mtbf: true, mttr: false, bad: false };

export function queryOf(ask: Ask): Record<string, string> {
  const all: Record<string, string> = {
    group: ask.group, host: ask.host, service: ask.host ? ask.service : '', kind: ask.kind, time: ask.time === '30d' ? '' : ask.time, from: ask.time === 'custom' ? ask.from : '', to: ask.time === 'custom' ? ask.to : '',
    period: ask.period, downtimes: ask.excluded ? 'excluded' : '', soft: ask.hard ? 'ignored' : '', sort: ask.sort === 'availability' ? '' : ask.sort, order: ask.up === FIRST_UP[ask.sort] ? '' : ask.up ? 'asc' : 'desc', on: ask.on,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

export interface Span {
  from: number; // seconds
  to: number;
}

const start = (y: number, m: number, d: number): number => new Date(y, m, d).getTime() / 1000;
function dayAt(text: string, plus: number): number {
  const [y, m, d] = text.split('-').map(Number);
  return start(y!, m! - 1, d! + plus);
}

// Whole days of the person's zone, the present one up to now.
export function spanOf(ask: Ask, nowMs: number): Span {
  const now = new Date(nowMs);
  const [y, m, d] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const to = Math.floor(nowMs / 1000);
  if (ask.time === 'month') return { from: start(y, m, 1), to };
  if (ask.time === 'last_month') return { from: start(y, m - 1, 1), to: start(y, m, 1) };
  if (ask.time === 'year') return { from: start(y, 0, 1), to };
  if (ask.time === 'custom') return { from: dayAt(ask.from, 0), to: Math.min(to, dayAt(ask.to, 1)) };
  return { from: start(y, m, d - (ask.time === '7d' ? 6 : 29)), to };
}

export const DAYS_MOST = 100;
export function daysIn(span: Span): Span[] {
  const days: Span[] = [];
  for (let d = new Date(span.from * 1000); d.getTime() / 1000 < span.to && days.length < 400;) {
    const next = new Date(d.getFullYear(), d.getMonth(), d.getDate() + 1);
    days.push({ from: d.getTime() / 1000, to: Math.min(span.to, next.getTime() / 1000) });
    d = next;
  }
  return days;
}

// Days behind each other that are equally long: those on which the clock is put forward or back, and the present one, stand alone.
export function runsOf(days: readonly Span[]): Span[][] {
  const runs: Span[][] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last && last[0]!.to - last[0]!.from === day.to - day.from) last.push(day);
    else runs.push([day]);
  }
  return runs;
}

const iso = (at: number): string => new Date(at * 1000).toISOString();

export function parametersOf(ask: Ask, span: Span, withWhom = true): URLSearchParams {
  const query = new URLSearchParams({ from: iso(span.from), to: iso(span.to) });
  if (withWhom) for (const name of ['group', 'host', 'service', 'kind'] as const) if (ask[name]) query.set(name, ask[name]);
  if (ask.period) query.set('period', ask.period);
  if (ask.excluded) query.set('downtimes', 'excluded');
  if (ask.hard) query.set('soft', 'ignored');
  return query;
}

export interface Figures {
  id: string;
  kind: 'host' | 'service';
  host: string;
  service?: string;
  availability: number | null;
  good_s: number;
  bad_s: number;
  outages: number;
  mtbf_s: number | null;
  mttr_s: number | null;
  seconds: Record<string, number>;
  in_downtime: Record<string, number>;
  outside_period_s: number;
}
export interface Summary {
  resources: number;
  with_basis: number;
  mean: number | null;
}

export const nameOf = (f: { host: string; service?: string }): string => (f.service ? `${f.host} › ${f.service}` : f.host);

const VALUE: Record<Exclude<Sort, 'name'>, (f: Figures) => number | null> = { availability: (f) => f.availability, outages: (f) => f.outages, mtbf: (f) => f.mtbf_s, mttr: (f) => f.mttr_s, bad: (f) => f.bad_s };

// Of what there is nothing to say stands last, whichever the order.
export function sorted(list: readonly Figures[], sort: Sort, up: boolean): Figures[] {
  const byName = (a: Figures, b: Figures): number => nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true });
  const sign = up ? 1 : -1;
  return [...list].sort((a, b) => {
    if (sort === 'name') return sign * byName(a, b);
    const [x, y] = [VALUE[sort](a), VALUE[sort](b)];
    if (x === null || y === null) return x === y ? byName(a, b) : x === null ? 1 : -1;
    return sign * (x - y) || byName(a, b);
  });
}

// How good a day was, as a step: each has its figure and its own pattern.
export type Level = 'full' | 'high' | 'fair' | 'low' | 'bad' | 'none';
export function levelOf(p: number | null): Level {
  if (p === null) return 'none';
  if (p >= 100) return 'full';
  if (p >= 99.9) return 'high';
  if (p >= 99) return 'fair';
  return p >= 95 ? 'low' : 'bad';
}

// As exact as it may be told without telling 100 of what was not always there.
export const shownPercent = (p: number, digits: number): number => (p < 100 ? Math.min(p, 100 - 10 ** -digits) : p);
