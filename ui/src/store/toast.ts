// SPDX-License-Identifier: Apache-2.0
// What just happened, said once: on the screen for a while, and to screen readers politely.
import { signal } from '@preact/signals';

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  list?: readonly string[]; // what it is about, one by one
  acts?: readonly { text: string; run: () => void }[]; // pressing one takes the toast away
  progress?: { done: number; of: number };
  stays?: boolean; // until it is changed or taken away
}

export const toasts = signal<Toast[]>([]);
export const spoken = signal('');

const SHOWN_MS = 5000;
const LONG_MS = 12000; // what is bad
const OFFER_MS = 30000; // what can be taken back: one looks first whether it was right
const SPEAK_MS = 1500;
const SPEAK_MAX = 3;
const MOST = 3;

let counter = 0;
let queue: string[] = [];
let speaking: ReturnType<typeof setTimeout> | undefined;

// Changes come in bursts; a reader hears the last few of a burst, not each one over the other.
export function announce(text: string): void {
  queue.push(text);
  if (speaking !== undefined) return;
  speaking = setTimeout(() => {
    spoken.value = queue.slice(-SPEAK_MAX).join('. ');
    queue = [];
    speaking = undefined;
  }, SPEAK_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

// While somebody points at it, or has the focus in it, it stays.
function dismissLater(id: number, ms: number): void {
  setTimeout(() => {
    const one = toasts.peek().find((toast) => toast.id === id);
    if (!one || one.stays) return;
    if (document.querySelector('.toasts:hover, .toasts:focus-within')) dismissLater(id, SHOWN_MS);
    else dismiss(id);
  }, ms);
}

type More = Omit<Toast, 'id' | 'text' | 'bad'>;
const lasts = (bad: boolean, more: More): number => (more.acts ? OFFER_MS : bad ? LONG_MS : SHOWN_MS);

export function toast(text: string, bad = false, more: More = {}): number {
  const id = ++counter;
  const free = toasts.peek().filter((one) => !one.stays);
  const gone = new Set(free.slice(0, Math.max(0, free.length - MOST + 1)).map((one) => one.id));
  toasts.value = [...toasts.peek().filter((one) => !gone.has(one.id)), { id, text, bad, ...more }];
  if (!more.stays) dismissLater(id, lasts(bad, more));
  return id;
}

// Another text in its place; one that was taken away meanwhile comes back when the work is over.
export function retoast(id: number, text: string, bad: boolean, more: More): void {
  const there = toasts.peek().some((one) => one.id === id);
  if (!there && more.progress) return;
  if (!there) toast(text, bad, more);
  else {
    toasts.value = toasts.peek().map((one) => (one.id === id ? { id, text, bad, ...more } : one));
    if (!more.stays) dismissLater(id, lasts(bad, more));
  }
}
