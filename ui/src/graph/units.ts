// SPDX-License-Identifier: Apache-2.0
// Units along an axis: round, and the same for all of it. Pure but for the language.
import { minus, NBSP, num } from '../format.ts';
import { locale, t } from '../i18n/i18n.ts';
import { powerOf, SI, sizeName, words, type Unit } from '../quantity.ts';

const LARGE = 2e4; // from here on nobody reads all digits
const SMALL = 0.01; // from here to 1 three digits are read, one below the other

const fixedFormats = new Map<string, Intl.NumberFormat>();
function fixed(value: number, digits: number): string {
  const key = `${locale.value}/${digits}`;
  const known = fixedFormats.get(key) ?? new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  fixedFormats.set(key, known);
  return minus(known.format(value === 0 ? 0 : value));
}

function large(value: number, unit: Unit): string {
  const division = divisionOf(Math.abs(value), unit);
  return `${num(value / division.size, 1)}${NBSP}${division.name}${unit.rate ? '/s' : ''}`;
}

// One measurement, as people read it beside a graph.
export function valueText(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '—';
  const size = Math.abs(value);
  if (unit.kind === 'plain' && size >= SMALL && size < 1) return `${fixed(value, 3)}${unit.name && NBSP}${unit.name}${unit.rate ? '/s' : ''}`;
  return unit.kind === 'plain' && size >= LARGE ? large(value, unit) : words(value, unit);
}

interface Division {
  size: number;
  name: string;
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
    const base = unit.thousands ? 1000 : 1024;
    const power = powerOf(peak, base);
    return { size: base ** power, name: sizeName(power, unit.thousands) };
  }
  const power = unit.kind === 'plain' && peak < LARGE ? 0 : powerOf(peak, 1000);
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
  return { lo: ticks[0]!, hi: ticks.at(-1)!, ticks, text: (v) => `${fixed(v / division.size, digits)}${name && !name.startsWith('/') ? NBSP : ''}${name}` };
}
