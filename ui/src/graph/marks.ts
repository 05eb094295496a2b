// SPDX-License-Identifier: Apache-2.0
// What happened beside the measurements: states and downtimes, of one resource or of several as one. Pure but for the language.
import { t } from '../i18n/i18n.ts';
import { STATES, type State } from '../model.ts';
import type { Marks, StateSpan } from './draw.ts';
import type { Line } from './model.ts';
import type { Span } from './shape.ts';

type AnyState = StateSpan['state'];

// The worst first. What is not known is worse than nothing at all, and better than bad.
const RANK: readonly AnyState[] = ['down', 'critical', 'unreachable', 'warning', 'unknown', 'up', 'ok', 'pending', 'not_configured', 'unmonitored', 'no_data'];
export const worse = (a: AnyState, b: AnyState): boolean => RANK.indexOf(a) < RANK.indexOf(b);
const worst = (all: readonly AnyState[]): AnyState | null => all.reduce<AnyState | null>((best, s) => (best === null || worse(s, best) ? s : best), null);

export const isState = (state: AnyState): state is State => (STATES as readonly string[]).includes(state);
export const stateName = (state: AnyState): string => (isState(state) ? t(`state.${state}`) : t(`strip.${state}`));

const overlap = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;
export const worstIn = (marks: Marks, span: Span): AnyState | null => worst(marks.states.filter((s) => overlap(s, span)).map((s) => s.state));
export const downIn = (marks: Marks, span: Span): boolean => marks.downtimes.some((d) => overlap(d, span));
export const stateAt = (marks: Marks, at: number): AnyState | null => marks.states.find((s) => s.from <= at && at < s.to)?.state ?? null;
export const downAt = (marks: Marks, at: number): boolean => marks.downtimes.some((d) => d.from <= at && at < d.to);

function joined(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const s of [...spans].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && s.from <= last.to) last.to = Math.max(last.to, s.to);
    else out.push({ from: s.from, to: s.to });
  }
  return out;
}

// Every downtime, and at each moment the worst state.
export function unionOf(all: readonly Marks[]): Marks {
  if (all.length === 1) return all[0]!;
  const edges = [...new Set(all.flatMap((m) => m.states.flatMap((s) => [s.from, s.to])))].sort((a, b) => a - b);
  const place = all.map(() => 0);
  const states: StateSpan[] = [];
  edges.slice(1).forEach((to, i) => {
    const from = edges[i]!;
    const now = all.flatMap((m, k) => {
      while (place[k]! < m.states.length && m.states[place[k]!]!.to <= from) place[k]!++;
      const s = m.states[place[k]!];
      return s && s.from <= from ? [s.state] : [];
    });
    const state = worst(now);
    const last = states.at(-1);
    if (last && last.state === state && last.to === from) last.to = to;
    else if (state) states.push({ from, to, state });
  });
  return { states, downtimes: joined(all.flatMap((m) => m.downtimes)) };
}

// What belongs to lines, by what is known of their resources.
export function marksOf(past: ReadonlyMap<string, Marks>): (lines: readonly Line[]) => Marks {
  const known = new Map<string, Marks>();
  return (lines) => {
    const ids = [...new Set(lines.map((l) => l.resource))];
    const key = ids.join();
    const marks = known.get(key) ?? unionOf(ids.flatMap((id) => past.get(id) ?? []));
    known.set(key, marks);
    return marks;
  };
}
