// SPDX-License-Identifier: Apache-2.0
// Reads the list page by page and keeps it true: server-side filter, sort and paging; changes by the stream.
import { computed, effect, signal } from '@preact/signals';
import { api, ApiError, away, errorText, session } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { go, listOf, MOST_UNFOLDED, route } from '../route.ts';
import { mayEnter, nameOf, sortOf, viewQuery, type Counts, type Page, type Row, type View } from '../model.ts';
import { announce } from './toast.ts';
import { heardTime, now } from './now.ts';
import { refreshDetail } from './detail.ts';
import { Rows, type Below, type Unfolded } from './rows.ts';
import { subscribe, unsubscribe } from './stream.ts';

const FIRST_PAGE = 50; // soon there; what follows comes in larger pieces
const PAGE = 100;
const REFRESH_CAP = 400; // rows read again at once; what lies below is read when it is scrolled to
const REFRESH_MIN_MS = 1000;
const HOLD_MS = 4000;
const COUNTS_POLL_MS = 20000;
const RETRY_MS = 3000;
const BELOW = 100; // rows beneath one that is unfolded; the others are a list of their own

export const rows = new Rows();
export const counts = signal<Counts>({});
export const total = signal(0);
export const matched = signal(0);
export const next = signal<string | null>(null);
export const loading = signal<'no' | 'first' | 'more'>('first');
export const failed = signal(''); // why the list could not be read
export const current = signal(''); // the row that keys act on
export const selected = signal<ReadonlySet<string>>(new Set());
export const allSelected = signal(false); // also what matches and is not loaded

export const view = computed<View>(() => listOf(route.value));
const viewKey = computed(() => viewQuery(view.value).toString());

let request: AbortController | null = null;
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let lastRefresh = 0;
let lastTook = 0;
let touchedAt = 0;
let owed = false; // something changed while the list was read for the first time
const heard = new Map<string, Row>(); // what the stream said while the list was being read: the answer may be older
let holdTimer: ReturnType<typeof setTimeout> | undefined;

async function fetchPage(of: View, cursor: string | null, limit: number, signal: AbortSignal): Promise<Page> {
  const query = viewQuery(of);
  query.set('limit', String(limit));
  if (cursor) query.set('cursor', cursor);
  const page = await api<Page>('GET', `/resources?${query}`, { signal });
  heardTime(page.now);
  return page;
}

// What follows from a problem, in the order of the list.
async function fetchBelow(id: string, signal: AbortSignal): Promise<Below> {
  const page = await fetchPage({ ...view.peek(), view: 'all', sort: sortOf(view.peek()), under: id }, null, BELOW, signal);
  return { rows: page.resources, total: page.matched };
}

// What was said meanwhile counts: had it changed once more since, the stream would say that, too.
function applyHeard(): void {
  if (view.peek().view === 'all') for (const row of heard.values()) rows.apply(row, view.peek());
}

const wantsBelow = (row: Row): boolean => view.peek().view === 'problems' && (row.folded?.count ?? 0) > 0 && route.peek().unfolded.includes(row.id);

// Of these rows, those beneath that are unfolded. What was folded or unfolded meanwhile stays as it is on the screen.
async function readBelow(list: readonly Row[], signal: AbortSignal): Promise<Unfolded> {
  const fresh = new Map<string, Below>();
  await Promise.all(list.filter(wantsBelow).map(async (row) => {
    const here = await fetchBelow(row.id, signal).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 400) return null; // it is no more
      throw error;
    });
    if (here && route.peek().unfolded.includes(row.id)) fresh.set(row.id, here);
  }));
  for (const row of list.filter(wantsBelow)) {
    const here = rows.beneath(row.id);
    if (!fresh.has(row.id) && here) fresh.set(row.id, { rows: here.ids.flatMap((id) => rows.row(id) ?? []), total: here.total });
  }
  return fresh;
}

const stopUnfolding = new Map<string, AbortController>();

// What is not on the screen is not acted on, and so is not counted either.
function deselect(ids: readonly string[]): void {
  if (ids.some((id) => selected.peek().has(id))) selected.value = new Set([...selected.peek()].filter((id) => !ids.includes(id)));
}

// The rows beneath one come, and go, as the address has it.
function followFolds(): void {
  for (const [id, stop] of stopUnfolding) {
    if (route.peek().unfolded.includes(id)) continue;
    stop.abort();
    stopUnfolding.delete(id);
  }
  for (const id of rows.ids.peek()) {
    const row = rows.row(id);
    if (rows.beneath(id) && !route.peek().unfolded.includes(id)) deselect(rows.fold(id));
    else if (row && wantsBelow(row) && !rows.beneath(id) && !stopUnfolding.has(id)) void unfoldOne(id);
  }
}

async function unfoldOne(id: string): Promise<void> {
  const stop = new AbortController();
  stopUnfolding.set(id, stop);
  try {
    const here = await fetchBelow(id, stop.signal);
    if (rows.ids.peek().includes(id) && view.peek().view === 'problems') rows.unfold(id, here);
  } catch (error) {
    if (!stop.signal.aborted) {
      failed.value = errorText(error);
      unfold(id, false);
    }
  } finally {
    if (stopUnfolding.get(id) === stop) stopUnfolding.delete(id);
  }
}

export function unfold(id: string, on: boolean): void {
  const others = route.peek().unfolded.filter((one) => one !== id);
  go({ unfolded: on ? [...others, id].slice(-MOST_UNFOLDED) : others }, 'replace');
}

function take(page: Page): void {
  counts.value = page.counts;
  total.value = page.total;
  matched.value = page.matched;
  next.value = page.next;
  failed.value = '';
}

async function run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  request?.abort();
  const mine = new AbortController();
  request = mine;
  heard.clear();
  const began = performance.now();
  try {
    await work(mine.signal);
  } catch (error) {
    if (mine.signal.aborted) return;
    failed.value = errorText(error);
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(() => void refresh(), RETRY_MS);
  } finally {
    if (request === mine) {
      request = null;
      loading.value = 'no';
      lastTook = performance.now() - began;
      lastRefresh = Date.now();
      if (owed) refreshSoon();
      owed = false;
    }
  }
}

export const load = (): Promise<void> => run(async (signal) => {
  loading.value = 'first';
  const page = await fetchPage(view.peek(), null, FIRST_PAGE, signal);
  const below = await readBelow(page.resources, signal);
  take(page);
  rows.replace(page.resources, false, below);
  applyHeard();
});

export const more = (): Promise<void> => {
  if (request || !next.peek()) return Promise.resolve();
  return run(async (signal) => {
    loading.value = 'more';
    const page = await fetchPage(view.peek(), next.peek(), PAGE, signal).catch((error: unknown) => {
      // A cursor of a list that is no more (a reload, say): the list is read anew.
      if (error instanceof ApiError && error.status < 500 && error.status !== 401) return null;
      throw error;
    });
    if (!page) {
      queueMicrotask(() => void load());
      return;
    }
    take(page);
    rows.append(page.resources);
    applyHeard();
    followFolds();
  });
};

const held = (): boolean => Date.now() - touchedAt < HOLD_MS || selected.peek().size > 0;

// The same rows again, in as many pages as are loaded; what lies below the cap stays as it is, so that nothing jumps.
export const refresh = (): Promise<void> => {
  clearTimeout(refreshTimer);
  refreshTimer = undefined;
  if (loading.peek() === 'first' && request) return Promise.resolve();
  return run(async (signal) => {
    const loaded = rows.ids.peek().length;
    let page = await fetchPage(view.peek(), null, PAGE, signal);
    const all: Row[] = page.resources;
    while (page.next && all.length < Math.min(loaded, REFRESH_CAP)) {
      page = await fetchPage(view.peek(), page.next, PAGE, signal);
      all.push(...page.resources);
    }
    const farther = page.next && loaded > all.length ? next.peek() : null;
    const list = farther ? [...all, ...rows.beyond(all)] : all;
    const below = await readBelow(list, signal);
    take(farther ? { ...page, next: farther } : page);
    rows.replace(list, held(), below);
    applyHeard();
    waitForQuiet();
  });
};

function waitForQuiet(): void {
  clearTimeout(holdTimer);
  if (!rows.waiting.peek()) return;
  holdTimer = setTimeout(() => {
    if (held()) waitForQuiet();
    else rows.release();
  }, 500);
}

// A busy list is read again no more often than once a second, and never takes more than a tenth of the time.
function refreshSoon(): void {
  if (refreshTimer !== undefined) return;
  const pause = Math.max(REFRESH_MIN_MS, lastTook * 10);
  refreshTimer = setTimeout(() => void refresh(), Math.max(200, lastRefresh + pause - Date.now()));
}

export function touched(): void {
  touchedAt = Date.now();
}

function entering(row: Row): boolean {
  const last = rows.row(rows.ids.peek().at(-1) ?? '');
  return !next.peek() || !last || mayEnter(row, last, view.peek(), now.peek());
}

const listener = {
  row(row: Row): void {
    if (request) heard.set(row.id, row);
    if (view.peek().view !== 'all') { // what the rows stand for is counted by the server
      if (row.id === route.peek().open) refreshDetail();
      refreshSoon();
      return;
    }
    const seen = rows.apply(row, view.peek());
    const arrives = !seen.known && seen.structure && entering(row);
    if (seen.stateChanged || (arrives && loading.peek() === 'no' && view.peek().filter !== 'all')) announce(t('list.said', { name: nameOf(row), state: t(`state.${row.state}`) }));
    if (row.id === route.peek().open) refreshDetail();
    if (arrives || (seen.known && seen.structure)) refreshSoon();
  },
  gone(id: string): void {
    if (view.peek().view === 'all') rows.drop(id);
    refreshSoon();
  },
  counts(value: Counts & { counts?: Counts; total?: number; matched?: number }): void {
    counts.value = value.counts ?? value;
    if (value.total !== undefined) total.value = value.total;
    if (view.peek().view === 'all' && value.matched !== undefined && value.matched !== matched.peek()) {
      matched.value = value.matched;
      refreshSoon();
    }
  },
  resync(): void {
    if (loading.peek() === 'first') owed = true;
    else refreshSoon();
  },
};

export const isSelected = (id: string): boolean => allSelected.value || selected.value.has(id);
export const selectedCount = (): number => (allSelected.value ? matched.value : selected.value.size);

// Rows that stand for several are chosen one by one: what they stand for is another list.
export const mayTakeAll = (): boolean => view.value.view === 'all' && matched.value > 0;

export function selectAll(): void {
  selected.value = new Set(rows.known().map((row) => row.id));
  allSelected.value = mayTakeAll();
}

export function toggleSelected(id: string, on?: boolean): void {
  if (!rows.row(id)) return; // what stands in the place of others
  const set = new Set(allSelected.peek() ? rows.ids.peek() : selected.peek());
  allSelected.value = false;
  if (on ?? !set.has(id)) set.add(id);
  else set.delete(id);
  selected.value = set;
}

let lastPicked = '';

// With `range`, everything between the last one picked and this one follows it.
export function pick(id: string, on: boolean, range: boolean): void {
  const ids = rows.shown.peek();
  const [from, to] = [ids.indexOf(lastPicked), ids.indexOf(id)];
  lastPicked = id;
  current.value = id;
  if (!range || from < 0 || to < 0) toggleSelected(id, on);
  else for (const between of ids.slice(Math.min(from, to), Math.max(from, to) + 1)) toggleSelected(between, on);
}

export function clearSelected(): void {
  selected.value = new Set();
  allSelected.value = false;
  waitForQuiet();
}

function follow(): void {
  let shown = '';
  effect(() => {
    const key = viewKey.value;
    const on = Boolean(session.value) && route.value.page === 'resources';
    const what = on ? key : '';
    if (what === shown) return;
    shown = what;
    if (!on) {
      unsubscribe();
      return;
    }
    selected.value = new Set();
    allSelected.value = false;
    rows.waiting.value = null;
    queueMicrotask(() => {
      void load();
      subscribe(view.peek(), listener);
    });
  });
}

// A hidden tab and the other pages have no stream; title and counters still say what is unhandled.
function readCounts(): void {
  if (!session.peek()) return;
  api<Page>('GET', '/resources?filter=unhandled&limit=1').then((page) => {
    counts.value = page.counts;
    total.value = page.total;
  }, () => undefined);
}

export function startList(): void {
  follow();
  effect(() => {
    if (route.value.unfolded && session.value) queueMicrotask(followFolds);
  });
  // The server came back: what is on the screen may be old.
  let wasAway = false;
  effect(() => {
    const is = away.value;
    if (wasAway && !is && session.peek() && route.peek().page === 'resources') queueMicrotask(refreshSoon);
    wasAway = is;
  });
  setInterval(() => {
    if (document.hidden || route.peek().page !== 'resources') readCounts();
  }, COUNTS_POLL_MS);
  effect(() => {
    if (session.value && route.value.page !== 'resources') queueMicrotask(readCounts);
  });
}
