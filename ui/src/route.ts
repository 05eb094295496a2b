// SPDX-License-Identifier: Apache-2.0
// The URL is the state: whatever is on the screen can be sent as a link, and Back goes back.
import { signal } from '@preact/signals';
import { PAGES, pageRow, type PageName } from './pages.ts';
import { AS, STATES, type As, type Filter, type Order, type SortKey, type State, type View } from './model.ts';

export type { PageName } from './pages.ts';
// The first page is also at "/".
const pageAt = (path: string): PageName => (path === '' ? PAGES[0].name : PAGES.find((row) => row.path === path)?.name ?? 'missing');

// Of the panel: details, and then.
export const TABS = ['', 'graph', 'timeline', 'told', 'config'] as const;
export type Tab = (typeof TABS)[number];

export interface Route extends View {
  page: PageName;
  open: string; // the resource in the panel, or empty
  tab: Tab; // of the panel
  unfolded: string[]; // of a list by problem: those beneath which stands what follows from them
  on: string[]; // the resources whose graphs are shown
  together: boolean; // the same measurement of all in one graph
  range: string; // of graphs: up to now,
  from: number; // or, unless 0, a stretch of time, in seconds
  to: number;
  compare: string[]; // with so much earlier
  query: Readonly<Record<string, string>>; // of a page other than resources and graphs: whatever it keeps in its address
}

export const DEFAULT_ROUTE: Route = {
  page: 'resources', q: '', filter: 'unhandled', states: [], kind: '', host: '', group: [], view: 'all', under: '', sort: 'severity', order: 'desc', open: '', tab: '', unfolded: [], on: [], together: false, range: '24h', from: 0, to: 0, compare: [], query: {},
};
const SORTS: readonly SortKey[] = ['severity', 'name', 'since', 'checked', 'output'];
// What a first click on a column asks for: the worst, the newest, or the alphabet.
export const FIRST_ORDER: Record<SortKey, Order> = { severity: 'desc', name: 'asc', since: 'desc', checked: 'desc', output: 'asc' };

function pick<T extends string>(value: string | null, allowed: readonly T[], fallback: T): T {
  return allowed.includes(value as T) ? (value as T) : fallback;
}

const list = (text: string | null): string[] => [...new Set((text ?? '').split(',').filter(Boolean))];
const MOST_IDS = 100;
export const MOST_UNFOLDED = 20;
const MOST_COMPARED = 4;
const idsOf = (text: string | null, most: number): string[] => list(text).filter((id) => /^\d{1,20}$/.test(id)).slice(0, most);

type Time = Pick<Route, 'range' | 'from' | 'to' | 'compare'>;

function parseTime(query: URLSearchParams): Time {
  const [from, to] = ['from', 'to'].map((name) => Math.floor(Number(query.get(name) ?? 0)));
  const good = from! > 0 && to! > from! && to! < 1e11;
  return {
    range: /^\d{1,4}[hdwy]$/.test(query.get('range') ?? '') ? query.get('range')! : DEFAULT_ROUTE.range,
    from: good ? from! : 0, to: good ? to! : 0, compare: list(query.get('compare')).filter((c) => /^\d{1,4}[hdw]$/.test(c)).slice(0, MOST_COMPARED),
  };
}

function formatTime(route: Time, query: URLSearchParams): void {
  if (route.range !== DEFAULT_ROUTE.range) query.set('range', route.range);
  if (route.from > 0) {
    query.set('from', String(route.from));
    query.set('to', String(route.to));
  }
  if (route.compare.length > 0) query.set('compare', route.compare.join(','));
}

export function parseRoute(path: string, search: string): Route {
  const query = new URLSearchParams(search);
  const page = pageAt(path.replace(/\/+$/, ''));
  const sort = pick(query.get('sort'), SORTS, DEFAULT_ROUTE.sort);
  const states = (query.get('state') ?? '').split(',').filter((s): s is State => STATES.includes(s as State));
  return {
    page,
    query: page === 'resources' || page === 'graphs' || page === 'missing' ? {} : Object.fromEntries(query),
    q: query.get('q') ?? '',
    filter: pick<Filter>(query.get('filter'), ['unhandled', 'problems', 'all'], states.length > 0 ? 'all' : DEFAULT_ROUTE.filter),
    states,
    kind: pick<'host' | 'service' | ''>(query.get('kind'), ['host', 'service', ''], ''),
    host: query.get('host') ?? '',
    group: list(query.get('group')),
    view: pick<As>(query.get('view'), AS, 'all'),
    under: /^\d{1,20}$/.test(query.get('under') ?? '') ? query.get('under')! : '',
    sort,
    order: pick<Order>(query.get('order'), ['asc', 'desc'], FIRST_ORDER[sort]),
    open: query.get('open') ?? '',
    tab: pick<Tab>(query.get('tab'), TABS, ''),
    unfolded: idsOf(query.get('unfolded'), MOST_UNFOLDED),
    on: idsOf(query.get('on'), MOST_IDS),
    together: query.get('together') === '1',
    ...parseTime(query),
  };
}

function written(path: string, query: URLSearchParams): string {
  const text = query.toString().replace(/%2C/g, ',');
  return text ? `${path}?${text}` : path;
}

// Only what differs from the usual is written: links stay short enough to be read aloud.
export function formatRoute(route: Route): string {
  if (route.page === 'missing') return '/';
  const query = new URLSearchParams();
  if (route.page === 'graphs') {
    if (route.on.length > 0) query.set('on', route.on.join(','));
    if (route.together) query.set('together', '1');
    formatTime(route, query);
  }
  if (route.page !== 'resources') {
    for (const [name, value] of Object.entries(route.query)) if (value !== '') query.set(name, value);
    return written(pageRow(route.page)?.path ?? '/', query);
  }
  if (route.q) query.set('q', route.q);
  if (route.states.length > 0) query.set('state', route.states.join(','));
  const usual: Filter = route.states.length > 0 ? 'all' : DEFAULT_ROUTE.filter;
  if (route.filter !== usual) query.set('filter', route.filter);
  if (route.view !== 'all') query.set('view', route.view);
  if (route.under) query.set('under', route.under);
  if (route.view === 'problems' && route.unfolded.length > 0) query.set('unfolded', route.unfolded.join(','));
  if (route.kind) query.set('kind', route.kind);
  if (route.host) query.set('host', route.host);
  if (route.group.length > 0) query.set('group', route.group.join(','));
  if (route.sort !== DEFAULT_ROUTE.sort) query.set('sort', route.sort);
  if (route.order !== FIRST_ORDER[route.sort]) query.set('order', route.order);
  if (route.open) query.set('open', route.open);
  if (route.open && route.tab) {
    query.set('tab', route.tab);
    formatTime(route, query);
  }
  return written('/resources', query);
}

export const route = signal<Route>(DEFAULT_ROUTE);

export function startRouting(): void {
  const read = (): void => {
    route.value = parseRoute(location.pathname, location.search);
  };
  addEventListener('popstate', read);
  read();
}

// `replace`: typing and moving through the list are not steps to go back through.
export function go(patch: Partial<Route>, how: 'push' | 'replace' = 'push'): void {
  const leaves = patch.page !== undefined && patch.page !== route.value.page; // what another page had in its address means nothing here
  const next = { ...route.value, ...(leaves ? { query: {} } : {}), ...patch };
  const url = formatRoute(next);
  if (url !== location.pathname + location.search || location.hash) {
    if (how === 'push') history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }
  route.value = next;
}

// Everything of one host or one group, whatever its state.
export const only = (what: Partial<Pick<Route, 'host' | 'group' | 'page'>>): void => go({ host: '', group: [], q: '', view: 'all', under: '', filter: 'all', states: [], ...what });

export const listOf = (r: Route): View => ({
  q: r.q, filter: r.filter, states: r.states, kind: r.kind, host: r.host, group: r.group, view: r.view, under: r.under, sort: r.sort, order: r.order,
});
