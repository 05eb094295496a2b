// SPDX-License-Identifier: Apache-2.0
// What people wrote about it: acknowledgement and comments, and the downtimes planned.
import type { JSX } from 'preact';
import { isToday, moment, seconds } from '../format.ts';
import { personOf } from '../person.ts';
import { t } from '../i18n/i18n.ts';
import type { Acknowledgement, Detail, Downtime, Note } from '../model.ts';
import { may } from '../rights.ts';
import { cancelDowntime, deleteComment, openDialog } from '../store/actions.ts';
import { slowNow } from '../store/now.ts';
import { Age } from '../parts/bits.tsx';
import { Section } from './section.tsx';

const noteText = (n: Note): string => n.comment ?? n.text ?? '';

// Until when it is acknowledged.
function ackEnd(a: Acknowledgement): string {
  const until = t(a.sticky ? 'panel.ack_sticky' : 'panel.ack_normal');
  return a.expires ? t('panel.ack_expires', { until, end: moment(a.expires, slowNow.value) }) : until;
}

export function Comments({ d }: { d: Detail }): JSX.Element {
  const can = may('resources.comment');
  const notes = (d.comments ?? []).filter((c) => c.kind !== 'downtime'); // those stand with their downtime
  const ack = d.acknowledged ? d.acknowledgement : null;
  const own = ack ? notes.filter((c) => c.kind === 'acknowledgement').at(-1) : undefined; // its own comment may have been deleted
  const add = can && <button type="button" class="btn" onClick={() => openDialog('comment', [d])}>{t('panel.comment')}</button>;
  return (
    <Section title={t('panel.comments')} side={add}>
      {ack && !own && <p><span class="tag a first">{t('list.tag_ack')}</span>{ackEnd(ack)}</p>}
      {notes.length > 0 && <ul class="cards">
        {notes.map((c, i) => (
          <li key={c.id ?? i}>
            <p>{c.kind === 'acknowledgement' && d.acknowledged && (!own || c === own) && <span class="tag a first">{t('list.tag_ack')}</span>}{noteText(c)}</p>
            <p class="meta"><span>{personOf(c.author)} · <Age at={c.time ?? c.entry_time} stop />{ack && c === own && ` · ${ackEnd(ack)}`}</span>
              {can && c.id !== undefined && <button type="button" class="btn ghost icon" aria-label={t('pair', { a: t('panel.delete'), b: noteText(c) })} onClick={() => deleteComment(d, c.id!)}>{t('panel.delete')}</button>}</p>
          </li>
        ))}
      </ul>}
    </Section>
  );
}

// French says a time of today otherwise than a day.
export const untilWords = (end: string): string => t(isToday(end, slowNow.value) ? 'panel.downtime_now' : 'panel.downtime_day', { end: moment(end, slowNow.value) });

function downtimeWords(w: Downtime): string {
  const start = seconds(w.start) ?? 0;
  if (start * 1000 <= slowNow.value) return untilWords(w.end);
  return t('panel.downtime_later', { start: moment(w.start, slowNow.value), end: moment(w.end, slowNow.value) });
}

export function Downtimes({ d }: { d: Detail }): JSX.Element | null {
  if (!d.downtimes?.length) return null;
  const can = may('resources.downtime');
  return (
    <Section title={t('panel.downtimes')}>
      <ul class="cards">
        {d.downtimes.map((w, i) => (
          <li key={w.id ?? i} class="d">
            <p><b>{downtimeWords(w)}</b> · {noteText(w)}</p>
            <p class="meta"><span>{personOf(w.author)}</span>
              {can && w.id !== undefined && <button type="button" class="btn ghost icon" aria-label={t('pair', { a: t('panel.downtime_cancel'), b: noteText(w) })} onClick={() => cancelDowntime(d, w.id!)}>{t('panel.downtime_cancel')}</button>}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
