// SPDX-License-Identifier: Apache-2.0
// What stands beside a resource's name: handled, flapping, switched off, late.
import type { JSX } from 'preact';
import { seconds } from '../format.ts';
import { t } from '../i18n/i18n.ts';
import type { Row } from '../model.ts';
import { slowNow } from '../store/now.ts';

const LATE_S = 60;

function isLate(row: Row): boolean {
  const due = seconds(row.next_check);
  return row.stale === true || (row.checks_enabled !== false && due !== null && slowNow.value / 1000 - due > LATE_S);
}

interface Mark {
  icon: 'check' | 'pause' | 'zigzag' | 'inbox' | 'bar' | 'mute' | 'clock';
  word: string;
  cls?: string;
}

export function marksOf(row: Row): Mark[] {
  const marks: Mark[] = [];
  if (row.acknowledged) marks.push({ icon: 'check', word: t('list.tag_ack'), cls: 'a' });
  if (row.in_downtime) marks.push({ icon: 'pause', word: t('list.tag_downtime'), cls: 'd' });
  else if (row.host_in_downtime) marks.push({ icon: 'pause', word: t('list.tag_host_downtime'), cls: 'd' });
  if (row.flapping) marks.push({ icon: 'zigzag', word: t('list.tag_flapping') });
  if (row.checks_enabled === false) marks.push(row.passive ? { icon: 'inbox', word: t('list.tag_passive') } : { icon: 'bar', word: t('list.tag_stopped') });
  if (row.notifications_enabled === false) marks.push({ icon: 'mute', word: t('list.tag_muted') });
  if (isLate(row)) marks.push({ icon: 'clock', word: t('list.tag_late') });
  return marks;
}

export const Marks = ({ row }: { row: Row }): JSX.Element => <>{marksOf(row).map((m) => <span key={m.icon} class={`tag ${m.cls ?? ''}`}>{m.word}</span>)}</>;
