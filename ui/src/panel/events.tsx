// SPDX-License-Identifier: Apache-2.0
// What happened to it, newest first, in words.
import type { JSX } from 'preact';
import { clock, day, exact } from '../format.ts';
import { commandWords, withoutEchoes } from '../event/event.ts';
import { personOf } from '../person.ts';
import { t, type Key } from '../i18n/i18n.ts';
import type { Event, State } from '../model.ts';
import { go } from '../route.ts';
import { events, eventsNext, moreEvents } from '../store/detail.ts';
import { slowNow } from '../store/now.ts';
import { Section } from './section.tsx';

const FEW = 6;

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
  undelivered: (e) => <b class="bad-t">{t('event.undelivered', { contact: e.contact ?? '?' })}</b>,
};
const WITHOUT_TEXT = ['current_state', 'event_handler', 'first_result']; // theirs is the output, which stands elsewhere
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

function EventWords({ event }: { event: Event }): JSX.Element {
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

function EventLine({ event, above }: { event: Event; above: string }): JSX.Element {
  const alert = event.kind === 'alert' && event.state;
  return (
    <>
      {above && <li class="day"><h4>{above}</h4></li>}
      <li>
        <time dateTime={event.time} data-tip={exact(event.time)} tabIndex={0}>{clock(event.time)}</time>
        <span class={`dot ${alert ? `s-${event.state} ${event.hard === false ? 'soft' : ''}` : 'other'}`} aria-hidden="true" />
        <span><EventWords event={event} /></span>
      </li>
    </>
  );
}

function EventList({ list }: { list: readonly Event[] }): JSX.Element {
  let shown = '';
  return (
    <ol class="tl">{list.map((e) => {
      const of = day(e.time, slowNow.value);
      const above = of === shown ? '' : of;
      shown = of;
      return <EventLine key={e.id} event={e} above={above} />;
    })}</ol>
  );
}

// The newest of them; the others are a tab of their own.
export function LatestEvents(): JSX.Element {
  const all = withoutEchoes(events.value);
  const rest = all.length > FEW || eventsNext.value !== null;
  return (
    <Section title={t('panel.events')}>
      {all.length === 0 ? <p class="muted">{t('panel.no_events')}</p> : <EventList list={all.slice(0, FEW)} />}
      {rest && all.length > 0 && <p><button type="button" class="btn ghost" onClick={() => go({ tab: 'timeline' }, 'replace')}>{t('panel.all_events')}</button></p>}
    </Section>
  );
}

export function AllEvents(): JSX.Element {
  const all = withoutEchoes(events.value);
  return (
    <Section title={t('panel.all_events')}>
      {all.length === 0 ? <p class="muted">{t('panel.no_events')}</p> : <EventList list={all} />}
      {eventsNext.value && all.length > 0 && <p><button type="button" class="btn ghost" onClick={() => void moreEvents()}>{t('panel.more_events')}</button></p>}
    </Section>
  );
}
