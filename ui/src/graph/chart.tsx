// SPDX-License-Identifier: Apache-2.0
// One graph: the picture, the cursor over it, and every way to move in it: mouse, touch, keyboard.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { effect, useSignal, type Signal } from '@preact/signals';
import { t } from '../i18n/i18n.ts';
import type { State } from '../model.ts';
import { StateWord } from '../parts/icons.tsx';
import type { Unit } from '../quantity.ts';
import { draw, keyOf, SLOTS, xOf, yOf, type Drawn, type Marks, type Palette, type Picture } from './draw.ts';
import { Hand } from './hand.ts';
import { downAt, isState, stateAt, worse } from './marks.ts';
import { nearest, sumOf, type Line } from './model.ts';
import { palette } from './palette.ts';
import { type Span } from './shape.ts';
import { momentText, spanText } from './time.ts';
import { valueText } from './units.ts';
import type { View } from './view.ts';

export interface Graph {
  key: string;
  title: string;
  unit: Unit;
  lines: readonly Line[]; // all of them
  shown: readonly Line[];
  slots: ReadonlyMap<string, number>;
  marks: (lines: readonly Line[]) => Marks; // what happened to those that these are of
  name: (line: Line) => string;
}

export const HEIGHT = 190;
const READOUT_LINES = 9;

// Of the line that is pointed at, or of all that are shown.
export function marksNow(graph: Graph, hot: string): Marks {
  const own = graph.shown.find((l) => l.key === hot);
  return graph.marks(own ? [own] : graph.shown);
}

export const pictureOfGraph = (graph: Graph, window: Span, hot: string, width: number, height: number): Picture =>
  ({ lines: graph.shown, slots: graph.slots, unit: graph.unit, window, hot, marks: marksNow(graph, hot), width, height });

// Measurements belong to the cursor when they are not farther than their usual distance, or two pixels.
export const within = (line: Line, window: Span): number => Math.max(line.usual, (window.to - window.from) / 250);

function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const g = canvas.getContext('2d')!;
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  return g;
}

function drawCursor(g: CanvasRenderingContext2D, d: Drawn, graph: Graph, at: number | null, brush: [number, number] | null, c: Palette, size: { width: number; height: number }): void {
  g.clearRect(0, 0, size.width, size.height);
  if (brush) {
    g.fillStyle = c.accent;
    g.globalAlpha = 0.18;
    g.fillRect(Math.min(...brush), d.box.top, Math.abs(brush[1] - brush[0]), d.box.bottom - d.box.top);
    g.globalAlpha = 1;
  }
  if (at === null || at < d.window.from || at > d.window.to) return;
  const x = Math.round(xOf(d, at)) + 0.5;
  g.strokeStyle = c.muted;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(x, d.box.top);
  g.lineTo(x, d.box.bottom);
  g.stroke();
  for (const line of graph.shown) {
    const i = nearest(line, at, within(line, d.window));
    if (i < 0 || Number.isNaN(line.v[i]!)) continue;
    g.fillStyle = c.line[(graph.slots.get(line.key) ?? 0) % SLOTS]!;
    g.strokeStyle = c.surface;
    g.beginPath();
    g.arc(Math.min(d.box.right, Math.max(d.box.left, xOf(d, line.t[i]!))), yOf(d, line.v[i]!), 3.5, 0, 7);
    g.fill();
    g.stroke();
  }
}

// The moments that the arrow keys stop at: the points of the line that is pointed at, or of the fullest one.
function stopsOf(graph: Graph, hot: string): Line | null {
  const own = graph.shown.find((l) => l.key === hot);
  return own ?? graph.shown.reduce<Line | null>((best, l) => (best && best.t.length >= l.t.length ? best : l), null);
}

function stepCursor(view: View, line: Line, by: number): void {
  const w = view.window.peek();
  const points = [...line.t].filter((at, i) => at >= w.from && at <= w.to && !Number.isNaN(line.v[i]!));
  if (points.length === 0) return;
  const was = view.cursor.peek();
  let i = was === null ? (by > 0 ? -1 : points.length) : points.findIndex((at) => at >= was - 1e-6);
  if (i < 0) i = points.length;
  const to = Math.min(points.length - 1, Math.max(0, i + by));
  view.cursor.value = points[to]!;
}

function keyDown(e: KeyboardEvent, graph: Graph, view: View, hot: Signal<string>): boolean {
  const stops = stopsOf(graph, hot.peek());
  const back = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0;
  if (back && e.shiftKey) view.pan(back * 0.2);
  else if (back && stops) stepCursor(view, stops, back * (e.ctrlKey ? 10 : 1));
  else if ((e.key === 'Home' || e.key === 'End') && stops) stepCursor(view, stops, e.key === 'Home' ? -Infinity : Infinity);
  else if (e.key === '+' || e.key === '=') view.zoom(0.5, view.cursor.peek());
  else if (e.key === '-') view.zoom(2, view.cursor.peek());
  else if (e.key === 'Escape') {
    hot.value = '';
    return view.reset();
  } else if (e.key === 'ArrowUp' || e.key === 'ArrowDown') {
    const i = graph.shown.findIndex((l) => l.key === hot.peek());
    hot.value = graph.shown[Math.min(graph.shown.length - 1, Math.max(0, i + (e.key === 'ArrowDown' ? 1 : -1)))]?.key ?? '';
  } else return false;
  return true;
}

const BAD_ENOUGH = 'up'; // what is worse than this is said of somebody

// The state at a moment; of several resources the worst, and whose it is.
export function stateNow(graph: Graph, hot: string, at: number): { state: State; whose: string; downtime: boolean } | null {
  const marks = marksNow(graph, hot);
  const state = stateAt(marks, at);
  if (!state || !isState(state)) return null;
  const several = new Set(graph.shown.map((l) => l.resource)).size > 1;
  const line = several && worse(state, BAD_ENOUGH) ? graph.shown.find((l) => l.key === hot) ?? graph.shown.find((l) => l.compare === '' && stateAt(graph.marks([l]), at) === state) : undefined;
  return { state, whose: line ? graph.name(line) : '', downtime: downAt(line ? graph.marks([line]) : marks, at) };
}

// What stands at the cursor, in words.
export function cursorWords(graph: Graph, at: number, window: Span, hot = ''): string {
  const parts = graph.shown.map((line) => {
    const i = nearest(line, at, within(line, window));
    return `${graph.name(line)} ${i < 0 || Number.isNaN(line.v[i]!) ? t('graph.nothing') : valueText(line.v[i]!, line.unit)}`;
  });
  const now = stateNow(graph, hot, at);
  if (now) parts.splice(READOUT_LINES, Infinity, `${t(`state.${now.state}`)}${now.whose && ` ${now.whose}`}`, ...(now.downtime ? [t('list.tag_downtime')] : []));
  return t('pair', { a: momentText(at, window.to - window.from), b: parts.slice(0, READOUT_LINES + 2).join(', ') });
}

// Said first to those who do not see: what the picture shows.
function summary(graph: Graph, window: Span): string {
  const lines = graph.shown.slice(0, 4).map((line) => {
    const s = sumOf(line, window.from, window.to);
    const words = { name: graph.name(line), min: valueText(s.min, line.unit), max: valueText(s.max, line.unit), last: valueText(s.last, line.unit) };
    return s.n ? t('graph.summary_line', words) : t('graph.summary_none', { name: graph.name(line) });
  });
  return [t('graph.summary', { title: graph.title, span: spanText(window.from, window.to) }), ...lines].join(' ');
}

// Beside the pointer: the values, greatest first.
function Readout({ graph, view, drawn, hot }: { graph: Graph; view: View; drawn: Signal<Drawn | null>; hot: Signal<string> }): JSX.Element | null {
  const ref = useRef<HTMLDivElement>(null);
  const at = view.cursor.value;
  const d = drawn.value;
  useEffect(() => {
    const el = ref.current;
    if (!el || !d || at === null) return;
    const x = xOf(d, at);
    const right = x < (d.box.left + d.box.right) / 2;
    const most = (el.parentElement?.clientWidth ?? 0) - el.offsetWidth;
    el.style.left = `${Math.max(0, Math.min(most, right ? x + 12 : x - el.offsetWidth - 12))}px`;
  });
  if (at === null || !d || d.empty || at < d.window.from || at > d.window.to) return null;
  const all = graph.shown.map((line) => ({ line, i: nearest(line, at, within(line, d.window)) }))
    .filter(({ line, i }) => i >= 0 && !Number.isNaN(line.v[i]!)).sort((a, b) => b.line.v[b.i]! - a.line.v[a.i]!);
  const cut = all.slice(0, READOUT_LINES);
  const now = stateNow(graph, hot.value, at);
  return (
    <div class="readout" aria-hidden="true" ref={ref}>
      <b>{momentText(at, d.window.to - d.window.from)}</b>
      {cut.map(({ line, i }) => (
        <p key={line.key} class={line.key === hot.value ? 'hot' : ''}>
          <i class={keyOf(graph.slots.get(line.key) ?? 0, line.compare)} />
          <span>{graph.name(line)}</span>
          <em>{valueText(line.v[i]!, line.unit)}{line.hi[i]! > line.lo[i]! && <small> {t('graph.between', { min: valueText(line.lo[i]!, line.unit), max: valueText(line.hi[i]!, line.unit) })}</small>}</em>
        </p>
      ))}
      {all.length === 0 && <p class="muted">{t('graph.nothing')}</p>}
      {now && <p class="then"><StateWord state={now.state} />{now.whose && <span>{now.whose}</span>}{now.downtime && <span class="tag d">{t('list.tag_downtime')}</span>}</p>}
      {all.length > cut.length && <p class="muted">{t('graph.more_lines', { n: all.length - cut.length })}</p>}
    </div>
  );
}

// Draws when anything that it shows changes, and only then.
function usePlot(graph: Graph, view: View, hot: Signal<string>, height: number): { box: { current: HTMLDivElement | null }; base: { current: HTMLCanvasElement | null }; top: { current: HTMLCanvasElement | null }; drawn: Signal<Drawn | null>; over: Signal<boolean> } {
  const box = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const top = useRef<HTMLCanvasElement>(null);
  const current = useSignal(graph);
  const width = useSignal(0);
  const drawn = useSignal<Drawn | null>(null);
  const over = useSignal(false);
  useEffect(() => { current.value = graph; }, [graph]);
  useEffect(() => {
    const el = box.current!;
    const measure = (): void => { width.value = el.clientWidth; };
    const resize = new ResizeObserver(measure);
    const hand = new Hand(el, view, () => drawn.peek());
    resize.observe(el);
    measure();
    const stops = [
      effect(() => {
        const c = palette.value;
        const p = pictureOfGraph(current.value, view.window.value, hot.value, width.value, height);
        if (c && base.current && p.width >= 120) drawn.value = draw(prepare(base.current, p.width, height), p, c, (v) => valueText(v, p.unit));
      }),
      effect(() => {
        const c = palette.value;
        const d = drawn.value;
        if (c && d && top.current) drawCursor(prepare(top.current, width.value, height), d, current.value, view.cursor.value, hand.brush.value, c, { width: width.value, height });
      }),
      effect(() => { over.value = hand.over.value; }),
      hand.watch(),
      () => resize.disconnect(),
    ];
    return () => { for (const stop of stops) stop(); };
  }, [view, height]);
  return { box, base, top, drawn, over };
}

export function Plot({ graph, view, hot, height = HEIGHT }: { graph: Graph; view: View; hot: Signal<string>; height?: number }): JSX.Element {
  const { box, base, top, drawn, over } = usePlot(graph, view, hot, height);
  const said = useSignal('');
  const key = (e: KeyboardEvent): void => {
    if (e.altKey || e.metaKey || !keyDown(e, graph, view, hot)) return;
    e.preventDefault();
    e.stopPropagation();
    const at = view.cursor.peek();
    const span = view.window.peek();
    said.value = at === null ? spanText(span.from, span.to) : cursorWords(graph, at, span, hot.peek());
  };
  return (
    <div class="plot" ref={box} role="application" aria-roledescription={t('graph.graph')} tabIndex={0} aria-label={summary(graph, view.asked.value)} aria-describedby="graph-keys"
      onKeyDown={key} onFocus={() => { over.value = true; }} onBlur={() => { over.value = false; }}>
      <canvas ref={base} aria-hidden="true" /><canvas ref={top} aria-hidden="true" />
      {drawn.value?.empty && <p class="none">{t('graph.empty')}</p>}
      {over.value && <Readout graph={graph} view={view} drawn={drawn} hot={hot} />}
      <span class="sr" aria-live="polite">{said.value}</span>
    </div>
  );
}
