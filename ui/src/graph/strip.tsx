// SPDX-License-Identifier: Apache-2.0
// How a resource was, from a day to a year, in one strip: what was bad is tall, so that colour is not alone; beside it the figures, and the outages as a table.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { durationLong, num } from '../format.ts';
import { t } from '../i18n/i18n.ts';
import type { State } from '../model.ts';
import { Segments } from '../parts/bits.tsx';
import { StateWord } from '../parts/icons.tsx';
import { go } from '../route.ts';
import { now } from '../store/now.ts';
import type { StateSpan } from './draw.ts';
import { readStates, type Past } from './feed.ts';
import { stateName, worse } from './marks.ts';
import { SOON_MS } from './use.ts';
import type { Span } from './shape.ts';
import { momentText, spanText } from './time.ts';
import { rangeSeconds } from './view.ts';

const STRIP_RANGES = ['24h', '7d', '30d', '365d'] as const;
type StripRange = (typeof STRIP_RANGES)[number];
const BARS = 120;
const LISTED = 50;

const TALL: Record<string, number> = { down: 20, critical: 20, unreachable: 17, unknown: 14, warning: 14, ok: 8, up: 8 };
const BAD = new Set<string>(['down', 'critical', 'unreachable', 'unknown']);

export interface Bar {
  state: StateSpan['state'];
  downtime: boolean;
  from: number; // of how many bars
  to: number;
}

// Equal parts of the window, each as its worst moment; equal neighbours are one bar.
export function barsOf(past: Past, window: Span, count = BARS): Bar[] {
  const wide = (window.to - window.from) / count;
  const parts: { state: StateSpan['state']; downtime: boolean }[] = Array.from({ length: count }, () => ({ state: 'no_data', downtime: false }));
  const over = (span: Span, act: (part: { state: StateSpan['state']; downtime: boolean }) => void): void => {
    const first = Math.max(0, Math.floor((span.from - window.from) / wide));
    const last = Math.min(count - 1, Math.ceil((span.to - window.from) / wide) - 1);
    for (let i = first; i <= last; i++) act(parts[i]!);
  };
  for (const s of past.states) over(s, (part) => { if (worse(s.state, part.state)) part.state = s.state; });
  for (const d of past.downtimes) over(d, (part) => { part.downtime = true; });
  const bars: Bar[] = [];
  parts.forEach((part, i) => {
    const last = bars.at(-1);
    if (last && last.state === part.state && last.downtime === part.downtime) last.to = i + 1;
    else bars.push({ ...part, from: i, to: i + 1 });
  });
  return bars;
}

interface Figures {
  availability: number | null;
  outages: number;
  seconds?: Record<string, number>;
  in_downtime?: Record<string, number>;
  mttr_s: number | null;
}

interface Known {
  window: Span;
  past: Past;
  figures: Figures | null;
}

// moment: another one: something happened, and the strip is read again.
function usePast(id: string, range: StripRange, moment: string): Known | 'failed' | null {
  const [known, setKnown] = useState<Known | 'failed' | null>(null);
  const was = useRef(moment);
  useEffect(() => setKnown(null), [id, range]);
  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      const to = Math.ceil(now.peek() / 1000);
      const window = { from: to - rangeSeconds(range), to };
      const query = new URLSearchParams({ from: new Date(window.from * 1000).toISOString(), to: new Date(window.to * 1000).toISOString() });
      try {
        const [past, figures] = await Promise.all([
          readStates(id, window, stop.signal), api<Figures>('GET', `/resources/${encodeURIComponent(id)}/availability?${query}`, { signal: stop.signal }).catch(() => null),
        ]);
        if (!stop.signal.aborted) setKnown({ window, past, figures });
      } catch {
        if (!stop.signal.aborted) setKnown((was) => was ?? 'failed');
      }
    };
    void read();
    const soon = was.current === moment ? undefined : setTimeout(() => void read(), SOON_MS);
    was.current = moment;
    const timer = setInterval(() => { if (!document.hidden) void read(); }, 60000);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
      stop.abort();
    };
  }, [id, range, moment]);
  return known;
}

function Picture({ k, label }: { k: Known; label: string }): JSX.Element {
  const wide = (k.window.to - k.window.from) / BARS;
  const open = (bar: Bar): void => {
    const from = k.window.from + bar.from * wide;
    const to = k.window.from + bar.to * wide;
    go({ tab: 'graph', from: Math.round(from - (to - from) / 2 - wide), to: Math.round(Math.min(now.peek() / 1000, to + (to - from) / 2 + wide)) });
  };
  return (
    <svg class="strip" viewBox={`0 0 ${BARS} 22`} preserveAspectRatio="none" role="img" aria-label={label}>
      {barsOf(k.past, k.window).map((bar) => {
        const tall = TALL[bar.state] ?? 2;
        const from = k.window.from + bar.from * wide;
        const tip = `${stateName(bar.state)}${bar.downtime ? ` (${t('list.tag_downtime')})` : ''} · ${spanText(from, k.window.from + bar.to * wide)}`;
        return (
          <g key={bar.from} data-tip={tip} class={`s-${bar.state}`} onClick={BAD.has(bar.state) || bar.state === 'warning' ? () => open(bar) : undefined}>
            <rect class="hit" x={bar.from} y="0" width={bar.to - bar.from} height="22" />
            <rect class={`bar ${bar.downtime ? 'down' : ''}`} x={bar.from} y={22 - tall} width={bar.to - bar.from} height={tall} />
          </g>
        );
      })}
    </svg>
  );
}

const UNKNOWN = ['pending', 'not_configured', 'no_data', 'unmonitored'];
const ALL_KNOWN = 0.999; // a restart is nothing to speak of

// For how many seconds a state is known, where that is not all of the time: 100 % of six minutes must not look like 100 % of a day.
export function knownOf(f: Pick<Figures, 'seconds' | 'in_downtime'>): number | null {
  const parts = [f.seconds, f.in_downtime].flatMap((part) => Object.entries(part ?? {}));
  const sum = (list: readonly (readonly [string, number])[]): number => list.reduce((all, [, s]) => all + s, 0);
  const all = sum(parts);
  const known = all - sum(parts.filter(([state]) => UNKNOWN.includes(state)));
  return known < ALL_KNOWN * all ? known : null;
}

function words(k: Known): string {
  const f = k.figures;
  const known = f && f.availability !== null ? knownOf(f) : null;
  const bad = k.past.states.filter((s) => BAD.has(s.state) || s.state === 'warning');
  const longest = Math.max(0, ...k.past.states.filter((s) => BAD.has(s.state)).map((s) => s.to - s.from));
  const parts = [
    f && f.availability !== null ? t('strip.available', { p: num(f.availability, 2) }) : '',
    known !== null ? t('strip.known', { d: durationLong(known) }) : '',
    f ? t('strip.outages', { n: f.outages }) : '',
    longest > 0 ? t('strip.longest', { d: durationLong(longest) }) : '',
  ].filter(Boolean);
  return parts.length > 0 || bad.length > 0 ? parts.join(' · ') : t('strip.nothing');
}

function List({ k }: { k: Known }): JSX.Element | null {
  const bad = k.past.states.filter((s) => BAD.has(s.state) || s.state === 'warning').reverse();
  if (bad.length === 0) return null;
  const span = k.window.to - k.window.from;
  return (
    <details>
      <summary>{t('strip.list', { n: bad.length })}</summary>
      <table class="outages">
        <caption class="sr">{t('strip.list', { n: bad.length })}</caption>
        <thead><tr><th scope="col">{t('list.col_state')}</th><th scope="col">{t('strip.began')}</th><th scope="col">{t('strip.lasted')}</th></tr></thead>
        <tbody>{bad.slice(0, LISTED).map((s) => <tr key={s.from}><td><StateWord state={s.state as State} /></td><td>{momentText(s.from, span)}</td><td>{durationLong(s.to - s.from)}</td></tr>)}</tbody>
      </table>
      {bad.length > LISTED && <p class="muted">{t('graph.more_lines', { n: bad.length - LISTED })}</p>}
    </details>
  );
}

export function Strip({ id, moment }: { id: string; moment: string }): JSX.Element {
  const [range, setRange] = useState<StripRange>('24h');
  const k = usePast(id, range, moment);
  return (
    <section class="history">
      <div class="lab"><h3>{t('strip.title')}</h3><Segments label={t('graph.range')} value={range} options={STRIP_RANGES.map((r) => [r, t(`graph.range_${r}`)] as const)} onPick={setRange} /></div>
      {k === null && <div class="strip skel" aria-busy="true" />}
      {k === 'failed' && <p class="muted">{t('strip.failed')}</p>}
      {k !== null && k !== 'failed' && (
        <>
          <Picture k={k} label={t('strip.label', { span: spanText(k.window.from, k.window.to), words: words(k) })} />
          <p class="ends" aria-hidden="true"><span>{momentText(k.window.from, k.window.to - k.window.from)}</span><span>{t('time.now')}</span></p>
          <p class="muted">{words(k)}</p>
          <List k={k} />
        </>
      )}
    </section>
  );
}
