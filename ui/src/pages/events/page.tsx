// SPDX-License-Identifier: Apache-2.0
// The event log: everything that happened, the newest first.
import './events.css';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { errorText } from '../../api.ts';
import { EventWords } from '../../event/words.tsx';
import { nameOfFile, save } from '../../file.ts';
import { clock, day, exact, num } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import type { Event } from '../../model.ts';
import { Progress, Segments } from '../../parts/bits.tsx';
import { Icon } from '../../parts/icons.tsx';
import { PickField } from '../../parts/pick.tsx';
import { go, route } from '../../route.ts';
import { spanText } from '../../graph/time.ts';
import { now, slowNow } from '../../store/now.ts';
import { toast } from '../../store/toast.ts';
import { askOf, GROUP_NAMES, isLive, queryOf, RANGES, totalsOf, windowOf, type Ask, type Group } from './ask.ts';
import { Decisions } from './decisions.tsx';
import { HistogramView } from './histogram.tsx';
import { csvOf, jsonOf } from './save.ts';
import { counting, EXPORT_MOST, exporting, failed, histogram, load, next, older, readAll, showWaiting, shown, start, state, tail, waiting } from './store.ts';
import { Subject } from './subject.tsx';

const change = (patch: Partial<Ask>, how: 'push' | 'replace' = 'push'): void => go({ query: queryOf({ ...askOf(route.peek().query), ...patch }) }, how);

function Kinds({ ask }: { ask: Ask }): JSX.Element {
  const totals = histogram.value ? totalsOf(histogram.value) : {};
  const toggle = (name: Group): void => change({ kinds: ask.kinds.includes(name) ? ask.kinds.filter((k) => k !== name) : [...ask.kinds, name] });
  return (
    <div class="ev-kinds" role="group" aria-label={t('events.kinds')}>
      {GROUP_NAMES.map((name) => {
        const n = totals[name];
        return <button type="button" key={name} class="chip plain" aria-pressed={ask.kinds.includes(name)} onClick={() => toggle(name)}>{t(`events.kind_${name}`)}{n !== undefined && <span class="muted"> {num(n, 0)}</span>}</button>;
      })}
    </div>
  );
}

const CLEAR: Partial<Ask> = { kinds: [], host: '', service: '', group: '', text: '', contact: '', told: '' };
const narrowed = (ask: Ask): boolean => (ask.decisions ? ask.contact !== '' || ask.told !== '' : ask.kinds.length > 0) || ask.host !== '' || ask.group !== '' || ask.text !== '' || ask.service !== '';

function Filters({ ask }: { ask: Ask }): JSX.Element {
  return (
    <div class="ev-filters">
      {ask.decisions
        ? <PickField label={t('events.contact')} value={ask.contact} from={['/contacts']} wide onValue={(contact) => change({ contact }, 'replace')} />
        : <PickField label={t('events.text')} value={ask.text} from={[]} wide onValue={(text) => change({ text }, 'replace')} />}
      <PickField label={t('events.host')} value={ask.host} from={['/hosts']} onValue={(host) => change({ host, ...(host === '' ? { service: '' } : {}) }, 'replace')} />
      {ask.host !== '' && <PickField label={t('events.service')} value={ask.service} from={[`/services?host=${encodeURIComponent(ask.host)}`]} onValue={(service) => change({ service }, 'replace')} />}
      <PickField label={t('events.group')} value={ask.group} from={['/host-groups', '/service-groups']} onValue={(group) => change({ group }, 'replace')} />
      {narrowed(ask) && <button type="button" class="btn ghost" onClick={() => change(CLEAR)}>{t('events.clear')}</button>}
    </div>
  );
}

function Time({ ask }: { ask: Ask }): JSX.Element {
  const window = windowOf(ask, slowNow.value / 1000);
  return (
    <div class="ev-time">
      <Segments label={t('events.range')} value={ask.window ? '' : ask.range} options={RANGES.map((r) => [r as string, t(`events.range_${r}`)] as const)} onPick={(r) => change({ range: RANGES.find((one) => one === r) ?? '24h', window: null, picked: null })} />
      <span class="muted" aria-live="polite">{spanText((ask.picked ?? window).from, (ask.picked ?? window).to)}</span>
      {ask.picked && <button type="button" class="btn" onClick={() => change({ window: ask.picked, picked: null })}><Icon name="nearer" />{t('events.zoom')}</button>}
      {ask.picked && <button type="button" class="btn" onClick={() => change({ picked: null })}><Icon name="close" />{t('events.unpick')}</button>}
      {ask.window && !ask.picked && <button type="button" class="btn" onClick={() => change({ window: null })}><Icon name="reset" />{t('events.to_now')}</button>}
    </div>
  );
}

async function keep(ask: Ask, format: 'csv' | 'json'): Promise<void> {
  try {
    const all = await readAll(ask);
    if (!all) return;
    const name = nameOfFile(t('page.events'), now.peek() / 1000, 'events', format);
    save(format === 'csv' ? new Blob([csvOf(all.events)], { type: 'text/csv' }) : new Blob([jsonOf(all.events)], { type: 'application/json' }), name);
    toast(t(all.whole ? 'events.saved' : 'events.saved_part', { n: all.events.length, most: EXPORT_MOST }));
  } catch (error) {
    toast(errorText(error), true);
  }
}

// What is listed: all that happened, or who was told of it and who was not.
const Shown = ({ ask }: { ask: Ask }): JSX.Element => (
  <div class="ev-kinds">
    <Segments label={t('events.show')} value={ask.decisions ? 'told' : ''} options={[['', t('events.show_all')], ['told', t('events.show_told')]] as const} onPick={(one) => change({ decisions: one === 'told' })} />
    {ask.decisions && <Segments label={t('events.heard')} value={ask.told} options={[['', t('events.heard_all')], ['yes', t('events.heard_yes')], ['no', t('events.heard_no')]] as const} onPick={(one) => change({ told: one === 'yes' || one === 'no' ? one : '' })} />}
  </div>
);

function Tools({ ask }: { ask: Ask }): JSX.Element | null {
  const busy = exporting.value;
  if (ask.decisions) return null;
  return (
    <div class="ev-tools">
      {isLive(ask) && <button type="button" class="btn" aria-pressed={tail.value} onClick={() => { tail.value = !tail.value; }}><Icon name={tail.value ? 'pause' : 'right'} />{t(tail.value ? 'events.pause' : 'events.go_on')}</button>}
      {busy ? (
        <span class="ev-export" role="status"><Progress label={t('events.exporting', { n: busy.done })} done={busy.done} /><span>{t('events.exporting', { n: busy.done })}</span><button type="button" class="btn" onClick={() => busy.stop.abort()}>{t('form.cancel')}</button></span>
      ) : (
        <>
          <button type="button" class="btn" aria-label={t('events.export_csv')} data-tip={t('events.export_csv')} onClick={() => void keep(ask, 'csv')}>CSV</button>
          <button type="button" class="btn" aria-label={t('events.export_json')} data-tip={t('events.export_json')} onClick={() => void keep(ask, 'json')}>JSON</button>
        </>
      )}
    </div>
  );
}

function Line({ event }: { event: Event }): JSX.Element {
  const alert = event.kind === 'alert' && event.state;
  return (
    <li class="ev" data-event={event.id}>
      <time dateTime={event.time} data-tip={exact(event.time)} tabIndex={0}>{clock(event.time)}</time>
      <span class={`dot ${alert ? `s-${event.state} ${event.hard === false ? 'soft' : ''}` : 'other'}`} aria-hidden="true" />
      <span class="ev-of"><Subject event={event} /></span>
      <span class="ev-what"><EventWords event={event} /></span>
    </li>
  );
}

interface Day {
  name: string;
  events: Event[];
}
function daysOf(list: readonly Event[], nowMs: number): Day[] {
  const days: Day[] = [];
  for (const event of list) {
    const name = day(event.time, nowMs) || t('events.today');
    const last = days.at(-1);
    if (last?.name === name) last.events.push(event);
    else days.push({ name, events: [event] });
  }
  return days;
}

// The end of the list: what lies before it is read when it comes near, or when one asks for it.
function End(): JSX.Element | null {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!ref.current) return undefined;
    const near = new IntersectionObserver((entries) => { if (entries.some((e) => e.isIntersecting)) void older(); }, { rootMargin: '600px' });
    near.observe(ref.current);
    return () => near.disconnect();
  }, [next.value, state.value]);
  if (state.value === 'loading') return null;
  return (
    <div class="ev-end" ref={ref}>
      {next.value !== null ? <button type="button" class="btn" disabled={state.value === 'more'} onClick={() => void older()}>{t(state.value === 'more' ? 'list.loading' : 'events.older')}</button> : shown.value.length > 0 && <p class="muted">{t('events.end')}</p>}
    </div>
  );
}

function Empty({ ask }: { ask: Ask }): JSX.Element {
  return (
    <div class="empty">
      <Icon name="none" big /><h2>{t('events.nothing')}</h2><p>{t(narrowed(ask) ? 'events.nothing_narrowed' : 'events.nothing_text')}</p>
      {narrowed(ask) && <button type="button" class="btn" onClick={() => change(CLEAR)}>{t('events.clear')}</button>}
    </div>
  );
}

function List({ ask }: { ask: Ask }): JSX.Element {
  const list = shown.value;
  if (failed.value) return <div class="alert" role="alert">{failed.value} <button type="button" class="btn" onClick={() => void load(ask)}>{t('error.retry')}</button></div>;
  if (state.value === 'loading') return <p class="coming muted" role="status" aria-busy="true"><span class="skel" />{t('list.loading')}</p>;
  if (list.length === 0 && next.value === null) return <Empty ask={ask} />;
  return (
    <>
      {daysOf(list, slowNow.value).map((d) => (
        <section key={d.events.at(-1)!.id} class="ev-day"><h2>{d.name}</h2><ol class="ev-list">{d.events.map((e) => <Line key={e.id} event={e} />)}</ol></section>
      ))}
      <End />
    </>
  );
}

export function Page(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const ask = askOf(route.value.query);
  const asked = JSON.stringify(ask);
  // The newest are looked at as long as the head of the list is on the screen.
  const atTop = (): boolean => (list.current?.getBoundingClientRect().top ?? 0) >= (main.current?.getBoundingClientRect().top ?? 0) - 4;
  useEffect(() => start(atTop), []);
  useEffect(() => { void load(ask); }, [asked]);
  const newOnes = (): void => {
    showWaiting();
    list.current?.scrollIntoView({ block: 'start' });
    list.current?.focus({ preventScroll: true });
  };
  return (
    <main id="main" class="scroll ev-page" tabIndex={-1} ref={main}>
      <div class="bar"><h1 tabIndex={-1}>{t('page.events')}</h1><span class="sp" /><Tools ask={ask} /></div>
      <Filters ask={ask} />
      <Shown ask={ask} />
      {!ask.decisions && <Kinds ask={ask} />}
      <div class="block ev-over"><Time ask={ask} />
        <div aria-busy={counting.value}>{histogram.value ? <HistogramView histogram={histogram.value} picked={ask.picked} onPick={(picked) => change({ picked })} /> : <div class="ev-plot skeleton" />}</div>
      </div>
      {waiting.value.length > 0 && <button type="button" class="btn p ev-new" onClick={newOnes}><Icon name="up" />{t('events.new', { n: waiting.value.length })}</button>}
      <p class="sr" aria-live="polite">{waiting.value.length > 0 ? t('events.new', { n: waiting.value.length }) : ''}</p>
      <div class="block ev-all" ref={list} tabIndex={-1} role="region" aria-label={t('page.events')}>{ask.decisions ? <Decisions ask={ask} /> : <List ask={ask} />}</div>
    </main>
  );
}
