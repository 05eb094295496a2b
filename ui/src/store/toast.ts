// SPDX-License-Identifier: Apache-2.0
// What just happened, said once: on the screen for a while, and to screen readers politely.
import { signal } from '@preact/signals';

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

export const toasts = signal<Toast[]>([]);
export const spoken = signal('');

const SHOWN_MS = 5000;
const BAD_MS = 12000;
const SPEAK_MS = 1500;
const SPEAK_MAX = 3;

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

export function toast(text: string, bad = false): void {
  const id = ++counter;
  toasts.value = [...toasts.value.slice(-2), { id, text, bad }];
  setTimeout(() => dismiss(id), bad ? BAD_MS : SHOWN_MS);
}
