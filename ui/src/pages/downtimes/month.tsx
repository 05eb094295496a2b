// SPDX-License-Identifier: Apache-2.0
// The calendar: a month or a week of days, walked through by keys; below it what the chosen day has, or all of it as a list.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { locale, t } from '../../i18n/i18n.ts';
import { firstDay } from '../../format.ts';
import { Segments } from '../../parts/bits.tsx';
import { Icon } from '../../parts/icons.tsx';
import { go, route } from '../../route.ts';
import { slowNow } from '../../store/now.ts';
import { dayName, dayOf, daysOf, entriesOf, moved, on, plusDays, plusMonths, type Entry } from './calendar.ts';
import { ResourceLink } from './lists.tsx';
import { downtimes, readRecurring, recurring } from './store.ts';

const IN_A_DAY = 3;
const NAMES = 12;

const written = (d: Date, options: Intl.DateTimeFormatOptions): string => firstDay(new Intl.DateTimeFormat(locale.value, { ...options, hourCycle: 'h23' }).format(d));
const hour = (ms: number): string => written(new Date(ms), { hour: '2-digit', minute: '2-digit' });

// The hours of an entry on a day.
function hoursOn(e: Entry, day: Date): string {
  const [from, to] = [day.getTime(), plusDays(day, 1).getTime()];
  if (e.from <= from && e.to >= to) return t('downs.all_day');
  if (e.from < from) return t('downs.until', { time: hour(e.to) });
  return e.to > to ? t('downs.from_on', { time: hour(e.from) }) : `${hour(e.from)}–${hour(e.to)}`;
}

const set = (patch: Record<string, string>, how: 'push' | 'replace' = 'push'): void => go({ query: { ...route.peek().query, ...patch } }, how);

// Where it stands in the day, as a bar: its hours stand beside it.
function DayBar({ e, day }: { e: Entry; day: Date }): JSX.Element {
  const [from, to] = [day.getTime(), plusDays(day, 1).getTime()];
  const x = (ms: number): number => ((Math.min(to, Math.max(from, ms)) - from) / (to - from)) * 24;
  return <svg class="dt-bar" viewBox="0 0 24 2" preserveAspectRatio="none" aria-hidden="true"><rect class={e.recurring ? 'r' : 'p'} x={x(e.from)} width={Math.max(0.4, x(e.to) - x(e.from))} y="0" height="2" /></svg>;
}

function Day({ day, chosen, entries, month, week }: { day: Date; chosen: Date; entries: readonly Entry[]; month: number; week: boolean }): JSX.Element {
  const here = on(entries, day);
  const shown = here.slice(0, week ? here.length : IN_A_DAY);
  const today = dayName(day) === dayName(new Date(slowNow.value));
  const picked = dayName(day) === dayName(chosen);
  const name = written(day, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  return (
    <td class={`${day.getMonth() === month || week ? '' : 'out'} ${today ? 'today' : ''} ${picked ? 'picked' : ''}`} onClick={() => set({ day: dayName(day) }, 'replace')}>
      <button type="button" id={`day-${dayName(day)}`} class="dt-day" tabIndex={picked ? 0 : -1} aria-pressed={picked} aria-current={today ? 'date' : undefined}>{day.getDate()}<span class="sr"> {name}. {t('downs.n_on_day', { n: here.length })}</span></button>
      {shown.map((e) => <span key={e.key} class={`dt-e ${e.recurring ? 'r' : 'p'}`}><span class="h">{hoursOn(e, day)}</span> <span class="n">{e.title}</span>{week && <DayBar e={e} day={day} />}</span>)}
      {here.length > shown.length && <span class="dt-more muted">{t('downs.more', { n: here.length - shown.length })}</span>}
      {here.length > 0 && <span class="dt-count" aria-hidden="true">{here.length}</span>}
    </td>
  );
}

function Who({ e }: { e: Entry }): JSX.Element {
  const names = e.who.slice(0, NAMES);
  return <>{names.map((w, i) => { const [host = '', service = ''] = w.name.split(' › '); return <span key={w.resource + w.name}>{i > 0 && ', '}<ResourceLink host={host} service={service} resource={w.resource} /></span>; })}{e.who.length > NAMES && ` ${t('downs.and_more', { n: e.who.length - NAMES })}`}</>;
}

function Entries({ list, title }: { list: readonly Entry[]; title: string }): JSX.Element {
  const at = (ms: number): string => (ms === Infinity ? t('downs.never') : written(new Date(ms), { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }));
  if (list.length === 0) return <p class="pad muted">{t('downs.nothing_on')}</p>;
  return (
    <div class="x" tabIndex={0} role="region" aria-label={title}>
      <table class="grid dt-table">
        <caption class="sr">{title}</caption>
        <thead><tr><th scope="col">{t('downs.from')}</th><th scope="col">{t('downs.to')}</th><th scope="col">{t('downs.why')}</th><th scope="col">{t('downs.kind')}</th><th scope="col">{t('downs.who')}</th></tr></thead>
        <tbody>{list.map((e) => (
          <tr key={e.key}><th scope="row">{at(e.from)}</th><td data-of={t('downs.to')}>{at(e.to)}</td><td data-of={t('downs.why')}>{e.title}</td><td data-of={t('downs.kind')}>{t(e.recurring ? 'downs.recurring' : 'downs.once')}</td><td data-of={t('downs.who')}><Who e={e} /></td></tr>
        ))}</tbody>
      </table>
    </div>
  );
}

function Bar({ day, how, title, list }: { day: Date; how: 'month' | 'week'; title: string; list: boolean }): JSX.Element {
  const step = (n: number): void => set({ day: dayName(how === 'week' ? plusDays(day, 7 * n) : plusMonths(day, n)) });
  return (
    <div class="dt-nav">
      <div class="moves">
        <button type="button" class="btn icon" aria-label={t(how === 'week' ? 'downs.week_before' : 'downs.month_before')} onClick={() => step(-1)}><Icon name="left" /></button>
        <button type="button" class="btn" onClick={() => set({ day: '' })}>{t('downs.today')}</button>
        <button type="button" class="btn icon" aria-label={t(how === 'week' ? 'downs.week_after' : 'downs.month_after')} onClick={() => step(1)}><Icon name="right" /></button>
      </div>
      <h2 aria-live="polite">{title}</h2>
      <span class="sp" />
      <Segments label={t('downs.how')} value={list ? 'list' : how} options={[['month', t('downs.month')], ['week', t('downs.week')], ['list', t('downs.list')]]}
        onPick={(pick) => set(pick === 'list' ? { as: 'list' } : { as: '', cal: pick === 'week' ? 'week' : '' })} />
    </div>
  );
}

export function Calendar(): JSX.Element {
  const query = route.value.query;
  const how = query['cal'] === 'week' ? 'week' : 'month';
  const list = query['as'] === 'list';
  const day = dayOf(query['day'], new Date(slowNow.value));
  const days = daysOf(day, how);
  const [from, to] = [days[0]!, plusDays(days.at(-1)!, 1)];
  useEffect(() => { void readRecurring(from, to); }, [from.getTime(), to.getTime()]);
  const entries = entriesOf(recurring.value ?? [], downtimes.value ?? []).filter((e) => e.from < to.getTime() && e.to > from.getTime());
  const title = how === 'month' ? written(day, { month: 'long', year: 'numeric' }) : `${written(from, { day: 'numeric', month: 'long' })} – ${written(plusDays(to, -1), { day: 'numeric', month: 'long', year: 'numeric' })}`;
  const key = (e: KeyboardEvent): void => {
    const next = e.ctrlKey || e.altKey || e.metaKey ? null : moved(day, e.key, how);
    if (!next) return;
    e.preventDefault();
    e.stopPropagation();
    set({ day: dayName(next) }, 'replace');
    requestAnimationFrame(() => document.getElementById(`day-${dayName(next)}`)?.focus());
  };
  const dayTitle = written(day, { weekday: 'long', day: 'numeric', month: 'long' });
  const weeks = Array.from({ length: days.length / 7 }, (_, i) => days.slice(i * 7, i * 7 + 7));
  return (
    <>
      <section class="block dt-cal" aria-busy={recurring.value === null}>
        <Bar day={day} how={how} title={title} list={list} />
        <p class="sr" id="dt-keys">{t('downs.keys')}</p>
        {list ? <Entries list={entries} title={title} /> : (
          <table class={`dt-grid ${how}`} aria-describedby="dt-keys" onKeyDown={key}>
            <caption class="sr">{title}</caption>
            <thead><tr>{days.slice(0, 7).map((d) => <th scope="col" key={d.getTime()}><abbr title={written(d, { weekday: 'long' })}>{written(d, { weekday: 'short' })}</abbr></th>)}</tr></thead>
            <tbody>{weeks.map((w) => <tr key={w[0]!.getTime()}>{w.map((d) => <Day key={d.getTime()} day={d} chosen={day} entries={entries} month={day.getMonth()} week={how === 'week'} />)}</tr>)}</tbody>
          </table>
        )}
        <p class="dt-legend muted"><span><i class="r" aria-hidden="true" />{t('downs.recurring')}</span><span><i class="p" aria-hidden="true" />{t('downs.once')}</span><span>{t('downs.recurring_help')}</span></p>
      </section>
      {!list && <section class="block" aria-live="polite"><header><h2 class="dt-title">{dayTitle}</h2></header><Entries list={on(entries, day)} title={dayTitle} /></section>}
    </>
  );
}
