// SPDX-License-Identifier: Apache-2.0
// Does something to resources, one or many, and says what became of it: done, with the way back where there is one; refused, with the names; long work as it goes on, which can be stopped.
import { effect } from '@preact/signals';
import { api, ApiError, errorText } from '../api.ts';
import { num } from '../format.ts';
import { said, t, type Key } from '../i18n/i18n.ts';
import { nameOf, type Action, type Detail, type Job, type Row, type Trouble } from '../model.ts';
import { choiceOf, type Choice } from '../store/actions.ts';
import { detail, refreshDetail } from '../store/detail.ts';
import { clearSelected, refresh, selected } from '../store/list.ts';
import { heardJob } from '../store/stream.ts';
import { viewAs } from '../viewas.ts';
import { announce, dismiss, retoast, toast, type Toast } from '../store/toast.ts';

const DONE: Readonly<Record<Action, Key>> = {
  check: 'check.done', acknowledge: 'ack.done', unacknowledge: 'unack.done', downtime: 'down.done', cancel_downtimes: 'down.cancelled', comment: 'comment.done', delete_comments: 'comment.deleted', submit: 'submit.done',
};
const NAMED = 6; // of those for which it could not be done
const POLL_MS = 1500;
const BY_ITSELF = 'vigie_downtime_period'; // the author of recurring downtimes

export const whichOf = (choice: Choice): Record<string, unknown> => (choice.filter ? { filter: choice.filter } : { resources: choice.rows.map((row) => row.id) });

const troubleName = (one: Trouble): string => (one.service ? `${one.host ?? '?'} › ${one.service}` : one.host ?? t('act.somewhere'));

// Name and reason, those of one reason together.
export function troubles(list: readonly Trouble[], failed = list.length): string[] {
  const shown = list.slice(0, NAMED).map((one) => t('act.trouble', { name: troubleName(one), why: said(one.detail ?? '') }));
  return failed > shown.length ? [...shown, t('act.more_trouble', { n: failed - shown.length })] : shown;
}

function changed(): void {
  refreshDetail();
  void refresh();
}

type Body = Readonly<Record<string, unknown>>;
interface About {
  name: string; // of the one, if it is one
  undoes?: boolean;
  back?: Body | null; // what puts it back as it was, where the server knows of no way
}

function doneText(job: Job, about: About): string {
  if (about.undoes) return t('act.undone');
  if (job.total === 0) return t(`act.nothing_${job.action}` as Key);
  return t(DONE[job.action], { n: job.done, name: about.name });
}

const goingText = (job: Job): string => t('job.going', { what: t(`job.${job.action}` as Key), n: num(job.done + job.failed, 0), total: num(job.total, 0) });

// What is over: how much was done, the way back, and for which it was not done.
function overToast(job: Job, about: About): { text: string; bad: boolean; more: Omit<Toast, 'id' | 'text' | 'bad'> } {
  const undo = job.undo ?? (job.done > 0 ? about.back : null);
  const text = [
    job.state === 'cancelled' ? t('job.cancelled', { n: num(job.done, 0), total: num(job.total, 0) }) : job.done > 0 || job.total === 0 ? doneText(job, about) : '',
    job.failed > 0 ? t('act.refused', { n: job.failed }) : '', job.unwritten ? t('act.unwritten', { why: said(job.unwritten) }) : '',
  ].filter(Boolean).join(' · ');
  return {
    text, bad: job.failed > 0 || Boolean(job.unwritten),
    more: {
      ...(job.failed > 0 ? { list: troubles(job.problems ?? [], job.failed), stays: true } : {}),
      ...(undo && !about.undoes ? { acts: [{ text: t('act.undo'), run: () => void undone(undo) }] } : {}),
    },
  };
}

async function undone(body: Body): Promise<void> {
  try {
    tell(await api<Job>('POST', '/actions', { body }), { name: '', undoes: true });
  } catch (error) {
    refused(error);
  }
}

// What was refused as a whole.
function refused(error: unknown): void {
  const problems = error instanceof ApiError ? error.problems : [];
  toast(t('act.failed', { n: 1, why: errorText(error) }), true, problems.length > 0 ? { list: troubles(problems), stays: true } : {});
  changed();
}

function tell(job: Job, about: About): void {
  if (job.state === 'running' && job.id) follow(job, about);
  else {
    const { text, bad, more } = overToast(job, about);
    toast(text, bad, more);
  }
  changed();
}

// A job's toast stays until it is over; it can be taken away, and comes back at the end. The stream tells of it, and where there is none it is asked for.
const followed = new Set<string>();
function follow(first: Job, about: About): void {
  const id = first.id ?? '';
  if (followed.has(id)) return;
  followed.add(id);
  const path = `/jobs/${encodeURIComponent(id)}`;
  const stop = { text: t('job.cancel'), run: () => { api('DELETE', path).catch(refused); } };
  const shown = (job: Job): Omit<Toast, 'id' | 'text' | 'bad'> => ({ stays: true, progress: { done: job.done + job.failed, of: job.total }, acts: [stop] });
  const place = toast(goingText(first), false, shown(first));
  let heard = Date.now();
  const end = (): void => {
    clearInterval(timer);
    forget();
    followed.delete(id);
    changed();
  };
  const ask = async (): Promise<void> => {
    heard = Date.now();
    try {
      const job = await api<Job>('GET', path);
      if (job.state === 'running') retoast(place, goingText(job), false, shown(job));
      else if (followed.has(id)) {
        end();
        const { text, bad, more } = overToast(job, about);
        retoast(place, text, bad, more);
        announce(text);
      }
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500) return; // it is asked for again
      end();
      dismiss(place);
      refused(error);
    }
  };
  const forget = effect(() => {
    const job = heardJob.value;
    if (job?.id !== id) return;
    heard = Date.now();
    if (job.state === 'running') retoast(place, goingText(job), false, shown(job));
    else queueMicrotask(() => void ask()); // who was left out stands there only
  });
  const timer = setInterval(() => { if (Date.now() - heard >= POLL_MS) void ask(); }, POLL_MS);
}

// Those that went on while the page was away.
export async function followJobs(): Promise<void> {
  if (viewAs.peek()) return; // they are another's
  const { jobs } = await api<{ jobs: (Job & { by: string })[] }>('GET', '/jobs').catch(() => ({ jobs: [] }));
  for (const job of jobs) if (job.state === 'running') follow(job, { name: '' });
}

// Throws what was refused as a whole, for who has a form open.
export async function perform(action: Action, choice: Choice, members: Body = {}, back: Body | null = null): Promise<void> {
  const expected = choice.filter ? { expected: choice.n } : {}; // nothing is done to more than somebody has seen
  const job = await api<Job>('POST', '/actions', { body: { action, ...whichOf(choice), ...expected, ...members } });
  if (selected.peek().size > 0) clearSelected();
  tell(job, { name: choice.rows[0] ? nameOf(choice.rows[0]) : '', back });
}

export const attempt = (action: Action, choice: Choice, members?: Body, back?: Body | null): Promise<void> => perform(action, choice, members, back).catch(refused);

const known = (row: Row): Detail | null => (detail.peek()?.id === row.id ? detail.peek() : null);
const later = (iso: string | null | undefined): { expires?: string } => (iso && Date.parse(iso) > Date.now() ? { expires: iso } : {});

// Of one, which can be put back with its words: its contacts are not told anew.
export function unacknowledge(row: Row): Promise<void> {
  const was = known(row)?.acknowledgement;
  const back = was?.text ? { action: 'acknowledge', resources: [row.id], comment: was.text, sticky: was.sticky, notify: false, ...later(was.expires) } : null;
  return attempt('unacknowledge', choiceOf([row]), {}, back);
}

// What would put back a downtime or a comment, by its number; null: nothing does. One that is over does not return, nor what Vigie wrote itself.
function backOf(what: 'downtimes' | 'comments', id: string | number, row: Row): Body | null {
  const one = known(row);
  const note = one?.comments?.find((c) => c.id === id);
  const plan = one?.downtimes?.find((w) => w.id === id);
  if (what === 'comments') return note?.kind === 'comment' ? { action: 'comment', resources: [row.id], comment: note.text ?? note.comment, ...later(note.expires) } : null;
  if (!plan || Date.parse(plan.end) <= Date.now() || plan.author === BY_ITSELF) return null;
  const lasts = plan.fixed === false ? { fixed: false, duration_s: plan.duration_s } : {};
  return { action: 'downtime', resources: [row.id], start: plan.start, end: plan.end, ...lasts, comment: plan.text ?? plan.comment };
}

// One downtime or comment, by its number.
export async function removed(what: 'downtimes' | 'comments', id: string | number, row: Row): Promise<void> {
  const back = backOf(what, id, row);
  try {
    await api('DELETE', `/${what}/${encodeURIComponent(id)}`);
    const text = t(what === 'downtimes' ? 'down.cancelled' : 'comment.deleted', { n: 1, name: nameOf(row) });
    toast(back ? text : `${text} · ${t('act.no_way_back')}`, false, back ? { acts: [{ text: t('act.undo'), run: () => void undone(back) }] } : {});
    changed();
  } catch (error) {
    refused(error);
  }
}

export interface Preview {
  total: number;
  hosts: number;
  services: number;
  skipped: number;
}
// How many it would be.
export const preview = (action: Action, choice: Choice, members: Body = {}): Promise<Preview> =>
  api<Preview>('POST', '/actions', { body: { action, preview: true, ...whichOf(choice), ...members } });
