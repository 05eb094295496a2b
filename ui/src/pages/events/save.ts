// SPDX-License-Identifier: Apache-2.0
// The log as a file. Words of the API, so that programs can read them; times in UTC.
import { csv } from '../../file.ts';
import type { Event } from '../../model.ts';

const COLUMNS = ['time', 'kind', 'host', 'service', 'state', 'hard', 'attempt', 'about', 'contact', 'author', 'text'] as const;

export function csvOf(events: readonly Event[]): string {
  const word = (v: string | number | boolean | null | undefined): string | number | null => (typeof v === 'boolean' ? String(v) : v ?? null);
  return csv([COLUMNS, ...events.map((e) => COLUMNS.map((name) => word(e[name])))]);
}

export const jsonOf = (events: readonly Event[]): string => `${JSON.stringify({ events }, null, 1)}\n`;
