// SPDX-License-Identifier: Apache-2.0
// Mouse and touch on a graph. Mouse: dragging picks a stretch, with Shift it moves; the wheel with Ctrl nears, sideways it moves.
// Touch: one finger points and moves, two near. Double click: back.
import { signal } from '@preact/signals';
import { timeAt, type Drawn } from './draw.ts';
import type { Span } from './shape.ts';
import type { View } from './view.ts';

const BRUSH_PX = 6;
const PAN_PX = 3;
const PINCH_PX = 16;

type Mode = 'none' | 'brush' | 'pan' | 'pinch';

// Two fingers keep the moments they were put on: the window in which these lie under them now.
export function pinched(d: { left: number; right: number }, times: readonly [number, number], at: readonly [number, number]): Span | null {
  if (Math.abs(at[1] - at[0]) < PINCH_PX) return null;
  const per = (times[1] - times[0]) / (at[1] - at[0]);
  if (!(per > 0)) return null;
  const from = times[0] - (at[0] - d.left) * per;
  return { from, to: from + (d.right - d.left) * per };
}

export class Hand {
  readonly brush = signal<[number, number] | null>(null); // the stretch being picked, in pixels
  readonly over = signal(false);
  private readonly down = new Map<number, number>(); // pointer, x
  private mode: Mode = 'none';
  private begin = 0;
  private start: Span = { from: 0, to: 1 };
  private times: [number, number] = [0, 0];

  constructor(private readonly el: HTMLElement, private readonly view: View, private readonly drawn: () => Drawn | null) {}

  private x(e: MouseEvent): number {
    return e.clientX - this.el.getBoundingClientRect().left;
  }

  private inside(d: Drawn, x: number): number {
    return Math.min(d.box.right, Math.max(d.box.left, x));
  }

  private press(e: PointerEvent, d: Drawn): void {
    if (e.pointerType === 'mouse' && e.button !== 0) return;
    this.down.set(e.pointerId, this.x(e));
    this.el.setPointerCapture(e.pointerId);
    this.start = this.view.window.peek();
    this.begin = this.x(e);
    this.mode = e.pointerType === 'touch' || e.shiftKey ? 'pan' : 'brush';
    if (this.down.size === 2) {
      this.mode = 'pinch';
      this.times = [...this.down.values()].map((x) => timeAt(d, x)) as [number, number];
    } else if (e.pointerType === 'touch') {
      this.view.cursor.value = timeAt(d, this.inside(d, this.x(e)));
    }
  }

  private drag(x: number, d: Drawn): void {
    if (this.mode === 'brush' && (this.brush.peek() || Math.abs(x - this.begin) > BRUSH_PX)) this.brush.value = [this.inside(d, this.begin), this.inside(d, x)];
    if (this.mode === 'pinch') {
      const span = pinched(d.box, this.times, [...this.down.values()].slice(0, 2) as [number, number]);
      if (span) this.view.move(span);
    }
    if (this.mode === 'pan' && Math.abs(x - this.begin) > PAN_PX) {
      const by = ((this.begin - x) / (d.box.right - d.box.left)) * (this.start.to - this.start.from);
      this.view.move({ from: this.start.from + by, to: this.start.to + by });
    }
  }

  private move(e: PointerEvent, d: Drawn): void {
    if (this.down.has(e.pointerId)) this.down.set(e.pointerId, this.x(e));
    if (e.pointerType !== 'touch') this.view.cursor.value = timeAt(d, this.inside(d, this.x(e)));
    if (this.down.size > 0) this.drag(this.x(e), d);
  }

  private release(e: PointerEvent, d: Drawn): void {
    this.down.delete(e.pointerId);
    const picked = this.brush.peek();
    this.brush.value = null;
    if (this.mode === 'brush' && picked && e.type === 'pointerup') this.view.move({ from: timeAt(d, Math.min(...picked)), to: timeAt(d, Math.max(...picked)) });
    if (this.down.size === 0) this.mode = 'none';
    else if (this.mode === 'pinch') { // the finger that stays goes on moving
      this.mode = 'pan';
      this.start = this.view.window.peek();
      this.begin = [...this.down.values()][0]!;
    }
  }

  private wheel(e: WheelEvent, d: Drawn): boolean {
    const sideways = e.shiftKey ? e.deltaY || e.deltaX : Math.abs(e.deltaX) > Math.abs(e.deltaY) ? e.deltaX : 0;
    if (e.ctrlKey || e.metaKey) this.view.zoom(Math.exp(Math.max(-80, Math.min(80, e.deltaY)) / 250), timeAt(d, this.inside(d, this.x(e))));
    else if (sideways !== 0) this.view.pan(sideways / 1200);
    else return false;
    return true;
  }

  // Returns what ends it.
  watch(): () => void {
    const end = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(name: K, act: (e: HTMLElementEventMap[K], d: Drawn) => void): void => {
      this.el.addEventListener(name, (e) => {
        const d = this.drawn();
        if (d) act(e, d);
      }, { signal: end.signal });
    };
    on('pointerdown', (e, d) => this.press(e, d));
    on('pointermove', (e, d) => this.move(e, d));
    on('pointerup', (e, d) => this.release(e, d));
    on('pointercancel', (e, d) => this.release(e, d));
    on('dblclick', () => { this.view.reset(); });
    on('pointerenter', () => { this.over.value = true; });
    on('pointerleave', (e) => {
      this.over.value = false;
      if (e.pointerType !== 'touch' && this.down.size === 0) this.view.cursor.value = null;
    });
    this.el.addEventListener('wheel', (e) => {
      const d = this.drawn();
      if (d && this.wheel(e, d)) e.preventDefault();
    }, { passive: false, signal: end.signal });
    return () => end.abort();
  }
}
