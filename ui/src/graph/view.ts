// SPDX-License-Identifier: Apache-2.0
// What several graphs share: the window of time, the cursor. It follows the URL, and the URL follows it once the hand rests.
import { batch, effect, signal } from '@preact/signals';
import { go, route } from '../route.ts';
import { now } from '../store/now.ts';
import { spanOf } from './model.ts';
import { clampSpan, panned, zoomed, type Span } from './shape.ts';

export const RANGES = ['1h', '6h', '24h', '7d', '30d', '365d'] as const;
export const rangeSeconds = (range: string): number => spanOf(range) || 86400;

const REST_MS = 220;

export class View {
  readonly window = signal<Span>({ from: 0, to: 1 });
  readonly asked = signal<Span>({ from: 0, to: 1 }); // what is read from the server: the window once it rests
  readonly cursor = signal<number | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stops: (() => void)[] = [];

  constructor() {
    this.stops.push(effect(() => {
      const { range, from, to } = route.value;
      const span = from > 0 && to > from ? { from, to } : this.latest(range);
      batch(() => {
        this.window.value = span;
        this.asked.value = span;
      });
    }));
  }

  private latest(range: string): Span {
    const to = Math.ceil(now.peek() / 1000);
    return { from: to - rangeSeconds(range), to };
  }

  // Does the window end now, and move on with the time?
  live(): boolean {
    return route.peek().from === 0;
  }

  // Time has passed: a window that ends now moves on, unless somebody is looking at a moment in it.
  refresh(): void {
    if (!this.live() || this.timer !== undefined) return;
    const span = this.latest(route.peek().range);
    batch(() => {
      this.window.value = span;
      this.asked.value = span;
    });
  }

  move(span: Span): void {
    this.window.value = clampSpan(span, now.peek() / 1000);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), REST_MS);
  }

  private settle(): void {
    this.timer = undefined;
    const { from, to } = this.window.peek();
    go({ from: Math.round(from), to: Math.round(to) }, 'replace');
  }

  zoom(factor: number, at?: number | null): void {
    const w = this.window.peek();
    this.move(zoomed(w, factor, at ?? (w.from + w.to) / 2));
  }

  pan(part: number): void {
    this.move(panned(this.window.peek(), part));
  }

  // True when there was something to take back.
  reset(): boolean {
    const was = !this.live() || this.cursor.peek() !== null || this.timer !== undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.cursor.value = null;
    if (!this.live()) go({ from: 0, to: 0 }, 'replace');
    else this.refresh();
    return was;
  }

  pick(range: string): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    go({ range, from: 0, to: 0 }, 'replace');
  }

  stop(): void {
    clearTimeout(this.timer);
    for (const one of this.stops) one();
  }
}
