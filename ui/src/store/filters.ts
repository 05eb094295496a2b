// SPDX-License-Identifier: Apache-2.0
// Lists that were saved by name: one's own, and those that are shared. A link holds the list itself, so it works for whoever opens it.
import { signal } from '@preact/signals';
import { api } from '../api.ts';
import { formatRoute, go, listOf, parseRoute, route, DEFAULT_ROUTE } from '../route.ts';

export interface Saved {
  name: string;
  query: string;
  shared: boolean;
  own: boolean;
  by: string;
}
export const saved = signal<readonly Saved[]>([]);

const queryOf = (url: string): string => url.split('?')[1] ?? '';
// The list on the screen, without what is open beside it.
export const currentQuery = (): string => queryOf(formatRoute({ ...DEFAULT_ROUTE, ...listOf(route.value) })) || 'filter=unhandled';

export async function readSaved(): Promise<void> {
  saved.value = (await api<{ filters: Saved[] }>('GET', '/filters')).filters;
}

export async function save(name: string, shared: boolean): Promise<void> {
  await api('PUT', `/filters/${encodeURIComponent(name)}`, { body: { query: currentQuery(), shared } });
  await readSaved();
}

export async function forget(one: Saved): Promise<void> {
  await api('DELETE', `/filters/${encodeURIComponent(one.name)}${one.own ? '' : `?by=${encodeURIComponent(one.by)}`}`);
  await readSaved();
}

export const show = (one: Saved): void => go({ ...parseRoute('/resources', `?${one.query}`), page: 'resources', open: '' });
