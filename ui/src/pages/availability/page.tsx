// SPDX-License-Identifier: Apache-2.0
// Availability: how much of the time hosts and services were as they should be; a report that can be printed.
import './availability.css';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api.ts';
import { csv, nameOfFile, save } from '../../file.ts';
import { durationLong, exact, NBSP, num } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import { spanText, wholeSpanText } from '../../graph/time.ts';
import { Segments } from '../../parts/bits.tsx';
import { Icon } from '../../parts/icons.tsx';
import { PickField } from '../../parts/pick.tsx';
import { DEFAULT_ROUTE, formatRoute, go, route } from '../../route.ts';
import { slowNow } from '../../store/now.ts';
import { askOf, FIRST_UP, levelOf, nameOf, parametersOf, queryOf, shownPercent, sorted, TIMES, type Ask, type Figures, type Sort } from './ask.ts';
import { Days } from './days.tsx';
import { busy, failed, figures, load, loadDays, span, stop, summary, whole } from './store.ts';
import { readStrips, Strip } from './strips.tsx';

const SHOWN = 50;
const change = (patch: Partial<Ask>, how: 'push' | 'replace' = 'push'): void => go({ query: queryOf({ ...askOf(route.peek().query), ...patch }) }, how);
const percent = (p: number | null, digits = 3): string => (p === null ? '—' : `${num(shownPercent(p, digits), digits)}${NBSP}%`);

function usePeriods(): readonly string[] {
  const [list, setList] = useState<string[]>([]);
  useEffect(() => { api<{ objects: { name: string }[] }>('GET', '/time-periods?limit=500').then((a) => setList(a.objects.map((o) => o.name)), () => setList([])); }, []);
  return list;
}

function Custom({ ask }: { ask: Ask }): JSX.Element {
  const [from, setFrom] = useState(ask.from);
  const [to, setTo] = useState(ask.to);
  const wrong = from !== '' && to !== '' && from > to;
  const apply = (first: string, last: string): void => { if (first && last && first <= last) change({ time: 'custom', from: first, to: last }, 'replace'); };
  return (
    <div class="av-custom">
      <div class="field"><label for="av-from">{t('avail.from')}</label><input id="av-from" type="date" value={from} onInput={(e) => { setFrom(e.currentTarget.value); apply(e.currentTarget.value, to); }} /></div>
      <div class="field"><label for="av-to">{t('avail.to')}</label><input id="av-to" type="date" value={to} aria-invalid={wrong} aria-describedby="av-to-err" onInput={(e) => { setTo(e.currentTarget.value); apply(from, e.currentTarget.value); }} /><p id="av-to-err" class="err">{wrong ? t('avail.order') : ''}</p></div>
    </div>
  );
}

const Check = (props: { on: boolean; label: string; onSet: (on: boolean) => void }): JSX.Element => <label class="opt"><input type="checkbox" checked={props.on} onChange={(e) => props.onSet(e.currentTarget.checked)} /><span>{props.label}</span></label>;

function Choice({ ask }: { ask: Ask }): JSX.Element {
  const periods = usePeriods();
  const [custom, setCustom] = useState(ask.time === 'custom');
  const shown = custom ? 'custom' : ask.time;
  return (
    <div class="block av-choice">
      <div class="av-row">
        <PickField label={t('avail.group')} value={ask.group} from={['/host-groups', '/service-groups']} onValue={(group) => change({ group, on: '' }, 'replace')} />
        <PickField label={t('avail.host')} value={ask.host} from={['/hosts']} onValue={(host) => change({ host, service: '', on: '' }, 'replace')} />
        {ask.host !== '' && <PickField label={t('avail.service')} value={ask.service} from={[`/services?host=${encodeURIComponent(ask.host)}`]} onValue={(service) => change({ service, on: '' }, 'replace')} />}
        <div class="field"><label for="av-kind">{t('avail.kind')}</label>
          <select id="av-kind" value={ask.kind} onChange={(e) => change({ kind: e.currentTarget.value as Ask['kind'], on: '' })}><option value="">{t('avail.kind_both')}</option><option value="host">{t('avail.kind_host')}</option><option value="service">{t('avail.kind_service')}</option></select></div>
        <div class="field"><label for="av-period">{t('avail.period')}</label>
          <select id="av-period" value={ask.period} onChange={(e) => change({ period: e.currentTarget.value })}><option value="">{t('avail.always')}</option>{periods.map((p) => <option key={p} value={p} selected={p === ask.period}>{p}</option>)}</select></div>
      </div>
      <div class="av-row2">
        <Segments label={t('avail.time')} value={shown} options={TIMES.map((one) => [one, t(`avail.time_${one}`)] as const)} onPick={(time) => { setCustom(time === 'custom'); if (time !== 'custom') change({ time }); }} />
        <Check on={ask.excluded} label={t('avail.excluded')} onSet={(excluded) => change({ excluded })} />
        <Check on={ask.hard} label={t('avail.hard')} onSet={(hard) => change({ hard })} />
      </div>
      {shown === 'custom' && <Custom ask={ask} />}
    </div>
  );
}

function conditions(ask: Ask): string {
  const whom = [ask.group && t('avail.of_group', { name: ask.group }), ask.host && nameOf(ask), ask.kind && t(`avail.kind_${ask.kind}`)].filter(Boolean).join(', ') || t('avail.of_all');
  return [whom, ask.period ? t('avail.within', { name: ask.period }) : t('avail.always'), t(ask.excluded ? 'avail.excluded' : 'avail.counted'), ...(ask.hard ? [t('avail.hard')] : [])].join(' · ');
}

function Tiles({ list }: { list: readonly Figures[] }): JSX.Element {
  const s = summary.value;
  const worst = sorted(list, 'availability', true)[0];
  const perfect = list.filter((f) => f.availability !== null && f.availability >= 100).length;
  const outages = list.reduce((sum, f) => sum + f.outages, 0);
  return (
    <div class="tiles">
      <div class="tile"><div class="k">{t('avail.mean')}</div><div class="v">{percent(s?.mean ?? null)}</div><div class="d">{t('avail.basis', { n: s?.with_basis ?? 0, of: s?.resources ?? 0 })}</div></div>
      <div class="tile"><div class="k">{t('avail.worst')}</div><div class="v">{percent(worst?.availability ?? null)}</div><div class="d">{worst && worst.availability !== null ? nameOf(worst) : '—'}</div></div>
      <div class="tile"><div class="k">{t('avail.perfect')}</div><div class="v">{num(perfect, 0)}</div><div class="d">{t('avail.of_n', { n: list.length })}</div></div>
      <div class="tile"><div class="k">{t('avail.outages')}</div><div class="v">{num(outages, 0)}</div><div class="d">{t('avail.outages_text')}</div></div>
    </div>
  );
}

const COLUMNS: readonly Sort[] = ['name', 'availability', 'outages', 'bad', 'mtbf', 'mttr'];

function Head({ ask, name }: { ask: Ask; name: Sort }): JSX.Element {
  const on = ask.sort === name;
  return (
    <th scope="col" class={name === 'name' ? '' : 'num'} {...(on ? { 'aria-sort': ask.up ? 'ascending' : 'descending' } as const : {})}>
      <button type="button" class="av-sort" data-tip={t(`avail.help_${name}`)} onClick={() => change({ sort: name, up: on ? !ask.up : FIRST_UP[name] }, 'replace')}>{t(`avail.col_${name}`)}{on && <Icon name={ask.up ? 'up' : 'down'} />}</button>
    </th>
  );
}

// Of all seconds those of which something is known, in part.
function Unknown({ f }: { f: Figures }): JSX.Element | null {
  const all = span.value.to - span.value.from - f.outside_period_s;
  const known = f.good_s + f.bad_s;
  if (known === 0 || known >= all * 0.999) return null;
  return <small class="muted">{t('avail.known', { d: durationLong(known) })}</small>;
}

function Line({ f, ask }: { f: Figures; ask: Ask }): JSX.Element {
  const to = { ...DEFAULT_ROUTE, page: 'resources' as const, filter: 'all' as const, host: f.host, open: f.id };
  const days = ask.on === f.id;
  const words = (s: number | null, none: string): string => (s === null ? none : durationLong(s));
  const none = f.outages === 0 && f.availability !== null ? t('avail.no_outage') : '—';
  return (
    <tr class={days ? 'sel' : ''}>
      <th scope="row"><a href={formatRoute(to)} onClick={(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey) return; e.preventDefault(); go(to); }}>{nameOf(f)}</a>
        <button type="button" class="ln av-pick" aria-pressed={days} aria-label={t('avail.days_of', { name: nameOf(f) })} onClick={() => change({ on: days ? '' : f.id }, 'replace')}>{t('avail.by_day')}</button></th>
      <td class="num"><b class={`av-p lv-${levelOf(f.availability)}`}>{f.availability === null ? t('avail.nothing_known') : percent(f.availability)}</b><Unknown f={f} /></td>
      <td class="num" data-of={t('avail.col_outages')}>{num(f.outages, 0)}</td><td class="num" data-of={t('avail.col_bad')}>{f.bad_s > 0 ? durationLong(f.bad_s) : '—'}</td>
      <td class="num" data-of={t('avail.col_mtbf')}>{words(f.mtbf_s, none)}</td><td class="num" data-of={t('avail.col_mttr')}>{words(f.mttr_s, none)}</td>
      <td class="av-s"><Strip id={f.id} span={span.value} name={nameOf(f)} seconds={f.seconds} /></td>
    </tr>
  );
}

function Report({ ask, list }: { ask: Ask; list: readonly Figures[] }): JSX.Element {
  const [most, setMost] = useState(SHOWN);
  const order = sorted(list, ask.sort, ask.up);
  return (
    <section class="block av-report">
      <header><h2>{t('avail.table')}</h2></header>
      <div class="x" tabIndex={0} role="region" aria-label={t('avail.table')}>
        <table class="grid av-table">
          <caption class="sr">{t('avail.table')}. {spanText(span.value.from, span.value.to)}</caption>
          <thead><tr>{COLUMNS.map((name) => <Head key={name} ask={ask} name={name} />)}<th scope="col">{t('avail.col_strip')}</th></tr></thead>
          <tbody>{order.slice(0, most).map((f) => <Line key={f.id} f={f} ask={ask} />)}</tbody>
        </table>
      </div>
      {order.length > most && <p class="pad av-more"><button type="button" class="btn" onClick={() => setMost(most + 4 * SHOWN)}>{t('avail.more', { n: order.length - most })}</button></p>}
      {!whole.value && <p class="pad muted">{t('avail.part', { n: list.length })}</p>}
    </section>
  );
}

function keep(list: readonly Figures[], ask: Ask): void {
  const head = ['host', 'service', 'availability_percent', 'good_s', 'bad_s', 'outages', 'mtbf_s', 'mttr_s', 'outside_period_s', 'from', 'to'];
  const [from, to] = [new Date(span.peek().from * 1000).toISOString(), new Date(span.peek().to * 1000).toISOString()];
  const rows = sorted(list, ask.sort, ask.up).map((f) => [f.host, f.service ?? '', f.availability, f.good_s, f.bad_s, f.outages, f.mtbf_s, f.mttr_s, f.outside_period_s, from, to]);
  save(new Blob([csv([head, ...rows])], { type: 'text/csv' }), nameOfFile(t('page.availability'), span.peek().to, 'availability', 'csv'));
}

// With the strips of rows that nobody has looked at yet.
async function printed(): Promise<void> {
  await readStrips();
  requestAnimationFrame(() => print());
}

export function Page(): JSX.Element {
  const ask = askOf(route.value.query);
  const list = figures.value;
  const asked = `${parametersOf(ask, { from: 0, to: 0 })} ${ask.time} ${ask.from} ${ask.to}`;
  useEffect(() => { void load(ask); }, [asked]);
  useEffect(() => { void loadDays(ask); }, [asked, ask.on]);
  useEffect(() => stop, []);
  const one = list?.find((f) => f.id === ask.on);
  const title = one ? nameOf(one) : t('avail.all_shown');
  return (
    <main id="main" class="scroll av-page" tabIndex={-1}>
      <div class="bar"><h1 tabIndex={-1}>{t('page.availability')}</h1><span class="sp" />
        <button type="button" class="btn" disabled={!list?.length} data-tip={t('avail.csv')} aria-label={t('avail.csv')} onClick={() => keep(list ?? [], ask)}>CSV</button>
        <button type="button" class="btn" disabled={!list?.length} onClick={() => void printed()}>{t('avail.print')}</button></div>
      <Choice ask={ask} />
      <p class="av-said"><b>{wholeSpanText(span.value.from, span.value.to)}</b> <span class="muted">{conditions(ask)}</span></p>
      {failed.value && <p class="alert" role="alert">{failed.value} <button type="button" class="btn" onClick={() => void load(ask)}>{t('error.retry')}</button></p>}
      {busy.value && <p class="sr" role="status">{t('list.loading')}</p>}
      {list === null && !failed.value && <p class="coming muted" role="status" aria-busy="true"><span class="skel" />{t('list.loading')}</p>}
      {list?.length === 0 && <div class="empty"><Icon name="none" big /><h2>{t('avail.none')}</h2><p>{t('avail.none_text')}</p></div>}
      {list && list.length > 0 && (
        <div class="av-body" aria-busy={busy.value}>
          <Tiles list={list} />
          <section class="block av-heat"><header class="row"><div><h2>{t('avail.days_of', { name: title })}</h2></div>{ask.on && <button type="button" class="btn" onClick={() => change({ on: '' }, 'replace')}>{t('avail.all_days')}</button>}</header><div class="pad"><Days title={title} /></div></section>
          <Report ask={ask} list={list} />
        </div>
      )}
      <p class="av-made">{t('avail.made', { time: exact(new Date(slowNow.value).toISOString()) })}</p>
    </main>
  );
}
