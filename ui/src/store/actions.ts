// SPDX-License-Identifier: Apache-2.0
// What a person can do to resources, one or many; each answer is said in one sentence.
import { signal } from '@preact/signals';
import { api, errorText, session } from '../api.ts';
import { t, type Key } from '../i18n/i18n.ts';
import { nameOf, type Row } from '../model.ts';
import { may, rightWords, roleName, type Right } from '../rights.ts';
import { route } from '../route.ts';
import { detail, refreshDetail } from './detail.ts';
import { clearSelected, current, refresh, rows, selected } from './list.ts';
import { toast } from './toast.ts';

export type DialogName = 'ack' | 'downtime' | 'comment' | 'help' | 'palette';
export const dialog = signal<{ name: DialogName; targets: Row[] } | null>(null);

const AT_ONCE = 4;

// What keys act on: the selection, else the row in the panel, else the current row.
export function targets(): Row[] {
  const find = (id: string): Row | null => rows.row(id) ?? (detail.peek()?.id === id ? detail.peek() : null);
  const ids = selected.peek().size > 0 ? [...selected.peek()] : [route.peek().open || current.peek()];
  return ids.map(find).filter((row): row is Row => row !== null);
}

// The right that a dialog's action needs.
const NEEDS: Record<Exclude<DialogName, 'help' | 'palette'>, Right> = { ack: 'resources.acknowledge', downtime: 'resources.downtime', comment: 'resources.comment' };

// False: the right is missing, and that is said.
export function allowed(right: Right): boolean {
  if (may(right)) return true;
  const say = (what: string): void => toast(t('forbidden.act', { what, role: roleName(session.peek()?.role ?? '') }), true);
  rightWords(right).then(say, () => say(right));
  return false;
}

export function openDialog(name: DialogName, rowsToo?: Row[]): void {
  if (name === 'help' || name === 'palette') {
    dialog.value = { name, targets: [] };
    return;
  }
  const list = rowsToo ?? targets();
  if (list.length > 0 && allowed(NEEDS[name])) dialog.value = { name, targets: list };
}

const path = (row: Row, what: string): string => `/resources/${encodeURIComponent(row.id)}/${what}`;

async function each(list: Row[], work: (row: Row) => Promise<unknown>): Promise<{ done: Row[]; errors: unknown[] }> {
  const errors: unknown[] = [];
  const done: Row[] = [];
  const queue = [...list];
  const worker = async (): Promise<void> => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      try {
        await work(row);
        done.push(row);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, list.length) }, worker));
  return { done, errors };
}

// Resolves to the refusals; says what was done, or what was not.
async function act(list: Row[], said: Key, work: (row: Row) => Promise<unknown>): Promise<unknown[]> {
  const { done, errors } = await each(list, work);
  if (done[0]) toast(t(said, { n: done.length, name: nameOf(done[0]) }));
  if (errors.length > 0) toast(t('act.failed', { n: errors.length, why: errorText(errors[0]) }), true);
  if (errors.length === 0 && selected.peek().size > 0) clearSelected();
  refreshDetail();
  void refresh();
  return errors;
}

export interface AckForm {
  comment: string;
  sticky: boolean;
  notify: boolean;
  persistent: boolean;
  expires?: string;
}
export const acknowledge = (list: Row[], form: AckForm): Promise<unknown[]> =>
  act(list, 'ack.done', (row) => api('POST', path(row, 'acknowledge'), { body: form }));

export const unacknowledge = (list: Row[]): Promise<unknown[]> =>
  act(list, 'unack.done', (row) => api('DELETE', path(row, 'acknowledgement')));

export interface DowntimeForm {
  start: string;
  end: string;
  fixed: boolean;
  duration_s: number;
  comment: string;
}
export const planDowntime = (list: Row[], form: DowntimeForm): Promise<unknown[]> =>
  act(list, 'down.done', (row) => api('POST', path(row, 'downtime'), { body: form }));

export const addComment = (list: Row[], comment: string): Promise<unknown[]> =>
  act(list, 'comment.done', (row) => api('POST', path(row, 'comment'), { body: { comment, persistent: true } }));

export function checkNow(list: Row[] = targets()): void {
  if (list.length > 0 && allowed('resources.check')) void act(list, 'check.done', (row) => api('POST', path(row, 'check'), { body: {} }));
}

export const cancelDowntime = (row: Row, id: string | number): Promise<unknown[]> =>
  act([row], 'down.cancelled', () => api('DELETE', `/downtimes/${encodeURIComponent(id)}`));

export const deleteComment = (row: Row, id: string | number): Promise<unknown[]> =>
  act([row], 'comment.deleted', () => api('DELETE', `/comments/${encodeURIComponent(id)}`));
