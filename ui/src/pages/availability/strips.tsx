// SPDX-License-Identifier: Apache-2.0
// How one was, in a strip: read when its row comes into sight. What is bad is tall, so that colour is not alone.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { durationLong } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import { readStates, type Past } from '../../graph/feed.ts';
import { stateName } from '../../graph/marks.ts';
import { barsOf } from '../../graph/strip.tsx';
import { spanText } from '../../graph/time.ts';
import type { Span } from './ask.ts';

const BARS = 90;
const HIGH = 18;
const TALL: Record<string, number> = { down: 17, critical: 17, unreachable: 14, unknown: 12, warning: 10, ok: 5, up: 5 };

// Of the strips that are drawn: each reads itself, if it has not.
const readers = new Set<() => Promise<void>>();
export const readStrips = (): Promise<unknown> => Promise.all([...readers].map((read) => read()));

export function Strip({ id, span, name, seconds }: { id: string; span: Span; name: string; seconds: Record<string, number> }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const [past, setPast] = useState<Past | 'failed' | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    setPast(null);
    let reading: Promise<void> | null = null;
    const read = (): Promise<void> => {
      reading ??= readStates(id, span, stop.signal).then(setPast, () => { if (!stop.signal.aborted) setPast('failed'); });
      return reading;
    };
    const sight = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      sight.disconnect();
      void read();
    }, { rootMargin: '200px' });
    sight.observe(ref.current!);
    readers.add(read);
    return () => {
      readers.delete(read);
      sight.disconnect();
      stop.abort();
    };
  }, [id, span.from, span.to]);
  const bad = Object.entries(seconds).filter(([state, s]) => s > 0 && !['ok', 'up'].includes(state)).map(([state, s]) => `${stateName(state as 'ok')} ${durationLong(s)}`);
  const label = t('avail.strip', { name, words: bad.length > 0 ? bad.join(', ') : t('avail.always_good') });
  const wide = (span.to - span.from) / BARS;
  return (
    <div class="av-strip" ref={ref}>
      {past === 'failed' ? <span class="muted">{t('strip.failed')}</span> : past === null ? <div class="av-wait" /> : (
        <svg viewBox={`0 0 ${BARS} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {barsOf(past, span, BARS).map((bar) => {
            const tall = TALL[bar.state] ?? 2;
            return <rect key={bar.from} class={`s-${bar.state} ${bar.downtime ? 'down' : ''}`} x={bar.from} width={bar.to - bar.from} y={HIGH - tall} height={tall} data-tip={`${stateName(bar.state)}${bar.downtime ? ` (${t('list.tag_downtime')})` : ''} · ${spanText(span.from + bar.from * wide, span.from + bar.to * wide)}`} />;
          })}
        </svg>
      )}
    </div>
  );
}
