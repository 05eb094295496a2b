// SPDX-License-Identifier: Apache-2.0
// What people and programs asked for, in words: the record keeps the command line of Nagios.
import { t, type Key } from '../i18n/i18n.ts';
import type { Event } from '../model.ts';

// The first pattern that a command's name fits. {on}: ENABLE or START rather than DISABLE or STOP.
const WORDS: readonly (readonly [RegExp, Key, Key?])[] = [
  [/^SCHEDULE_(FORCED_)?(HOST|SVC|HOST_SVC)_CHECKS?$/, 'cmd.check'],
  [/^ACKNOWLEDGE_/, 'cmd.ack'],
  [/^REMOVE_\w+_ACKNOWLEDGEMENT$/, 'cmd.unack'],
  [/^ADD_\w+_COMMENT$/, 'cmd.comment'],
  [/^DEL_\w*COMMENTS?$/, 'cmd.comment_deleted'],
  [/^SCHEDULE_\w*DOWNTIME$/, 'cmd.downtime'],
  [/^DEL_\w*DOWNTIME/, 'cmd.downtime_cancelled'],
  [/^SEND_CUSTOM_/, 'cmd.custom'],
  [/^DELAY_/, 'cmd.delay'],
  [/^(ENABLE|DISABLE)_PASSIVE_\w+_CHECKS$/, 'cmd.passive_on', 'cmd.passive_off'],
  [/^(ENABLE|DISABLE)_\w+_CHECKS?$/, 'cmd.checks_on', 'cmd.checks_off'],
  [/^(ENABLE|DISABLE)_\w*NOTIFICATIONS/, 'cmd.notify_on', 'cmd.notify_off'],
  [/^(ENABLE|DISABLE)_\w+_EVENT_HANDLER$/, 'cmd.handler_on', 'cmd.handler_off'],
  [/^(ENABLE|DISABLE)_\w+_FLAP_DETECTION$/, 'cmd.flap_on', 'cmd.flap_off'],
  [/^(CHANGE|SET)_/, 'cmd.change'],
];

const nameIn = (line: string | undefined): string => /^(?:\[\d+\]\s*)?([A-Z_]+)/.exec(line ?? '')?.[1] ?? '';

export function commandWords(line: string | undefined): string {
  const name = nameIn(line);
  const row = WORDS.find(([pattern]) => pattern.test(name));
  if (!row) return t('cmd.other', { name: name || '?' });
  return t(row[2] && /^DISABLE/.test(name) ? row[2] : row[1]);
}

const ECHO_MS = 2000;
const ECHOES: readonly (readonly [RegExp, string])[] = [
  [/^ACKNOWLEDGE_/, 'acknowledgement'], [/^ADD_\w+_COMMENT$/, 'comment'],
];

// A command whose effect stands beside it, with author and words, is not told twice; nor is an acknowledgement's own comment.
// One event keeps the other's author: "removed" has none.
export function withoutEchoes(events: readonly Event[]): Event[] {
  const near = (a: Event, b: Event): boolean => Math.abs(Date.parse(a.time) - Date.parse(b.time)) <= ECHO_MS;
  return events.filter((e) => {
    if (e.kind === 'acknowledgement_removed') return !events.some((o) => o.kind === 'command' && !o.refused && near(o, e) && /^REMOVE_/.test(nameIn(o.text)));
    if (e.kind === 'comment') return !events.some((o) => o.kind === 'acknowledgement' && o.text === e.text && near(o, e));
    if (e.kind !== 'command' || e.refused) return true;
    const effect = ECHOES.find(([pattern]) => pattern.test(nameIn(e.text)))?.[1];
    return !effect || !events.some((o) => o.kind === effect && near(o, e));
  });
}
