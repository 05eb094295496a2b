// SPDX-License-Identifier: Apache-2.0
// An event as a sentence, wherever one is told.
import type { JSX } from 'preact';
import { durationLong } from '../format.ts';
import { t, type Key } from '../i18n/i18n.ts';
import type { Event, State } from '../model.ts';
import { personOf } from '../person.ts';
import { commandWords } from './event.ts';

const LOGINS: Record<string, Key> = { login: 'event.login', 'login refused': 'event.login_refused', logout: 'event.logout', password: 'event.password' };

// The kinds are those of the history (src/db/history.c); an alert is told by its state.
const EVENT_WORDS: Record<string, (e: Event) => string | JSX.Element> = {
  acknowledgement: (e) => t('event.ack', { author: personOf(e.author) }),
  acknowledgement_removed: (e) => t(e.expired ? 'event.ack_expired' : 'event.ack_removed'),
  downtime_start: () => t('event.downtime_start'),
  downtime_end: (e) => t(e.cancelled ? 'event.downtime_cancelled' : 'event.downtime_end'),
  comment: (e) => t('event.comment', { author: personOf(e.author) }),
  comment_removed: () => t('event.comment_removed'),
  event_handler: () => t('event.handler'),
  flapping_start: () => t('event.flapping_start'),
  flapping_end: () => t('event.flapping_end'),
  current_state: (e) => t('event.current_state', { state: e.state ? t(`state.${e.state}`) : '?' }),
  stale: () => t('event.stale'),
  removed: () => t('event.removed'),
  renamed: () => t('event.renamed'),
  first_result: (e) => t('event.first_result', { state: e.state ? t(`state.${e.state}`) : '?' }),
  pending: () => t('event.pending'),
  start: () => t('event.start'),
  stop: () => t('event.stop'),
  reload: () => t('event.reload'),
  clock_step: (e) => t((e.step_s ?? 0) < 0 ? 'event.clock_back' : 'event.clock_forward', { d: durationLong(Math.abs(e.step_s ?? 0)) }),
  login: (e) => t(LOGINS[e.text ?? ''] ?? 'event.login', { author: personOf(e.author) }),
  administration: (e) => t('event.administration', { author: personOf(e.author) }),
  undelivered: (e) => <b class="bad-t">{t('event.undelivered', { contact: e.contact ?? '?' })}</b>,
};
const WITHOUT_TEXT = ['current_state', 'event_handler', 'first_result', 'login', 'start', 'stop', 'reload', 'clock_step']; // theirs is the output, which stands elsewhere
export const ABOUT = ['acknowledgement', 'flapping_start', 'flapping_stop', 'flapping_disabled', 'downtime_start', 'downtime_end', 'downtime_cancelled', 'custom'];

export const StateName = ({ state }: { state: State }): JSX.Element => <b class={`s-${state}`}>{t(`state.${state}`)}</b>;

// Of what somebody was told: the state, or what else happened; and how often by now.
function Notification({ event }: { event: Event }): JSX.Element {
  const about = ABOUT.includes(event.about ?? '') ? t(`about.${event.about}` as Key) : '';
  const counted = event.about === 'problem' && event.attempt;
  return (
    <>{t('event.notification', { contact: event.contact ?? '?' })} {about ? <b>{about}</b> : event.state && <StateName state={event.state} />}
      {counted ? <span class="muted"> · {t('event.number', { n: event.attempt ?? 1 })}</span> : null}</>
  );
}

const Command = ({ event }: { event: Event }): JSX.Element => (
  <span data-tip={event.text} tabIndex={0}>{t('event.command', { what: commandWords(event.text), author: personOf(event.author) })}{event.refused && <b class="bad-t"> · {t('event.refused')}</b>}</span>
);

export function EventWords({ event }: { event: Event }): JSX.Element {
  if (event.kind === 'notification') return <Notification event={event} />;
  if (event.kind === 'command') return <Command event={event} />;
  const words = EVENT_WORDS[event.kind];
  const alert = !words && event.state;
  return (
    <>
      {alert && event.state ? <><StateName state={event.state} /> {event.hard === false ? t('event.soft', { attempt: event.attempt ?? 1 }) : t(event.state === 'warning' ? 'event.hard_warning' : 'event.hard')}</> : words?.(event)}
      {event.text && !WITHOUT_TEXT.includes(event.kind) && <span class="muted">{alert || words ? ' · ' : ''}{event.text}</span>}
    </>
  );
}
