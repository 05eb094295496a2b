// SPDX-License-Identifier: Apache-2.0
// What /api/v1 says, as types, and the few rules of reading it. No rule of monitoring lives here: the engine decides.

export const STATES = ['down', 'unreachable', 'critical', 'warning', 'unknown', 'pending', 'ok', 'up'] as const;
export type State = (typeof STATES)[number];
export type Filter = 'unhandled' | 'problems' | 'all';
export type SortKey = 'severity' | 'name' | 'since' | 'checked' | 'output';
export type Order = 'asc' | 'desc';
export type UserRole = 'admin' | 'operator' | 'viewer';

export interface Row {
  id: string;
  kind: 'host' | 'service';
  host: string;
  host_display?: string;
  service?: string;
  service_display?: string;
  state: State;
  hard: boolean;
  attempt: number;
  max_attempts: number;
  since: string | null;
  last_check: string | null;
  next_check: string | null;
  output: string;
  acknowledged: boolean;
  in_downtime: boolean;
  host_in_downtime?: boolean; // of a service
  flapping: boolean;
  notifications_enabled?: boolean;
  checks_enabled?: boolean;
  stale?: boolean;
  running?: boolean;
  passive?: boolean; // meant to answer only to results that are sent in
  folded?: Folded; // of a view whose rows stand for several
}

export interface Folded {
  count: number; // of a problem, how many follow from it
  unhandled: number;
  worst: State;
  since: string | null;
  counts: Partial<Record<State, number>>;
}
export type As = 'all' | 'hosts' | 'services' | 'problems';
export const AS: readonly As[] = ['all', 'hosts', 'services', 'problems'];

// The room that names and their tags ask for in the list, in pixels, from what letters need on average; the rest is for outputs.
const LETTER_PX = 7.6;
const TAG_PX = 104;
const PICTURES_PX = 64; // several are pictures
const FOLD_PX = 128; // how many follow from it
const NARROWEST_PX = 260;
export function nameRoom(rows: readonly Row[], folding = false): number {
  const of = (r: Row): number => nameOf(r).length * LETTER_PX + (folding && r.folded?.count ? FOLD_PX : 0) + (r.acknowledged && (r.in_downtime || r.host_in_downtime) ? PICTURES_PX : isHandled(r) ? TAG_PX : 0);
  return rows.reduce((most, r) => Math.max(most, of(r) + 30), NARROWEST_PX);
}

// What a graph or a strip shows of it beside measurements, in a word that is another when that is.
export const momentOf = (r: Row): string => `${r.state} ${r.since} ${r.in_downtime} ${r.host_in_downtime ?? false}`;

export type Counts = Partial<Record<State | 'unhandled', number>>;

export interface Page {
  resources: Row[];
  total: number;
  matched: number;
  next: string | null;
  counts: Counts;
  now: string;
}

export type Figure = number | string | null | undefined;

export interface Perf {
  label: string;
  value: Figure;
  unit?: string;
  warn?: Figure;
  crit?: Figure;
  min?: Figure;
  max?: Figure;
}

export interface Note {
  id?: string | number;
  author: string;
  text?: string;
  comment?: string;
  time?: string | null;
  entry_time?: string | null;
  kind?: string;
  type?: string;
  expires?: string | null;
}

// Without author and time where its comment was deleted.
export interface Acknowledgement {
  author?: string;
  text?: string;
  time: string | null;
  expires: string | null;
  sticky: boolean;
}

export interface Downtime extends Note {
  start: string;
  end: string;
  fixed?: boolean;
  duration_s?: number;
  active?: boolean;
}

// A sentence of the engine, in both languages.
export interface Reason {
  code?: string;
  object?: string; // the name it speaks of: HOST, HOST;SERVICE, or a period
  args?: string[]; // numbers; moments are µs since 1970
  text_en?: string;
  text_fr?: string;
}

// Of one contact: told, or why not.
export interface Told {
  contact: string | null; // null: so many more
  told: boolean;
  reason: Reason;
}

// What was decided about a notification, and what would be now.
export interface Why {
  ran: Reason | null;
  next?: Reason[];
  decision: { time: string; about?: string | null; state: State; number?: number; reason: Reason | null; contacts: Told[]; undelivered?: { time: string; contact: string; command: string; text: string }[] } | null;
  would?: { reason: Reason | null; contacts: Told[] } | null;
}

// One of many for which something could not be done.
export interface Trouble {
  host?: string;
  service?: string;
  code?: string;
  detail?: string;
}

// An action on many: what its answer says, and what a job's does.
export interface Job {
  id?: string; // of one that goes on by itself
  action: Action;
  state: 'running' | 'done' | 'cancelled';
  total: number;
  done: number;
  failed: number;
  problems?: Trouble[];
  unwritten?: string | null;
  undo?: Readonly<Record<string, unknown>> | null; // the body that takes it back
}
export type Action = 'check' | 'acknowledge' | 'unacknowledge' | 'downtime' | 'cancel_downtimes' | 'comment' | 'delete_comments' | 'submit';

// Of Centreon's configuration; 1 is the most severe.
export interface Severity {
  name: string;
  level: number;
  icon?: string;
}

export interface Detail extends Row {
  address?: string;
  alias?: string;
  long_output?: string;
  perfdata?: Perf[];
  perfdata_raw?: string;
  measurements_refused?: { count: number; reason: string; text_en: string; text_fr: string } | null; // today, for the reason that most of them had
  check_command?: string;
  check_interval_s?: number;
  retry_interval_s?: number;
  latency_ms?: number;
  execution_ms?: number;
  check_type?: string;
  contacts?: string[];
  severity?: Severity;
  tags?: { name: string; kind: 'hostgroup' | 'servicegroup' | 'hostcategory' | 'servicecategory' }[];
  groups?: string[];
  parents?: string[];
  children?: string[];
  notes?: string;
  notes_url?: string;
  action_url?: string;
  why?: Reason | null;
  why_notify?: Reason | null;
  notification_number?: number;
  acknowledgement?: Acknowledgement | null;
  comments?: Note[];
  downtimes?: Downtime[];
  source?: { file: string; line: number } | null;
}

export interface Event {
  id: string;
  time: string;
  kind: string;
  state?: State | null;
  hard?: boolean;
  attempt?: number;
  text?: string;
  contact?: string;
  author?: string;
  about?: string; // of a notification
  refused?: boolean; // a command
  cancelled?: boolean; // a downtime
  expired?: boolean; // an acknowledgement
  step_s?: number; // by how much the clock was set
  resource?: string; // of the log of everything: whose event it is; none: the whole program's
  host?: string;
  service?: string; // empty: the host's
  gone?: boolean; // that is configured no more
}

export interface RoleStatus {
  role: string;
  instance?: number;
  pid?: number;
  uid?: number;
  user?: string;
  seccomp?: boolean | number | string;
  landlock?: boolean | number | string;
  no_new_privs?: boolean;
  capabilities?: string; // the set, as a decimal number in text
  state?: string;
  restarts?: number;
  rss_kb?: number;
}

export interface Warning {
  code?: string;
  text_en?: string;
  text_fr?: string;
  text?: string;
  level?: string;
}

export interface Place {
  file?: string;
  line?: number;
  column?: number;
  text: string;
}

export interface Reload {
  time?: string;
  ok: boolean;
  generation?: string | number;
  error_count?: number;
  errors?: Place[];
}

export interface Status {
  version: string;
  build?: string;
  program_start?: string;
  now?: string;
  roles?: RoleStatus[];
  checks?: Record<string, number>;
  journal?: { seq?: string | number; degraded?: string; waiting?: number; waiting_ms?: number };
  history?: { applied?: string | number; lag?: number };
  states?: { applied?: string | number; lag?: number };
  series?: { lag?: number; failed?: boolean; active?: number };
  exports?: { target: string; lag_seconds: number; lag_records: number; error?: string }[];
  queues?: { commands: number; notifications: number; handlers: number; log_lines: number };
  snapshot?: { revision: number; since: string | null; hosts: number; services: number; contacts: number };
  not_yet?: { directive: string; file?: string; line?: number }[] | null;
  warnings?: (string | Warning)[];
  reload?: Reload | null;
  config_warnings?: Place[] | null;
  config_warning_count?: number;
  process?: { rights_warning?: string; one_process?: boolean; main_file?: string; state_dir?: string; page?: { address?: string; tls?: boolean; certificate_until_s?: number } };
}

export interface Session {
  user: string;
  role: string; // one of the built-in ones, or one that an administrator made
  rights?: string[];
  csrf: string;
  lang?: 'en' | 'fr' | null;
  viewed_by?: string; // X-View-As: who looks
  totp?: { on: boolean; required: boolean; recovery_codes: number }; // required: nothing else may be done before it is on
}

const PROBLEMS: ReadonlySet<State> = new Set(['down', 'unreachable', 'critical', 'warning', 'unknown']);

export const isProblem = (state: State): boolean => PROBLEMS.has(state);
export const isHandled = (row: Row): boolean => row.acknowledged || row.in_downtime || row.host_in_downtime === true;

// Host and service in words, as dialogs and announcements name them.
export function nameOf(row: Row): string {
  const host = row.host_display || row.host;
  const service = row.service_display || row.service;
  return row.kind === 'service' && service ? `${host} › ${service}` : host;
}

export interface View {
  q: string;
  filter: Filter;
  states: State[];
  kind: 'host' | 'service' | '';
  host: string;
  group: string[]; // names of host groups and service groups: of one of them
  view: As; // what a row stands for
  under: string; // the problem whose consequences are listed, or empty
  sort: SortKey;
  order: Order;
}

// Does a row that was listed still belong there? The text search is the server's business and cannot change with a state.
export function stillMatches(row: Row, view: View): boolean {
  if (view.states.length > 0 && !view.states.includes(row.state)) return false;
  if (view.filter === 'all') return true;
  if (!isProblem(row.state)) return false;
  return view.filter === 'problems' || !isHandled(row);
}

const RANK: Record<State, number> = { down: 7, critical: 6, unreachable: 5, warning: 4, unknown: 3, pending: 2, up: 1, ok: 0 };
const NEWS_MS = 20000;

// Can a row that is not on the screen belong among those that are? `last` is the last one loaded, with more behind it: most
// rows that the stream speaks of then lie farther down, and must not cause the list to be read again.
export function mayEnter(row: Row, last: Row, view: View, nowMs: number): boolean {
  const news = row.since !== null && nowMs - Date.parse(row.since) < NEWS_MS;
  if (view.sort !== 'severity' || view.order !== 'desc') return news;
  return RANK[row.state] > RANK[last.state] || (news && RANK[row.state] === RANK[last.state]);
}

// Rows that stand for several have three orders.
export const GROUPED_SORTS: readonly SortKey[] = ['severity', 'name', 'since'];
export const sortOf = (view: View): SortKey => (view.view === 'all' || GROUPED_SORTS.includes(view.sort) ? view.sort : 'severity');

export function viewQuery(view: View): URLSearchParams {
  const sorted = sortOf(view);
  const query = new URLSearchParams({ filter: view.filter, sort: sorted, order: sorted === view.sort ? view.order : 'desc' });
  if (view.q) query.set('q', view.q);
  if (view.view !== 'all') query.set('view', view.view);
  if (view.under) query.set('under', view.under);
  if (view.kind) query.set('kind', view.kind);
  if (view.host) query.set('host', view.host);
  if (view.group.length > 0) query.set('group', view.group.join(','));
  if (view.states.length > 0) query.set('state', view.states.join(','));
  return query;
}
