// SPDX-License-Identifier: Apache-2.0
// What a person can do to resources: to which, and whether they may. How it is done, and what is said of it, comes with the forms (dialogs/act.ts).
import { signal } from '@preact/signals';
import { session } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { dialogsPart } from '../lazy.tsx';
import type { Part } from '../part.tsx';
import { viewQuery, type Row } from '../model.ts';
import { may, rightWords, roleName, type Right } from '../rights.ts';
import { route } from '../route.ts';
import { detail } from './detail.ts';
import { allSelected, current, matched, rows, selected, view } from './list.ts';
import { toast } from './toast.ts';

export type ActionName = 'ack' | 'unack' | 'downtime' | 'cancel' | 'comment' | 'submit';
export type DialogName = ActionName | 'help' | 'palette';

// To which: these rows, or all that match a filter (then `rows` are those of them that are known here).
export interface Choice {
  rows: readonly Row[];
  n: number;
  filter: Readonly<Record<string, string>> | null;
}
export const dialog = signal<{ name: DialogName; choice: Choice } | null>(null);

export const choiceOf = (list: readonly Row[]): Choice => ({ rows: list, n: list.length, filter: null });

// What keys act on: the selection, else the row in the panel, else the current row.
export function targets(): Row[] {
  const find = (id: string): Row | null => rows.row(id) ?? (detail.peek()?.id === id ? detail.peek() : null);
  const ids = selected.peek().size > 0 ? [...selected.peek()] : [route.peek().open || current.peek()];
  return ids.map(find).filter((row): row is Row => row !== null);
}

export function chosen(): Choice {
  if (!allSelected.peek()) return choiceOf(targets());
  const query = viewQuery(view.peek());
  for (const name of ['sort', 'order', 'view']) query.delete(name);
  return { rows: rows.ids.peek().flatMap((id) => rows.row(id) ?? []), n: matched.peek(), filter: Object.fromEntries(query) };
}

// The right that an action needs.
export const NEEDS: Readonly<Record<ActionName, Right>> = {
  ack: 'resources.acknowledge', unack: 'resources.acknowledge', downtime: 'resources.downtime', cancel: 'resources.downtime', comment: 'resources.comment', submit: 'resources.submit',
};

// False: the right is missing, and that is said.
export function allowed(right: Right): boolean {
  if (may(right)) return true;
  const say = (what: string): void => { toast(t('forbidden.act', { what, role: roleName(session.peek()?.role ?? '') }), true); };
  rightWords(right).then(say, () => say(right));
  return false;
}

export function openDialog(name: DialogName, on?: readonly Row[] | Choice): void {
  if (name === 'help' || name === 'palette') {
    dialog.value = { name, choice: choiceOf([]) };
    return;
  }
  const choice = on === undefined ? chosen() : 'rows' in on ? on : choiceOf(on);
  if (choice.n > 0 && allowed(NEEDS[name])) dialog.value = { name, choice };
}

// When the part has come that does it.
export function later<T>(part: Part<T>, work: (code: T) => Promise<void> | void): void {
  part.ready().then(work).catch(() => { toast(t('part.failed'), true); });
}

export function checkNow(on: readonly Row[] | Choice = chosen()): void {
  const choice = 'rows' in on ? on : choiceOf(on);
  if (choice.n > 0 && allowed('resources.check')) later(dialogsPart, (acts) => acts.attempt('check', choice));
}

export function unacknowledge(list: readonly Row[]): void {
  if (list.length === 1 && allowed('resources.acknowledge')) later(dialogsPart, (acts) => acts.unacknowledge(list[0]!));
  else openDialog('unack', list);
}

export const cancelDowntime = (row: Row, id: string | number): void => later(dialogsPart, (acts) => acts.removed('downtimes', id, row));
export const deleteComment = (row: Row, id: string | number): void => later(dialogsPart, (acts) => acts.removed('comments', id, row));
