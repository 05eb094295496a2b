// SPDX-License-Identifier: Apache-2.0
// Numbers with the units of performance data, as people read them: the one place that knows what a unit means (docs/SERIES.md, "Units"). Pure but for the language.
import { durationLong, NBSP, num, type Range } from './format.ts';
import { lang, locale, t } from './i18n/i18n.ts';

export type UnitKind = 'bytes' | 'bits' | 'time' | 'percent' | 'plain';

export interface Unit {
  kind: UnitKind;
  factor: number; // to the base unit
  name: string; // of kind plain: as the plugin wrote it
  rate: boolean; // a second
  thousands: boolean; // bytes: counted in kB, MB, GB, since the plugin does; else in KiB, MiB, GiB
  key: string; // equal: may stand on one axis
}

const POWERS = 'KMGTPE';
const TIMES: Record<string, number> = { s: 1, ms: 1e-3, us: 1e-6, 'µs': 1e-6, ns: 1e-9, sec: 1, seconds: 1 };

function make(kind: UnitKind, factor: number, name: string, rate: boolean, thousands = false): Unit {
  return { kind, factor, name, rate, thousands, key: `${kind}${name && `:${name}`}${thousands ? ':1000' : ''}${rate ? '/s' : ''}` };
}

const SIZE = /^([kKMGTPE]?)(i?)(B|o|bytes?|octets?|b|bits?)$/;
const ofThousands = (text: string): boolean => {
  const size = SIZE.exec(text);
  return size !== null && size[1] !== '' && size[2] === '';
};

// KB and MB of plugins are powers of 1000, KiB and MiB of 1024; "kbps" are bits, "MBps" bytes. written: what the plugin wrote, where `text` is the base unit.
export function unitOf(text: string, counter: boolean, written = text): Unit {
  const body = text.trim();
  const rated = /^(.+?)(\/s|\/sec|ps)$/.exec(body);
  const bare = rated && !(body in TIMES) ? rated[1]! : body;
  const rate = counter || bare !== body;
  if (bare in TIMES) return make('time', TIMES[bare]!, '', rate);
  if (bare === '%') return make('percent', 1, '', rate);
  const size = SIZE.exec(bare);
  if (!size) return make('plain', 1, bare === 'c' ? '' : bare, rate);
  const factor = size[1] ? (size[2] ? 1024 : 1000) ** (POWERS.indexOf(size[1].toUpperCase()) + 1) : 1;
  return /^b(its?)?$/.test(size[3]!) ? make('bits', factor, '', rate) : make('bytes', factor, '', rate, ofThousands(bare) || ofThousands(written.trim()));
}

export const SI = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

// What 1000 or 1024 to a power is called.
export function sizeName(power: number, thousands: boolean): string {
  const byte = lang.value === 'fr' ? 'o' : 'B';
  return power === 0 ? byte : thousands ? SI[power] + byte : `${SI[power]!.toUpperCase()}i${byte}`;
}

export function powerOf(peak: number, base: number): number {
  let power = 0;
  for (let n = peak; n >= base && power < 6; n /= base) power++;
  return power;
}

const tenths = new Map<string, Intl.NumberFormat>();

// "4.0 MiB" beside "71.2 MiB": columns of sizes line up.
function bytes(value: number, thousands: boolean): string {
  const size = Math.abs(value);
  const base = thousands ? 1000 : 1024;
  const power = powerOf(size, base);
  const format = tenths.get(locale.value) ?? new Intl.NumberFormat(locale.value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  tenths.set(locale.value, format);
  return `${value < 0 ? '−' : ''}${power === 0 ? num(size, 1) : format.format(size / base ** power)}${NBSP}${sizeName(power, thousands)}`;
}

function bits(value: number): string {
  const size = Math.abs(value);
  const power = powerOf(size, 1000);
  return `${value < 0 ? '−' : ''}${num(size / 1000 ** power, 2)}${NBSP}${SI[power]}bit`;
}

function time(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return `0${NBSP}s`;
  if (size < 0.001) return `${num(value * 1e6, 0)}${NBSP}µs`;
  if (size < 1) return `${num(value * 1000, 1)}${NBSP}ms`;
  if (size < 120) return `${num(value, 2)}${NBSP}s`;
  return value < 0 ? `−${durationLong(size)}` : durationLong(size);
}

function plain(value: number, name: string): string {
  const digits = Math.abs(value) >= 1000 ? 1 : Math.abs(value) >= 1 ? 2 : 4;
  return `${num(value, digits)}${name && NBSP}${name}`;
}

// A number in base units, with all that it says.
export function words(value: number, unit: Unit): string {
  const text = unit.kind === 'bytes' ? bytes(value, unit.thousands) : unit.kind === 'bits' ? bits(value) : unit.kind === 'time' ? time(value) : plain(value, unit.kind === 'percent' ? '%' : unit.name);
  return unit.rate ? `${text}/s` : text;
}

// A measurement as plugins give it.
export function quantity(value: number, text: string): string {
  const unit = unitOf(text, false);
  return words(value * unit.factor, unit);
}

export function rangeWords(range: Range, unit: string): string {
  const say = (n: number): string => quantity(n, unit);
  if (range.inside) return t('panel.range_inside', { lo: say(range.lo), hi: say(range.hi) });
  if (range.hi === Infinity) return t('panel.range_below', { lo: say(range.lo) });
  if (range.lo === 0 || range.lo === -Infinity) return t('panel.range_above', { hi: say(range.hi) });
  return t('panel.range_outside', { lo: say(range.lo), hi: say(range.hi) });
}
