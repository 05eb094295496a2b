// SPDX-License-Identifier: Apache-2.0
// Reads the measurements of some resources, and what else happened to them, for a window of time.
import { signal } from '@preact/signals';
import { api, errorText } from '../api.ts';
import { kept, linesOf, partsOf, type Answer, type Line, type SeriesAnswer } from './model.ts';
import type { StateSpan } from './draw.ts';
import type { Span } from './shape.ts';

const iso = (at: number): string => new Date(Math.round(at) * 1000).toISOString();

const LIMIT = 500; // series of one view
const POINTS_MOST = 20000; // that are asked for
const FAR_S = 4 * 3600;
const FIRST_S = 600; // before anything is known

// Somewhat more than the window: a line that goes through it is seen between two of its measurements also, and goes on to the edges.
export function around(window: Span, points: number, lines: readonly Line[], now: number): { window: Span; points: number } {
  const size = window.to - window.from;
  const by = 1.5 * (lines.length > 0 ? Math.max(...lines.map((l) => l.usual)) : FIRST_S);
  const near = Math.min(FAR_S, by);
  if (size > points * near) return { window, points }; // not to be seen
  const wide = { from: window.from - near, to: Math.max(window.to, Math.min(window.to + near, now)) };
  return { window: wide, points: Math.min(POINTS_MOST, Math.ceil((points * (wide.to - wide.from)) / size)) };
}

const SLOW = 2; // windows

// Lines whose measurements lie so far apart that a window which holds two of them would be many times that of the picture: they are read in one of their own, and the others, of which much
// more would come than is drawn, in theirs. Where all are slow there is one reading.
export function slowOf(window: Span, lines: readonly Line[]): { quick: readonly Line[]; slow: readonly Line[] } {
  const far = (l: Line): boolean => 1.5 * l.usual > SLOW * (window.to - window.from);
  const slow = lines.filter(far);
  return slow.length === 0 || slow.length === lines.length ? { quick: lines, slow: [] } : { quick: lines.filter((l) => !far(l)), slow };
}

const idOf = (line: Line): string => line.key.split(/[@#]/)[0]!;

// A counter says little; how fast it rises does. What part of the rates cannot be had is left out, and the answer says so: the other lines are none the worse.
async function withRates(answer: Answer, query: URLSearchParams, stop: AbortSignal): Promise<Answer> {
  const counters = [...new Set(answer.series.filter((s) => s.counter).map((s) => s.id))];
  if (counters.length === 0) return answer;
  const again = new URLSearchParams(query);
  again.delete('resource');
  again.delete('id');
  again.set('rate', '1');
  const parts = await Promise.allSettled(partsOf(counters).map((ids) => api<Answer>('GET', `/series/data?${again}&id=${ids}`, { signal: stop })));
  const of = new Map(parts.flatMap((p) => (p.status === 'fulfilled' ? p.value.series : [])).map((s) => [`${s.id}@${s.compare ?? ''}`, s]));
  const failed = parts.find((p) => p.status === 'rejected');
  // Nothing of the level itself: its least and greatest would stand where the answer leaves those of the rate out, as it may.
  const rated = (s: SeriesAnswer): SeriesAnswer[] => {
    const rate = of.get(`${s.id}@${s.compare ?? ''}`);
    return rate ? [{ ...rate, counter: true, thresholds: [] }] : [];
  };
  const series = answer.series.flatMap((s) => (s.counter ? rated(s) : [s]));
  if (failed && series.length === 0) throw failed.reason;
  return { ...answer, series, ...(failed ? { without: errorText(failed.reason) } : {}), ...(parts.some((p) => p.status === 'fulfilled' && p.value.truncated) ? { truncated: true } : {}) };
}

export function readSeries(by: 'resource' | 'id', ids: readonly string[], window: Span, points: number, compare: readonly string[], stop: AbortSignal): Promise<Answer> {
  const query = new URLSearchParams({ [by]: ids.join(','), from: iso(window.from), to: iso(window.to), points: String(points), limit: String(LIMIT) });
  if (compare.length > 0) query.set('compare', compare.join(','));
  return api<Answer>('GET', `/series/data?${query}`, { signal: stop }).then((a) => withRates(a, query, stop));
}

// All series of resources; those of `before` that are slow with more of time than the others. What cannot be read so stays as it came with these.
async function readAll(ids: readonly string[], window: Span, points: number, compare: readonly string[], before: readonly Line[], stop: AbortSignal): Promise<Answer> {
  const now = Date.now() / 1000;
  const { quick, slow } = slowOf(window, before);
  const wide = around(window, points, quick, now);
  const far = around(window, points, slow, now);
  const parts = slow.length === 0 ? [] : partsOf([...new Set(slow.map(idOf))]).map((part) => readSeries('id', [part], far.window, far.points, compare, stop));
  const [answer, ...more] = await Promise.allSettled([readSeries('resource', ids, wide.window, wide.points, compare, stop), ...parts]);
  if (answer.status === 'rejected') throw answer.reason;
  const of = new Map(more.flatMap((p) => (p.status === 'fulfilled' ? p.value.series : [])).map((s) => [`${s.id}@${s.compare ?? ''}`, s]));
  const without = answer.value.without ?? more.map((p) => (p.status === 'fulfilled' ? p.value.without : undefined)).find((w) => w !== undefined);
  return { ...answer.value, series: answer.value.series.map((s) => of.get(`${s.id}@${s.compare ?? ''}`) ?? s), ...(without !== undefined ? { without } : {}) };
}

interface StatesAnswer {
  from: string;
  to: string;
  spans: { from: string; to: string; state: StateSpan['state']; downtime: boolean }[];
}

export interface Past {
  states: StateSpan[];
  downtimes: Span[];
}

const NO_PAST: Past = { states: [], downtimes: [] };

export async function readStates(id: string, window: Span, stop: AbortSignal): Promise<Past> {
  const query = new URLSearchParams({ from: iso(window.from), to: iso(window.to) });
  const answer = await api<StatesAnswer>('GET', `/resources/${encodeURIComponent(id)}/states?${query}`, { signal: stop });
  const at = (text: string): number => Date.parse(text) / 1000;
  const states: StateSpan[] = [];
  const downtimes: Span[] = [];
  for (const s of answer.spans) {
    const span = { from: at(s.from), to: at(s.to), state: s.state };
    const last = states.at(-1);
    if (last && last.state === span.state && last.to === span.from) last.to = span.to;
    else states.push(span);
    const down = downtimes.at(-1);
    if (!s.downtime) continue;
    if (down && down.to === span.from) down.to = span.to;
    else downtimes.push({ from: span.from, to: span.to });
  }
  return { states, downtimes };
}

// One reading at a time; a new one takes the place of the one before.
export class Feed {
  readonly lines = signal<readonly Line[]>([]);
  readonly past = signal<ReadonlyMap<string, Past>>(new Map());
  readonly state = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly busy = signal(false);
  readonly error = signal('');
  readonly without = signal(''); // why rates of counters are missing
  readonly step = signal(0); // seconds of a point
  readonly truncated = signal(false);
  private request: AbortController | null = null;
  private of = ''; // the resources that the lines are of

  async read(ids: readonly string[], window: Span, points: number, compare: readonly string[]): Promise<void> {
    this.request?.abort();
    const mine = new AbortController();
    const of = ids.join(',');
    this.request = mine;
    if (ids.length === 0) {
      this.lines.value = [];
      this.state.value = 'ready';
      return;
    }
    this.busy.value = true;
    const before = of === this.of ? this.lines.peek() : [];
    try {
      const none = (): Past => NO_PAST; // the history is away: graphs are none the worse
      const [answer, ...pasts] = await Promise.all([
        readAll(ids, window, points, compare, before, mine.signal), ...ids.map((id) => readStates(id, window, mine.signal).catch(none)),
      ]);
      if (mine.signal.aborted) return;
      this.lines.value = kept(of === this.of ? this.lines.peek() : [], linesOf(answer));
      this.of = of;
      this.step.value = answer.step ?? 0;
      this.without.value = answer.without ?? '';
      this.truncated.value = answer.truncated === true;
      this.past.value = new Map(ids.map((id, i) => [id, pasts[i]!]));
      this.state.value = 'ready';
      this.error.value = '';
    } catch (error) {
      if (mine.signal.aborted) return;
      this.error.value = errorText(error);
      if (this.lines.peek().length === 0) this.state.value = 'failed';
    } finally {
      if (this.request === mine) this.busy.value = false;
    }
  }

  stop(): void {
    this.request?.abort();
  }
}
