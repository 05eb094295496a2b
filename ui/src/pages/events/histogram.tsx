// SPDX-License-Identifier: Apache-2.0
// How many events there were over time. A stretch is picked by drawing over it, or by keys; the same as a table stands below.
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { num } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import { spanText } from '../../graph/time.ts';
import { LAYERS, layersOf, type Bucket, type Histogram, type Span } from './ask.ts';

const WIDE = 600;
const HIGH = 72;

const at = (iso: string): number => Date.parse(iso) / 1000;
const spanOf = (list: readonly Bucket[], one: number, other: number): Span => ({ from: at(list[Math.min(one, other)]!.from), to: at(list[Math.max(one, other)]!.to) });

function words(bucket: Bucket): string {
  const sum = layersOf(bucket);
  const parts = LAYERS.filter((layer) => sum[layer] > 0).map((layer) => t(`events.layer_${layer}`, { n: sum[layer] }));
  return t('pair', { a: spanText(at(bucket.from), at(bucket.to)), b: parts.length > 0 ? parts.join(', ') : t('events.none_then') });
}

function Bars({ list, most }: { list: readonly Bucket[]; most: number }): JSX.Element {
  const wide = WIDE / list.length;
  return (
    <>
      {list.map((bucket, i) => {
        const sum = layersOf(bucket);
        let top = HIGH;
        return (
          <g key={bucket.from}>
            {LAYERS.map((layer) => {
              if (sum[layer] === 0) return null;
              const high = Math.max(1.5, (sum[layer] / most) * (HIGH - 4));
              top -= high;
              return <rect key={layer} class={`l-${layer}`} x={i * wide + wide * 0.08} width={wide * 0.84} y={top} height={high} />;
            })}
          </g>
        );
      })}
    </>
  );
}

const Twin = ({ list, onPick }: { list: readonly Bucket[]; onPick: (span: Span) => void }): JSX.Element => (
  <details class="ev-twin">
    <summary>{t('events.as_table')}</summary>
    <div class="x" tabIndex={0} role="region" aria-label={t('events.table')}>
      <table class="grid">
        <caption class="sr">{t('events.table')}</caption>
        <thead><tr><th scope="col">{t('events.time')}</th>{LAYERS.map((layer) => <th scope="col" class="num" key={layer}>{t(`events.col_${layer}`)}</th>)}</tr></thead>
        <tbody>
          {list.filter((b) => b.total > 0).reverse().map((b) => {
            const sum = layersOf(b);
            return <tr key={b.from}><th scope="row"><button type="button" class="ln" onClick={() => onPick({ from: at(b.from), to: at(b.to) })}>{spanText(at(b.from), at(b.to))}</button></th>{LAYERS.map((layer) => <td class="num" key={layer}>{num(sum[layer], 0)}</td>)}</tr>;
          })}
        </tbody>
      </table>
    </div>
  </details>
);

interface Props {
  histogram: Histogram;
  picked: Span | null;
  onPick: (span: Span | null) => void;
}

export function HistogramView({ histogram, picked, onPick }: Props): JSX.Element {
  const list = histogram.buckets;
  const box = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<number | null>(null); // of keys and of the pointer
  const [from, setFrom] = useState<number | null>(null); // where the stretch that is being picked began
  const [said, setSaid] = useState('');
  const last = list.length - 1;
  const most = Math.max(1, ...list.map((b) => b.total));
  const total = list.reduce((sum, b) => sum + b.total, 0);
  const place = (e: PointerEvent): number => {
    const r = box.current!.getBoundingClientRect();
    return Math.min(last, Math.max(0, Math.floor(((e.clientX - r.left) / r.width) * list.length)));
  };
  const finish = (to: number): void => {
    const began = from ?? to;
    setFrom(null);
    onPick(spanOf(list, began, to));
  };
  const move = (to: number, extend: boolean): void => {
    const next = Math.min(last, Math.max(0, to));
    if (extend && from === null) setFrom(cursor ?? next);
    if (!extend) setFrom(null);
    setCursor(next);
    const stretch = extend ? `${spanText(spanOf(list, from ?? cursor ?? next, next).from, spanOf(list, from ?? cursor ?? next, next).to)}. ` : '';
    setSaid(stretch + words(list[next]!));
  };
  const key = (e: KeyboardEvent): void => {
    const now = cursor ?? last;
    const steps: Record<string, number> = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last, PageUp: now - 10, PageDown: now + 10 };
    if (e.key in steps && !e.ctrlKey && !e.altKey && !e.metaKey) move(cursor === null ? last : steps[e.key]!, e.shiftKey);
    else if ((e.key === 'Enter' || e.key === ' ') && cursor !== null) finish(cursor);
    else if (e.key === 'Escape' && (from !== null || picked)) {
      setFrom(null);
      if (from === null) onPick(null);
    } else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const span = { from: at(histogram.from), to: at(histogram.to) };
  const x = (time: number): number => Math.min(WIDE, Math.max(0, ((time - span.from) / (span.to - span.from)) * WIDE));
  const wide = WIDE / list.length;
  const brush = from !== null && cursor !== null ? spanOf(list, from, cursor) : picked;
  return (
    <div class="ev-hist"><figure>
      <div class="ev-plot" ref={box} role="group" tabIndex={0} aria-label={t('events.histogram', { n: total, span: spanText(span.from, span.to) })} aria-describedby="ev-keys" onKeyDown={key}
        onBlur={() => { setCursor(null); setFrom(null); }}
        onPointerDown={(e) => { if (e.button === 0) { box.current!.setPointerCapture(e.pointerId); setFrom(place(e)); setCursor(place(e)); } }}
        onPointerMove={(e) => setCursor(place(e))} onPointerUp={(e) => { if (from !== null) finish(place(e)); }} onPointerCancel={() => setFrom(null)}
        onPointerLeave={() => { if (from === null) setCursor(null); }}>
        <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
          {brush && <rect class="brush" x={x(brush.from)} width={Math.max(1, x(brush.to) - x(brush.from))} y="0" height={HIGH} />}
          {cursor !== null && <rect class="cursor" x={cursor * wide} width={wide} y="0" height={HIGH} />}
          <Bars list={list} most={most} />
        </svg>
      </div>
      <p class="ev-now muted" aria-hidden="true">{cursor === null ? '' : words(list[cursor]!)}</p>
      <figcaption>
        <span class="ev-keys">{LAYERS.map((layer) => <span key={layer}><i class={`l-${layer}`} aria-hidden="true" />{t(`events.col_${layer}`)}</span>)}</span>
        <span class="muted">{t('events.most', { n: most === 1 && total === 0 ? 0 : most })}{!histogram.complete && ` · ${t('events.incomplete')}`}</span>
      </figcaption></figure>
      <p class="sr" id="ev-keys">{t('events.keys')}</p>
      <p class="sr" aria-live="polite">{said}</p>
      <Twin list={list} onPick={onPick} />
    </div>
  );
}
