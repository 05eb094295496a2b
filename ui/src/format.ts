// SPDX-License-Identifier: Apache-2.0
// Numbers, durations in words, times a person can place; quantity.ts has what carries a unit. Everything goes through Intl, in the person's language.
import { t, lang, locale } from './i18n/i18n.ts';
import type { Key } from './i18n/i18n.ts';
import type { Figure } from './model.ts';

export const NBSP = '\u202f'; // narrow no-break space, between a number and its unit

const numberFormats = new Map<string, Intl.NumberFormat>();

// As wide as a plus, and no line is broken at it.
export const minus = (text: string): string => text.replace(/^-/, '−');

export function num(value: number, digits = 2): string {
  const key = `${locale.value}/${digits}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits });
    numberFormats.set(key, format);
  }
  return minus(format.format(value));
}

interface Step {
  from: number; // seconds from which this unit is used
  size: number;
  unit: Key;
}
const STEPS: readonly Step[] = [
  { from: 2 * 365 * 86400, size: 365 * 86400, unit: 'unit.y' },
  { from: 48 * 3600, size: 86400, unit: 'unit.d' },
  { from: 3600, size: 3600, unit: 'unit.h' },
  { from: 60, size: 60, unit: 'unit.min' },
  { from: 0, size: 1, unit: 'unit.s' },
];

// One unit, rounded down: what fits in a column.
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const step = STEPS.find((s) => whole >= s.from) ?? STEPS[STEPS.length - 1]!;
  return `${num(Math.floor(whole / step.size), 0)}${NBSP}${t(step.unit)}`;
}

// Two units where the second one says something: "2 h 5 min".
export function durationLong(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const at = STEPS.findIndex((s) => whole >= s.from);
  const step = STEPS[at] ?? STEPS[STEPS.length - 1]!;
  const next = STEPS[at + 1];
  const head = `${num(Math.floor(whole / step.size), 0)}${NBSP}${t(step.unit)}`;
  if (!next) return head;
  const rest = Math.floor((whole % step.size) / next.size);
  return rest > 0 ? `${head} ${num(rest, 0)}${NBSP}${t(next.unit)}` : head;
}

export const seconds = (iso: string | null | undefined): number | null => {
  if (!iso) return null;
  const ms = Date.parse(iso);
  return Number.isFinite(ms) && ms > 0 ? ms / 1000 : null;
};

// "18 s ago", "in 4 min"; what is nearer than two seconds is now.
export function relative(iso: string | null | undefined, nowMs: number): string {
  const at = seconds(iso);
  if (at === null) return t('time.never');
  const delta = nowMs / 1000 - at;
  if (Math.abs(delta) < 2) return t('unit.now');
  return delta > 0 ? t('time.ago', { d: duration(delta) }) : t('time.in', { d: duration(-delta) });
}

// French: the first of a month is "1er", also where its month stands behind the day to which it goes; Intl leaves that to others.
export const firstDay = (text: string): string => (lang.value === 'fr' ? text.replace(/(^|[^\d\p{L}])1(?=(?:\s?[–-]\s?(?:\p{L}+\.? )?\d+)? \p{L}{3})/gu, '$11er') : text);

// The order and words of the person's own locale, and the hours of the logs and of `vigie ctl`: 0 to 23.
const dateFormats = new Map<string, Intl.DateTimeFormat>();
function written(ms: number, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale.value}/${JSON.stringify(options)}`;
  let format = dateFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale.value, { ...options, hourCycle: 'h23' });
    dateFormats.set(key, format);
  }
  return firstDay(format.format(ms));
}
const HOUR: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

export function exact(iso: string | null | undefined): string {
  const at = seconds(iso);
  return at === null ? t('time.never') : written(at * 1000, { dateStyle: 'full', timeStyle: 'long' });
}

// To the second: events follow each other closely.
export function clock(iso: string | null | undefined): string {
  const at = seconds(iso);
  return at === null ? '—' : written(at * 1000, { ...HOUR, second: '2-digit' });
}

// The day of a time, empty for today: what stands above the events of another day.
export function day(iso: string | null | undefined, nowMs: number): string {
  const at = seconds(iso);
  if (at === null || new Date(at * 1000).toDateString() === new Date(nowMs).toDateString()) return '';
  return written(at * 1000, { weekday: 'long', day: 'numeric', month: 'long', ...(nowMs / 1000 - at > 300 * 86400 ? { year: 'numeric' } : {}) });
}

export function date(iso: string | null | undefined): string {
  const at = seconds(iso);
  return at === null ? '—' : written(at * 1000, { dateStyle: 'medium' });
}

export const isToday = (iso: string | null | undefined, nowMs: number): boolean => new Date(iso ?? '').toDateString() === new Date(nowMs).toDateString();

export function moment(iso: string | null | undefined, nowMs: number): string {
  const at = seconds(iso);
  if (at === null) return '—';
  const sameDay = new Date(at * 1000).toDateString() === new Date(nowMs).toDateString();
  return written(at * 1000, sameDay ? HOUR : { weekday: 'short', day: 'numeric', month: 'short', ...HOUR });
}

// To the second, as the events beside it are; in French sentences the hour comes first: à 22:00:00 le lun. 23 nov.
export function instant(iso: string | null | undefined, nowMs: number): string {
  const at = seconds(iso);
  if (at === null || new Date(at * 1000).toDateString() === new Date(nowMs).toDateString()) return clock(iso);
  const of = written(at * 1000, { weekday: 'short', day: 'numeric', month: 'short' });
  return lang.value === 'fr' ? `${clock(iso)} le ${of}` : `${of}, ${clock(iso)}`;
}

export function figure(value: Figure): number | null {
  if (value === null || value === undefined || value === '') return null;
  const n = typeof value === 'number' ? value : Number(value);
  return Number.isFinite(n) ? n : null;
}

// A threshold of the plugin convention: "10", "10:", "~:10", "10:20", "@10:20". An alert is outside, or inside with @.
export interface Range {
  lo: number;
  hi: number;
  inside: boolean;
}

export function parseRange(text: Figure): Range | null {
  if (text === null || text === undefined || text === '') return null;
  let body = String(text).trim();
  const inside = body.startsWith('@');
  if (inside) body = body.slice(1);
  const [first = '', second, extra] = body.split(':');
  if (extra !== undefined) return null;
  const bound = (s: string, open: number): number => (s === '' ? open : s === '~' ? -Infinity : Number(s));
  const lo = second === undefined ? 0 : bound(first, 0);
  const hi = second === undefined ? bound(first, Infinity) : bound(second, Infinity);
  if (Number.isNaN(lo) || Number.isNaN(hi) || lo > hi) return null;
  return { lo, hi, inside };
}
