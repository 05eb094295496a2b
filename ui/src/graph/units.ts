// SPDX-License-Identifier: Apache-2.0
// What a unit of performance data means, and numbers in it: exact beside a point, round along an axis. Pure but for the language.
import { num, quantity } from '../format.ts';
import { lang, locale, t } from '../i18n/i18n.ts';

export type UnitKind = 'bytes' | 'bits' | 'time' | 'percent' | 'plain';

export interface Unit {
  kind: UnitKind;
  factor: number; // to the base unit
  name: string; // of kind plain: as the plugin wrote it
  rate: boolean; // a second
  key: string; // equal: may stand on one axis
}

const POWERS = 'KMGTPE';
const TIMES: Record<string, number> = { s: 1, ms: 1e-3, us: 1e-6, 'µs': 1e-6, ns: 1e-9, sec: 1, seconds: 1 };

function make(kind: UnitKind, factor: number, name: string, rate: boolean): Unit {
  return { kind, factor, name, rate, key: `${kind}${name && `:${name}`}${rate ? '/s' : ''}` };
}

// KB of plugins are 1000 bytes, KiB 1024; "kbps" are bits, "MBps" bytes.
export function unitOf(text: string, counter: boolean): Unit {
  const body = text.trim();
  const rated = /^(.+?)(\/s|\/sec|ps)$/.exec(body);
  const bare = rated && !(body in TIMES) ? rated[1]! : body;
  const rate = counter || bare !== body;
  if (bare in TIMES) return make('time', TIMES[bare]!, '', rate);
  if (bare === '%') return make('percent', 1, '', rate);
  const size = /^([kKMGTPE]?)(i?)(B|o|bytes?|octets?|b|bits?)$/.exec(bare);
  if (size) {
    const bits = /^b(its?)?$/.test(size[3]!);
    const power = size[1] ? POWERS.indexOf(size[1].toUpperCase()) + 1 : 0;
    return make(bits ? 'bits' : 'bytes', (size[2] ? 1024 : 1000) ** power, '', rate);
  }
  return make('plain', 1, bare === 'c' ? '' : bare, rate);
}

const BASE: Record<UnitKind, string> = { bytes: 'B', bits: 'b', time: 's', percent: '%', plain: '' };
const NBSP = '\u202f';

const LARGE = 2e4; // from here on nobody reads all digits

function large(value: number, unit: Unit): string {
  const division = divisionOf(Math.abs(value), unit);
  return `${num(value / division.size, 1)}${NBSP}${division.name}`;
}

// One measurement, as people read it.
export function valueText(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '—';
  const text = unit.kind === 'plain' && Math.abs(value) >= LARGE ? large(value, unit) : quantity(value, unit.kind === 'plain' ? unit.name : BASE[unit.kind]);
  return unit.rate ? `${text}/s` : text;
}

interface Division {
  size: number;
  name: string;
}

const SI = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

function powerOf(peak: number, base: number): number {
  let power = 0;
  for (let n = peak; n >= base && power < 6; n /= base) power++;
  return power;
}

function timeDivision(peak: number): Division {
  if (peak < 1e-3) return { size: 1e-6, name: 'µs' };
  if (peak < 1) return { size: 1e-3, name: 'ms' };
  if (peak < 180) return { size: 1, name: t('unit.s') };
  if (peak < 3 * 3600) return { size: 60, name: t('unit.min') };
  return peak < 72 * 3600 ? { size: 3600, name: t('unit.h') } : { size: 86400, name: t('unit.d') };
}

// The unit in which an axis that goes as far as `peak` is written.
function divisionOf(peak: number, unit: Unit): Division {
  if (unit.kind === 'time') return timeDivision(peak);
  if (unit.kind === 'percent') return { size: 1, name: '%' };
  if (unit.kind === 'bytes') {
    const power = powerOf(peak, 1024);
    const byte = lang.value === 'fr' ? 'o' : 'B';
    return { size: 1024 ** power, name: power === 0 ? byte : `${SI[power]!.toUpperCase()}i${byte}` };
  }
  const power = unit.kind === 'plain' && peak < 20000 ? 0 : powerOf(peak, 1000);
  return { size: 1000 ** power, name: `${SI[power]}${unit.kind === 'bits' ? 'bit' : power > 0 && unit.name ? ` ${unit.name}` : unit.name}` };
}

export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = rough / power;
  return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

export interface Axis {
  lo: number;
  hi: number;
  ticks: number[];
  text: (value: number) => string;
}

const axisFormats = new Map<string, Intl.NumberFormat>();
function fixed(value: number, digits: number): string {
  const key = `${locale.value}/${digits}`;
  const known = axisFormats.get(key) ?? new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  axisFormats.set(key, known);
  return known.format(value === 0 ? 0 : value);
}

// Round ticks over [lo, hi], about n of them; the axis ends on ticks.
export function axisOf(lo: number, hi: number, n: number, unit: Unit): Axis {
  const division = divisionOf(Math.max(Math.abs(lo), Math.abs(hi)), unit);
  const span = hi > lo ? hi - lo : Math.abs(hi) || 1;
  const step = niceStep(span / Math.max(1, n) / division.size);
  const first = Math.floor(lo / division.size / step + 1e-9);
  const last = Math.ceil(hi / division.size / step - 1e-9);
  const ticks: number[] = [];
  for (let i = first; i <= Math.max(last, first + 1); i++) ticks.push(i * step * division.size);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const name = `${division.name}${unit.rate ? '/s' : ''}`;
  return { lo: ticks[0]!, hi: ticks.at(-1)!, ticks, text: (v) => `${fixed(v / division.size, digits)}${name ? NBSP : ''}${name}` };
}
