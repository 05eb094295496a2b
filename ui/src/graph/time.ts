// SPDX-License-Identifier: Apache-2.0
// Round moments along an axis of time, in the browser's zone: hours stay whole hours when the clock is put forward or back. Pure but for the language.
import { firstDay } from '../format.ts';
import { locale } from '../i18n/i18n.ts';

export interface TimeTick {
  at: number; // seconds
  text: string;
  strong: boolean; // a day, a month or a year begins
}

type Part = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year';
interface Step {
  part: Part;
  n: number;
  size: number; // about, in seconds
}
const of = (part: Part, size: number, ...list: number[]): Step[] => list.map((n) => ({ part, n, size: n * size }));
const STEPS: readonly Step[] = [
  ...of('second', 1, 1, 5, 10, 15, 30), ...of('minute', 60, 1, 2, 5, 10, 15, 30), ...of('hour', 3600, 1, 2, 3, 6, 12),
  ...of('day', 86400, 1, 2, 7, 14), ...of('month', 30 * 86400, 1, 2, 3, 6), ...of('year', 365 * 86400, 1, 2, 5, 10),
];

const formats = new Map<string, Intl.DateTimeFormat>();
function written(at: number, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale.value}/${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale.value, { ...options, hourCycle: 'h23' });
  formats.set(key, format);
  return firstDay(format.format(at * 1000));
}

// The last round moment at or before `at`.
function floor(at: number, step: Step): Date {
  const d = new Date(at * 1000);
  const down = (n: number): number => Math.floor(n / step.n) * step.n;
  const [y, m, day, h, min, s] = [d.getFullYear(), d.getMonth(), d.getDate(), d.getHours(), d.getMinutes(), d.getSeconds()];
  switch (step.part) {
    case 'year': return new Date(down(y), 0, 1);
    case 'month': return new Date(y, down(m), 1);
    case 'day': return step.n % 7 === 0 ? new Date(y, m, day - ((d.getDay() + 6) % 7)) : new Date(y, m, day - ((day - 1) % step.n));
    case 'hour': return new Date(y, m, day, down(h));
    case 'minute': return new Date(Math.floor(at / 60 / step.n) * 60 * step.n * 1000);
    default: return new Date(y, m, day, h, min, down(s));
  }
}

function next(d: Date, step: Step): Date {
  const [y, m, day] = [d.getFullYear(), d.getMonth(), d.getDate()];
  if (step.part === 'year') return new Date(y + step.n, 0, 1);
  if (step.part === 'month') return new Date(y, m + step.n, 1);
  if (step.part === 'day') {
    const to = new Date(y, m, day + step.n);
    return step.n % 7 !== 0 && to.getMonth() !== m ? new Date(y, m + 1, 1) : to;
  }
  if (step.part !== 'hour') return new Date(d.getTime() + step.size * 1000);
  // By the hands of the clock, but always on: the hour that comes twice in autumn stands here twice.
  const to = floor(d.getTime() / 1000 + step.size + (step.n > 1 ? 5400 : 1800), step);
  return to > d ? to : new Date(d.getTime() + step.size * 1000);
}

function label(d: Date, step: Step): TimeTick {
  const at = d.getTime() / 1000;
  const midnight = d.getHours() === 0 && d.getMinutes() === 0 && d.getSeconds() === 0;
  if (step.part === 'year') return { at, text: written(at, { year: 'numeric' }), strong: false };
  if (step.part === 'month' || (step.part === 'day' && d.getDate() === 1)) {
    const january = d.getMonth() === 0;
    return { at, text: january ? written(at, { year: 'numeric' }) : written(at, { month: 'short' }), strong: january || step.part === 'day' };
  }
  if (step.part === 'day') return { at, text: written(at, { day: 'numeric', month: 'short' }), strong: false };
  if (midnight) return { at, text: written(at, { weekday: 'short', day: 'numeric', month: 'short' }), strong: true };
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  return { at, text: written(at, step.part === 'second' ? { ...clock, second: '2-digit' } : clock), strong: false };
}

// Ticks in [from, to], at most `most` of them.
export function timeTicks(from: number, to: number, most: number): TimeTick[] {
  const rough = (to - from) / Math.max(1, most);
  const step = STEPS.find((s) => s.size >= rough) ?? STEPS[STEPS.length - 1]!;
  const out: TimeTick[] = [];
  for (let d = floor(from, step); d.getTime() / 1000 <= to && out.length < 100; d = next(d, step)) {
    if (d.getTime() / 1000 >= from) out.push(label(d, step));
  }
  return out;
}

const SHORT_S = 300; // in what is shorter seconds are told

// The year stands where one may doubt which.
const yearOf = (span: number, ...moments: readonly number[]): Intl.DateTimeFormatOptions =>
  (span > 300 * 86400 || moments.some((at) => new Date(at * 1000).getFullYear() !== new Date().getFullYear()) ? { year: 'numeric' } : {});

// A moment for a readout: as exact as the span makes sense of.
export function momentText(at: number, span: number): string {
  const day: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short', ...yearOf(span, at) };
  return written(at, { ...day, hour: '2-digit', minute: '2-digit', ...(span < 3600 ? { second: '2-digit' } : {}) });
}

export function spanText(from: number, to: number): string {
  return range(from, to, yearOf(to - from, from, to));
}

function range(from: number, to: number, year: Intl.DateTimeFormatOptions): string {
  const format = new Intl.DateTimeFormat(locale.value, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(to - from < SHORT_S ? { second: '2-digit' } : {}), ...year });
  return firstDay(format.formatRange(from * 1000, to * 1000));
}

const zoneAt = (at: number): string => new Intl.DateTimeFormat(locale.value, { timeZoneName: 'short' }).formatToParts(at * 1000).find((p) => p.type === 'timeZoneName')?.value ?? '';

// For a file, which is read at another time and in another place.
export const wholeSpanText = (from: number, to: number): string => `${range(from, to, { year: 'numeric' })} (${[...new Set([zoneAt(from), zoneAt(to)])].join(', ')})`;
