// SPDX-License-Identifier: Apache-2.0
// The only way to the server. A 401 anywhere means that the session has ended: the sign-in page shows, the URL stays.
import { signal } from '@preact/signals';
import { takeSession } from './early.ts';
import { lang, said, t } from './i18n/i18n.ts';
import type { Session, Trouble } from './model.ts';
import { setViewAs, viewAs } from './viewas.ts';

// undefined: not asked yet; null: nobody is signed in.
export const session = signal<Session | null | undefined>(undefined);
export const sessionEnded = signal(false);
// Does the server answer? `lastAnswer` is when it last did.
export const away = signal(false);
export const lastAnswer = signal(Date.now());

export class ApiError extends Error {
  constructor(readonly status: number, readonly detail: string, readonly field: string | null, readonly waitS = 0, readonly problems: readonly Trouble[] = [], readonly code = '') {
    super(detail || `HTTP ${status}`);
  }
}
export class AwayError extends Error {}

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
  field?: string;
  problems?: Trouble[];
}

const BASE = '/api/v1';

async function problemOf(response: Response): Promise<ApiError> {
  let problem: Problem = {};
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // Not every refusal comes from the gate: a proxy may answer in HTML.
  }
  return new ApiError(response.status, problem.detail || problem.title || '', problem.field ?? null, Number(response.headers.get('Retry-After')) || 0, problem.problems, problem.code ?? '');
}

export function errorText(error: unknown): string {
  if (error instanceof ApiError) return said(error.detail) || t('err.server', { status: error.status });
  return t('err.network');
}

export interface Options {
  body?: unknown;
  signal?: AbortSignal;
  open?: boolean; // a 401 is an answer here, not the end of a session
  asked?: Promise<Response> | undefined; // this very question, if it has been put already
}

interface Sent {
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  signal: AbortSignal | null;
  open: boolean;
  asked?: Promise<Response> | undefined;
}

// Sends, and knows of what may become of it: nobody there, a session that has ended, a refusal.
async function send(path: string, { method, headers, body, signal, open, asked }: Sent): Promise<Response> {
  const all: Record<string, string> = { ...headers, 'Accept-Language': lang.peek() }; // refusals come in the page's language
  if (viewAs.peek()) all['X-View-As'] = viewAs.peek();
  if (method !== 'GET' && session.value) all['X-CSRF'] = session.value.csrf;
  let response: Response;
  try {
    response = await (asked ?? fetch(BASE + path, { method, headers: all, credentials: 'same-origin', cache: 'no-store', body, signal }));
  } catch (error) {
    if (signal?.aborted) throw error;
    away.value = true;
    throw new AwayError();
  }
  // A proxy speaks for a Vigie that is not there; Vigie's own 503 is a problem document with a reason of its own.
  const ours = (response.headers.get('Content-Type') ?? '').includes('json');
  if (response.status >= 502 && response.status <= 504 && !ours) {
    away.value = true;
    throw new AwayError();
  }
  away.value = false;
  lastAnswer.value = Date.now();
  if (response.status === 401 && !open) {
    if (session.value) sessionEnded.value = true;
    session.value = null;
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function api<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, options: Options = {}): Promise<T> {
  const written = options.body !== undefined;
  const headers = { Accept: 'application/json', ...(written ? { 'Content-Type': 'application/json' } : {}) };
  const response = await send(path, { method, headers, body: written ? JSON.stringify(options.body) : null, signal: options.signal ?? null, open: options.open ?? false, asked: options.asked });
  const text = await response.text();
  return (text ? JSON.parse(text) : {}) as T;
}

// What goes on coming, or is too long to be held as a text. An EventSource and a link would do as well, could they say as whom one looks, and why they were refused.
export async function openStream(path: string, accept: string, signal: AbortSignal | null = null): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await send(path, { method: 'GET', headers: { Accept: accept }, body: null, signal, open: false });
  if (!response.body) throw new AwayError();
  return response.body;
}

export async function readSession(): Promise<void> {
  try {
    session.value = await api<Session>('GET', '/session', { open: true, asked: takeSession() });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status >= 500) throw new AwayError(); // who we are cannot be known just now
    session.value = null;
  }
}

// `code`: of the second factor, once it is asked for.
export async function login(user: string, password: string, code = ''): Promise<void> {
  session.value = await api<Session>('POST', '/login', { body: code ? { user, password, code } : { user, password }, open: true });
  sessionEnded.value = false;
}

// Refused as the set-up itself would be, before somebody has thought of a password.
export const checkSetup = (token: string): Promise<unknown> => api('POST', '/setup/check', { body: { token }, open: true });

export async function setup(token: string, user: string, password: string): Promise<void> {
  await api('POST', '/setup', { body: { token, user, password }, open: true });
  await readSession();
}

export async function logout(): Promise<void> {
  if (viewAs.peek()) {
    setViewAs('');
    viewAs.value = '';
  }
  try {
    await api('POST', '/logout', { open: true });
  } finally {
    session.value = null;
    sessionEnded.value = false;
  }
}
