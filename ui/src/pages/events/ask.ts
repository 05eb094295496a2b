// SPDX-License-Identifier: Apache-2.0
// What the event log is asked for, and where that stands in the address. Pure.
import type { Event } from '../../model.ts';

export const GROUPS = {
  alerts: ['alert', 'stale'],
  notifications: ['notification', 'undelivered'],
  downtimes: ['downtime_start', 'downtime_end'],
  acknowledgements: ['acknowledgement', 'acknowledgement_removed'],
  comments: ['comment', 'comment_removed'],
  flapping: ['flapping_start', 'flapping_end'],
  commands: ['command', 'event_handler'],
  vigie: ['start', 'stop', 'reload', 'clock_step', 'removed', 'renamed', 'current_state', 'first_result', 'pending'],
  access: ['login', 'administration'],
} as const;
export type Group = keyof typeof GROUPS;
export const GROUP_NAMES = Object.keys(GROUPS) as Group[];
export const groupOf = (kind: string): Group => GROUP_NAMES.find((name) => (GROUPS[name] as readonly string[]).includes(kind)) ?? 'vigie';

export const RANGES = ['1h', '24h', '7d', '30d', '365d'] as const;
export type Range = (typeof RANGES)[number];
const SECONDS: Record<Range, number> = { '1h': 3600, '24h': 86400, '7d': 7 * 86400, '30d': 30 * 86400, '365d': 365 * 86400 };

export interface Span {
  from: number; // seconds
  to: number;
}

export type Heard = '' | 'yes' | 'no';

export interface Ask {
  decisions: boolean; // who was told, and who was not, in place of what happened
  contact: string; // of these two alone
  told: Heard;
  kinds: Group[]; // empty: all
  host: string;
  service: string;
  group: string;
  text: string;
  range: Range; // up to now, or
  window: Span | null; // a stretch of time
  picked: Span | null; // the part of it whose events are listed
}

type Query = Readonly<Record<string, string>>;

function spanIn(query: Query, first: string, last: string): Span | null {
  const [from, to] = [first, last].map((name) => Math.floor(Number(query[name] ?? 0)));
  return from! > 0 && to! > from! && to! < 1e11 ? { from: from!, to: to! } : null;
}

export function askOf(query: Query): Ask {
  const kinds = (query['kind'] ?? '').split(',').filter((word): word is Group => word in GROUPS);
  const heard = query['told'];
  return {
    decisions: query['show'] === 'told', contact: query['contact'] ?? '', told: heard === 'yes' || heard === 'no' ? heard : '',
    kinds: GROUP_NAMES.filter((name) => kinds.includes(name)),
    host: query['host'] ?? '', service: query['service'] ?? '', group: query['group'] ?? '', text: query['text'] ?? '',
    range: RANGES.find((r) => r === query['range']) ?? '24h',
    window: spanIn(query, 'from', 'to'), picked: spanIn(query, 'since', 'until'),
  };
}

export function queryOf(ask: Ask): Record<string, string> {
  const at = (span: Span | null, first: string, last: string): Record<string, string> => (span ? { [first]: String(Math.floor(span.from)), [last]: String(Math.ceil(span.to)) } : {});
  return {
    ...(ask.decisions ? { show: 'told' } : {}), ...(ask.decisions && ask.contact ? { contact: ask.contact } : {}), ...(ask.decisions && ask.told ? { told: ask.told } : {}),
    ...(ask.kinds.length > 0 ? { kind: ask.kinds.join(',') } : {}),
    ...(ask.host ? { host: ask.host } : {}), ...(ask.service ? { service: ask.service } : {}), ...(ask.group ? { group: ask.group } : {}), ...(ask.text ? { text: ask.text } : {}),
    ...(ask.range !== '24h' ? { range: ask.range } : {}), ...at(ask.window, 'from', 'to'), ...at(ask.picked, 'since', 'until'),
  };
}

export const windowOf = (ask: Ask, now: number): Span => ask.window ?? { from: now - SECONDS[ask.range], to: now };
// Does what is listed go on to now?
export const isLive = (ask: Ask): boolean => ask.window === null && ask.picked === null;

const iso = (at: number): string => new Date(at * 1000).toISOString();

// The parameters of the API but for limit and cursor. open: without an end, for what is still to come.
export function parametersOf(ask: Ask, span: Span, open = false): URLSearchParams {
  const query = new URLSearchParams({ from: iso(span.from) });
  if (!open) query.set('to', iso(span.to));
  const kinds = ask.decisions ? (['notifications'] as const) : ask.kinds;
  if (kinds.length > 0) query.set('kind', kinds.flatMap((name) => [...GROUPS[name]]).join(','));
  for (const name of ['host', 'service', 'group', 'text'] as const) if (ask[name] && !(ask.decisions && name === 'text')) query.set(name, ask[name]);
  return query;
}

// The same of decisions about notifications.
export function decisionsOf(ask: Ask, span: Span, open: boolean): URLSearchParams {
  const query = parametersOf(ask, span, open);
  query.delete('kind');
  for (const name of ['contact', 'told'] as const) if (ask[name]) query.set(name, ask[name]);
  return query;
}

// Of what was read again from a little before the newest one on: those that are new, the newest first.
export function newOnes(read: readonly Event[], known: ReadonlySet<string>): Event[] {
  return read.filter((e) => !known.has(e.id));
}

export interface Bucket {
  from: string;
  to: string;
  counts: Record<string, number>;
  total: number;
}
export interface Histogram {
  from: string;
  to: string;
  complete: boolean;
  buckets: Bucket[];
}

export type Layer = 'alerts' | 'notifications' | 'other';
export const LAYERS: readonly Layer[] = ['alerts', 'notifications', 'other'];
// Of one bar, from below: how many of each.
export function layersOf(bucket: Bucket): Record<Layer, number> {
  const sum: Record<Layer, number> = { alerts: 0, notifications: 0, other: 0 };
  for (const [kind, n] of Object.entries(bucket.counts)) {
    const group = groupOf(kind);
    sum[group === 'alerts' || group === 'notifications' ? group : 'other'] += n;
  }
  return sum;
}

// How many of each group there are in all.
export function totalsOf(histogram: Histogram): Partial<Record<Group, number>> {
  const sum: Partial<Record<Group, number>> = {};
  for (const bucket of histogram.buckets) for (const [kind, n] of Object.entries(bucket.counts)) sum[groupOf(kind)] = (sum[groupOf(kind)] ?? 0) + n;
  return sum;
}
