// SPDX-License-Identifier: Apache-2.0
// A moment as people give it: in the local time of the browser, without a zone.
import type { JSX } from 'preact';

// <input type=datetime-local> speaks so.
export function localInput(ms: number): string {
  const d = new Date(ms);
  return new Date(ms - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

// What stands in such a field as the API wants it; empty where it is no moment.
export function isoOf(text: string): string {
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : '';
}

// The next time that it is so many hours o'clock, on or after so many days from now; weekday 1 is Monday.
export function nextAt(hours: number, weekday?: number): number {
  const d = new Date();
  const days = weekday === undefined ? 1 : ((weekday + 7 - d.getDay()) % 7 || 7);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + days, hours).getTime();
}

export const WhenField = (props: { id: string; label: string; value: string; error?: string; onText: (text: string) => void }): JSX.Element => (
  <div class="field">
    <label for={props.id}>{props.label}</label>
    <input id={props.id} type="datetime-local" value={props.value} aria-invalid={Boolean(props.error)} aria-describedby={`${props.id}-err`} onInput={(e) => props.onText(e.currentTarget.value)} />
    <p id={`${props.id}-err`} class="err">{props.error}</p>
  </div>
);
