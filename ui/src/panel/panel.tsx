// SPDX-License-Identifier: Apache-2.0
// One resource beside the list: first why it is as it is, then what can be done, then everything known.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { clock, day, duration, exact, instant, moment, num, seconds } from '../format.ts';
import { quantity } from '../quantity.ts';
import { commandWords, withoutEchoes } from '../event/event.ts';
import { personOf } from '../person.ts';
import { lang, said, t, type Key } from '../i18n/i18n.ts';
import { isProblem, momentOf, nameOf, type Acknowledgement, type Detail, type Downtime, type Event, type Note, type State, type Told } from '../model.ts';
import { may } from '../rights.ts';
import { go, only, route } from '../route.ts';
import { cancelDowntime, choiceOf, deleteComment, openDialog } from '../store/actions.ts';
import { detail, detailState, events, eventsNext, moreEvents, why } from '../store/detail.ts';
import { now, slowNow } from '../store/now.ts';
import { rows } from '../store/list.ts';
import { closePanel, panelCame } from '../keys.ts';
import { told, toldWithin, whyOf } from './why.ts';
import { Acts } from '../parts/acts.tsx';
import { Age, Kbd } from '../parts/bits.tsx';
import { Icon, StateWord } from '../parts/icons.tsx';
import { PerfTable } from './perf.tsx';
import { Marks } from '../parts/marks.tsx';
import { GraphTab, Strip } from '../lazy.tsx';

const Section = (props: { title: string; side?: ComponentChildren; children: ComponentChildren }): JSX.Element => (
  <section><div class="lab"><h3>{props.title}</h3><span>{props.side}</span></div>{props.children}</section>
);

// By whom and until when, of what the tags say.
function marksWho(d: Detail): string {
  const down = d.downtimes?.find((w) => w.active);
  return [d.acknowledged && d.acknowledgement?.author && personOf(d.acknowledgement.author), d.in_downtime && down && t('panel.downtime_now', { end: moment(down.end, slowNow.value) })].filter(Boolean).join(' · ');
}

function Header({ d }: { d: Detail }): JSX.Element {
  const words = d.why === undefined ? '' : whyOf(d); // the list alone does not know
  const host = d.host_display || d.host;
  const sure = d.state === 'pending' ? '' : t(`panel.${d.hard ? 'hard' : 'soft'}${d.state === 'warning' ? '_warning' : ''}`, { attempt: d.attempt, max: d.max_attempts });
  const since = seconds(d.since);
  return (
    <header class="ph">
      <div class="l1">
        <StateWord state={d.state} />
        <span class="muted">{since !== null && <time dateTime={d.since ?? ''} data-tip={exact(d.since)} tabIndex={0}>{t('panel.since', { d: duration(slowNow.value / 1000 - since) })}</time>}{since !== null && sure && ' · '}{sure}</span>
        <span class="sp" />
        <Kbd k="Esc" /><button type="button" class="btn ghost icon" aria-label={t('panel.close')} onClick={closePanel}><Icon name="close" /></button>
      </div>
      <h2 id="panel-title" tabIndex={-1}>{d.kind === 'service' ? d.service_display || d.service : host}</h2>
      <p class="sub">
        {d.kind === 'service'
          ? <button type="button" data-tip={t('panel.host_only')} onClick={() => only({ host: d.host })}>{host}</button>
          : <button type="button" onClick={() => only({ host: d.host })}>{t('panel.host_only')}</button>}
        {d.alias && d.alias !== host && d.alias !== d.service && ` · ${d.alias}`}
        {d.address && d.address !== host && ` · ${d.address}`}
      </p>
      <p class="marks"><Marks row={d} /><span class="muted">{marksWho(d)}</span></p>
      {words && <p class={`why s-${d.state}`}><b class={`s-${d.state}`}>{t('panel.why')}</b> · {words}</p>}
      <div class="act"><Acts choice={choiceOf([d])} list={false} /></div>
      <Tabs />
    </header>
  );
}

const TABS = [['', 'panel.tab_details'], ['graph', 'panel.tab_graph']] as const;

function Tabs(): JSX.Element {
  const on = route.value.tab;
  const key = (e: KeyboardEvent): void => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
    e.preventDefault();
    const to = on === '' ? 'graph' : '';
    go({ tab: to }, 'replace');
    requestAnimationFrame(() => document.getElementById(`tab-${to}`)?.focus());
  };
  return (
    <div class="tabs" role="tablist" aria-label={t('panel.tabs')} onKeyDown={key}>
      {TABS.map(([tab, text]) => <button type="button" key={tab} id={`tab-${tab}`} role="tab" aria-selected={on === tab} aria-controls="tabbed" tabIndex={on === tab ? 0 : -1} onClick={() => go({ tab }, 'replace')}>{t(text)}</button>)}
    </div>
  );
}

function NextCheck({ d }: { d: Detail }): JSX.Element {
  const due = seconds(d.next_check);
  const last = seconds(d.last_check);
  const left = due === null ? 0 : due - now.value / 1000;
  const every = d.check_interval_s && d.retry_interval_s && d.retry_interval_s !== d.check_interval_s && isProblem(d.state) && !d.hard
    ? t('panel.every_retry', { d: duration(d.check_interval_s), r: duration(d.retry_interval_s) })
    : d.check_interval_s ? t('panel.every', { d: duration(d.check_interval_s) }) : '';
  if (d.checks_enabled === false) return <p class="muted">{t(d.passive ? 'panel.next_passive' : 'panel.next_off')}</p>;
  if (due === null) return <></>;
  const whole = last !== null && due > last ? due - last : d.check_interval_s || 60;
  const done = Math.min(100, Math.max(0, (1 - left / whole) * 100));
  return (
    <Section title={t('panel.next')} side={every}>
      <time dateTime={d.next_check ?? ''} data-tip={exact(d.next_check)} tabIndex={0}>{d.running ? t('panel.next_running') : left < 1 ? t('panel.next_due') : t('time.in', { d: duration(left) })}</time>
      <div class="nextbar" aria-hidden="true"><svg viewBox="0 0 100 1" preserveAspectRatio="none"><rect x="0" y="0" width={done} height="1" /></svg></div>
    </Section>
  );
}

function Output({ d }: { d: Detail }): JSX.Element {
  if (!seconds(d.last_check)) {
    if (d.checks_enabled === false) return <p class="muted">{t('panel.no_result')}</p>;
    const due = seconds(d.next_check);
    const when = due === null ? t('time.now') : t('time.in', { d: duration(Math.max(0, due - now.value / 1000)) });
    return <p class="muted">{t('panel.no_output', { when })}</p>;
  }
  const long = (d.long_output ?? '').replace(/\\n/g, '\n').trim();
  const short = long.split('\n').length <= 6;
  const ran = d.execution_ms === undefined ? <Age at={d.last_check} fast stop /> : <>{quantity(d.execution_ms, 'ms')} · <Age at={d.last_check} fast stop /></>;
  return (
    <Section title={t('panel.output')} side={ran}>
      <pre>{d.output || '—'}{long && short ? `\n${long}` : ''}</pre>
      {long && !short && <details><summary>{t('panel.more_output')}</summary><pre class="long" tabIndex={0}>{long}</pre></details>}
    </Section>
  );
}

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
const ABOUT = ['acknowledgement', 'flapping_start', 'flapping_stop', 'flapping_disabled', 'downtime_start', 'downtime_end', 'downtime_cancelled', 'custom'];

const StateName = ({ state }: { state: State }): JSX.Element => <b class={`s-${state}`}>{t(`state.${state}`)}</b>;

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

const Contacts = ({ list }: { list: readonly Told[] }): JSX.Element => (
  <ul class="told">{list.map((c) => <li key={c.contact ?? ''} class={c.told ? 'y' : ''}>{c.contact && <><b>{t('why.contact', { name: c.contact })}</b> </>}<span class="muted">{toldWithin(c.reason)}</span></li>)}</ul>
);

// What was decided, and about whom; what the section above says of the next check is not said again.
function Reasons({ d }: { d: Detail }): JSX.Element | null {
  const w = why.value;
  const last = w?.decision;
  const now = w?.would;
  const runs = w ? [w.ran, ...(w.next ?? []).filter((r) => !/^RUN_(PLANNED|RETRY|UNDER_WAY)$/.test(r.code ?? ''))].filter((r) => r !== null) : [];
  const about = ABOUT.includes(last?.about ?? '') ? <b>{t(`about.${last?.about}` as Key)}</b> : last && <StateName state={last.state} />;
  if (!w || (runs.length === 0 && !last)) return null;
  return (
    <Section title={t('panel.reasons')}>
      <dl class="reasons">
        {runs.length > 0 && <><dt>{t('why.checks')}</dt><dd>{runs.map((r) => <p key={r.code}>{told(r)}</p>)}</dd></>}
        {last && <><dt>{t('why.last')}</dt><dd><p><time dateTime={last.time} data-tip={exact(last.time)} tabIndex={0}>{instant(last.time, slowNow.value)}</time> · {about}</p><p>{told(last.reason)}</p><Contacts list={last.contacts} />{(last.undelivered ?? []).map((u) => <p key={u.time + u.contact} class="bad-t">{t('event.undelivered', { contact: u.contact })} · {u.text}</p>)}</dd></>}
        {now && isProblem(d.state) && <><dt>{t('why.now')}</dt><dd><p>{told(now.reason)}</p><Contacts list={now.contacts.filter((c) => !c.told || now.reason?.code === 'NOTIFY_GO')} /></dd></>}
      </dl>
    </Section>
  );
}

const Events = (): JSX.Element => (
  <Section title={t('panel.events')}>
    {events.value.length === 0
      ? <p class="muted">{t('panel.no_events')}</p>
      : <EventList list={withoutEchoes(events.value)} />}
    {eventsNext.value && events.value.length > 0 && <p><button type="button" class="btn ghost" onClick={() => void moreEvents()}>{t('panel.more_events')}</button></p>}
  </Section>
);

const noteText = (n: Note): string => n.comment ?? n.text ?? '';

// Until when it is acknowledged.
function ackEnd(a: Acknowledgement): string {
  const until = t(a.sticky ? 'panel.ack_sticky' : 'panel.ack_normal');
  return a.expires ? t('panel.ack_expires', { until, end: moment(a.expires, slowNow.value) }) : until;
}

function Comments({ d }: { d: Detail }): JSX.Element {
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
              {can && c.id !== undefined && <button type="button" class="btn ghost icon" onClick={() => deleteComment(d, c.id!)}>{t('panel.delete')}</button>}</p>
          </li>
        ))}
      </ul>}
    </Section>
  );
}

function downtimeWords(w: Downtime): string {
  const start = seconds(w.start) ?? 0;
  if (start * 1000 <= slowNow.value) return t('panel.downtime_now', { end: moment(w.end, slowNow.value) });
  return t('panel.downtime_later', { start: moment(w.start, slowNow.value), end: moment(w.end, slowNow.value) });
}

function Downtimes({ d }: { d: Detail }): JSX.Element | null {
  if (!d.downtimes?.length) return null;
  const can = may('resources.downtime');
  return (
    <Section title={t('panel.downtimes')}>
      <ul class="cards">
        {d.downtimes.map((w, i) => (
          <li key={w.id ?? i} class="d">
            <p><b>{downtimeWords(w)}</b> · {noteText(w)}</p>
            <p class="meta"><span>{personOf(w.author)}</span>
              {can && w.id !== undefined && <button type="button" class="btn ghost icon" onClick={() => cancelDowntime(d, w.id!)}>{t('panel.downtime_cancel')}</button>}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const safeUrl = (url: string | undefined): string => (url && /^(https?:\/\/|\/(?!\/))/i.test(url) ? url : '');

function Facts({ d }: { d: Detail }): JSX.Element {
  const fact = (label: string, value: ComponentChildren): JSX.Element | null => (value ? <><dt>{label}</dt><dd>{value}</dd></> : null);
  const list = (items: string[] | undefined): string => (items ?? []).join(', ');
  const link = (url: string | undefined, text: string): JSX.Element | null => (safeUrl(url) ? <><a href={safeUrl(url)} target="_blank" rel="noreferrer noopener">{text}</a> </> : null);
  const links = [link(d.notes_url, t('panel.fact_notes_url')), link(d.action_url, t('panel.fact_action_url'))].filter(Boolean);
  return (
    <Section title={t('panel.facts')}>
      <dl class="facts">
        {fact(t('panel.fact_address'), d.address)}
        {fact(t('panel.fact_command'), d.check_command && <code>{d.check_command}</code>)}
        {fact(t('panel.fact_latency'), d.latency_ms !== undefined && seconds(d.last_check) ? quantity(d.latency_ms, 'ms') : '')}
        {(d.passive ?? d.check_type === 'passive') && <><dt /><dd>{t('panel.fact_passive')}</dd></>}
        {fact(t('panel.fact_parents'), list(d.parents))}
        {fact(t('panel.fact_children'), list(d.children))}
        {fact(t('panel.fact_groups'), d.groups?.length && d.groups.map((g) => <button type="button" key={g} class="ln" aria-label={t('panel.group_only', { group: g })} onClick={() => only({ group: [g] })}>{g}</button>))}
        {fact(t('panel.fact_severity'), d.severity && t('panel.severity', { name: d.severity.name, level: String(d.severity.level) }))}
        {fact(t('panel.fact_tags'), list(d.tags?.map((x) => t(`panel.tag_${x.kind}`, { name: x.name }))))}
        {fact(t('panel.fact_contacts'), list(d.contacts))}
        {fact(t('panel.fact_notes'), d.notes)}
        {fact(t('panel.fact_links'), links.length > 0 ? links : null)}
        {fact(t('panel.fact_source'), d.source?.file && <code>{t('panel.source_line', { file: d.source.file, line: String(d.source.line) })}</code>)}
      </dl>
    </Section>
  );
}

function Measurements({ d }: { d: Detail }): JSX.Element | null {
  const refused = d.measurements_refused;
  if (!d.perfdata?.length) return null;
  return (
    <Section title={t('panel.perf')}>
      <PerfTable perf={d.perfdata} />
      {refused && <p class="muted">{t('panel.perf_refused', { count: num(refused.count, 0), why: said(lang.value === 'fr' ? refused.text_fr : refused.text_en) })}</p>}
    </Section>
  );
}

const Body = ({ d }: { d: Detail }): JSX.Element => (
  <div class="body">
    <Output d={d} />
    <Measurements d={d} />
    <NextCheck d={d} />
    <Strip id={d.id} moment={momentOf(d)} />
    <Reasons d={d} />
    <Downtimes d={d} />
    <Comments d={d} />
    <Events />
    <Facts d={d} />
  </div>
);

const Waiting = ({ missing }: { missing: boolean }): JSX.Element => (
  <>
    <header class="ph">
      <div class="l1"><span class="sp" /><Kbd k="Esc" /><button type="button" class="btn ghost icon" aria-label={t('panel.close')} onClick={closePanel}><Icon name="close" /></button></div>
      <h2 id="panel-title" tabIndex={-1}>{missing ? t('panel.missing') : t('list.loading')}</h2>
      {missing && <p class="sub">{t('panel.missing_text')}</p>}
    </header>
  </>
);

function Tabbed({ d, full }: { d: Detail; full: boolean }): JSX.Element {
  const tab = route.value.tab;
  return (
    <div id="tabbed" role="tabpanel" aria-labelledby={`tab-${tab}`}>
      {tab === 'graph' ? <GraphTab key={d.id} id={d.id} subject={nameOf(d)} moment={momentOf(d)} perf={d.perfdata} /> : full && <Body d={d} />}
    </div>
  );
}

// What the list knows is shown at once; the rest follows.
export function Panel(): JSX.Element {
  useEffect(panelCame, []);
  const id = route.value.open;
  const full = detail.value?.id === id ? detail.value : null;
  const live = rows.cell(id)?.value.row;
  const d: Detail | null = full && live ? { ...full, ...live } : full ?? live ?? null;
  const missing = detailState.value === 'missing' && !live;
  return (
    <aside class="panel" aria-label={t('panel.label')}>
      {d && !missing ? <><Header d={d} /><Tabbed d={d} full={full !== null} /></> : <Waiting missing={missing} />}
    </aside>
  );
}
