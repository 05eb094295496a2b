// SPDX-License-Identifier: Apache-2.0
// What happened to it, newest first, in words.
import type { JSX } from 'preact';
import { clock, day, exact } from '../format.ts';
import { withoutEchoes } from '../event/event.ts';
import { EventWords } from '../event/words.tsx';
import { t } from '../i18n/i18n.ts';
import type { Event } from '../model.ts';
import { go } from '../route.ts';
import { events, eventsNext, moreEvents } from '../store/detail.ts';
import { slowNow } from '../store/now.ts';
import { Section } from './section.tsx';

const FEW = 6;

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
