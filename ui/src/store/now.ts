// SPDX-License-Identifier: Apache-2.0
// The server's clock, as far as the browser can know it: ages must be right on a machine whose clock is wrong.
import { signal } from '@preact/signals';

let offset = 0; // server minus browser, ms
export const now = signal(Date.now());
export const slowNow = signal(Date.now()); // for lists: figures that change every second tire the eye

export function heardTime(iso: string | undefined): void {
  const at = Date.parse(iso ?? '');
  if (!Number.isFinite(at)) return;
  const seen = at - Date.now();
  // A few seconds are the way of the answer, not a wrong clock.
  offset = Math.abs(seen) < 3000 ? 0 : seen;
}

export function tick(): void {
  now.value = Date.now() + offset;
  if (Math.abs(now.value - slowNow.value) >= 5000) slowNow.value = now.value;
}

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) tick();
  }, 1000);
  document.addEventListener('visibilitychange', tick);
}
