// SPDX-License-Identifier: Apache-2.0
// Measurements: value with its unit, and where it stands between its limits.
import type { JSX } from 'preact';
import { figure, parseRange, type Range } from '../format.ts';
import { quantity, rangeWords } from '../quantity.ts';
import { t } from '../i18n/i18n.ts';
import type { Perf } from '../model.ts';

const finite = (n: number | null | undefined): n is number => typeof n === 'number' && Number.isFinite(n);

export interface Scale {
  lo: number;
  hi: number;
}

// From the least to the most that matters: the declared ends, the value, and the limits with some air above.
export function scaleOf(value: number, min: number | null, max: number | null, ranges: readonly (Range | null)[]): Scale {
  const marks = ranges.flatMap((r) => (r ? [r.lo, r.hi] : [])).filter((n) => Number.isFinite(n));
  const lo = min ?? Math.min(0, value, ...marks);
  const top = Math.max(value, ...marks);
  const hi = max !== null && max >= top ? max : top <= lo ? lo + 1 : top + (top - lo) * 0.15;
  return { lo, hi: hi > lo ? hi : lo + 1 };
}

export const alerts = (range: Range | null, value: number): boolean => range !== null && (value < range.lo || value > range.hi) !== range.inside;

// The stretches of the scale, in percent, where a range alerts.
export function zones(range: Range | null, scale: Scale): [number, number][] {
  if (!range) return [];
  const at = (n: number): number => Math.min(100, Math.max(0, ((n - scale.lo) / (scale.hi - scale.lo)) * 100));
  const all: [number, number][] = range.inside ? [[at(range.lo), at(range.hi)]] : [[0, at(range.lo)], [at(range.hi), 100]];
  return all.filter(([from, to]) => to - from > 0.2);
}

function Meter({ value, scale, warn, crit }: { value: number; scale: Scale; warn: Range | null; crit: Range | null }): JSX.Element {
  const at = Math.min(100, Math.max(0, ((value - scale.lo) / (scale.hi - scale.lo)) * 100));
  const zone = (cls: string) => ([from, to]: [number, number]): JSX.Element => <rect key={cls + from} class={cls} x={from} y="10.5" width={to - from} height="2" />;
  return (
    <svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
      <rect class="meter-bg" x="0" y="3" width="100" height="6" />
      <rect class={`meter-v ${alerts(crit, value) ? 'c' : alerts(warn, value) ? 'w' : ''}`} x="0" y="3" width={at} height="6" />
      {zones(warn, scale).map(zone('meter-w'))}
      {zones(crit, scale).map(zone('meter-c'))}
      <rect class="meter-m" x={Math.min(99.2, at)} y="1" width=".8" height="10" />
    </svg>
  );
}

function PerfRow({ perf }: { perf: Perf }): JSX.Element {
  const value = figure(perf.value);
  const unit = perf.unit ?? '';
  const warn = parseRange(perf.warn);
  const crit = parseRange(perf.crit);
  const limits = [warn && t('panel.perf_warn', { range: rangeWords(warn, unit) }), crit && t('panel.perf_crit', { range: rangeWords(crit, unit) })].filter(Boolean).join(', ');
  const max = figure(perf.max);
  const drawn = value !== null && (warn !== null || crit !== null || finite(max));
  return (
    <tr>
      <th scope="row" data-tip={perf.label}>{perf.label}</th>
      <td class="v">{value === null ? '—' : quantity(value, unit)}</td>
      <td class="b">
        {drawn && <Meter value={value} scale={scaleOf(value, figure(perf.min), max, [warn, crit])} warn={warn} crit={crit} />}
        {limits && <small>{limits}</small>}
      </td>
    </tr>
  );
}

export const PerfTable = ({ perf }: { perf: readonly Perf[] }): JSX.Element => (
  <table class="perf">
    <caption class="sr">{t('panel.perf')}</caption>
    <thead class="sr"><tr><th scope="col">{t('panel.perf_name')}</th><th scope="col">{t('panel.perf_value')}</th><th scope="col">{t('panel.perf_limits')}</th></tr></thead>
    <tbody>{perf.map((p) => <PerfRow key={p.label} perf={p} />)}</tbody>
  </table>
);
