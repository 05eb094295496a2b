// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact';
import { num } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import type { As, Filter } from '../../model.ts';
import { may } from '../../rights.ts';
import { DEFAULT_ROUTE, go, route } from '../../route.ts';
import { chosen } from '../../store/actions.ts';
import { allSelected, clearSelected, counts, failed, load, loading, matched, mayTakeAll, more, next, rows, selectAll, selected, selectedCount, total } from '../../store/list.ts';
import { status } from '../../store/status.ts';
import { live } from '../../store/stream.ts';
import { away } from '../../api.ts';
import { Acts } from '../../parts/acts.tsx';
import { Kbd, Segments } from '../../parts/bits.tsx';
import { Icon } from '../../parts/icons.tsx';
import { CellMenu, Terms } from './narrow.tsx';
import { ResourceTable } from './table.tsx';
import { Tools } from './tools.tsx';

const filterNames = (): readonly (readonly [Filter, string])[] =>
  [['unhandled', t('list.unhandled')], ['problems', t('list.problems')], ['all', t('list.all')]];

const viewNames = (): readonly (readonly [As, string])[] =>
  [['all', t('list.as_all')], ['hosts', t('list.as_hosts')], ['services', t('list.as_services')], ['problems', t('list.as_problems')]];

const Bar = (): JSX.Element => (
  <div class="bar">
    <h1>{t('page.resources')}</h1>
    <Segments class="filter" label={t('list.filter')} value={route.value.filter} options={filterNames()} onPick={(filter) => go({ filter, states: [] })} />
    <Segments class="as" label={t('list.as')} value={route.value.view} options={viewNames()} onPick={(view) => go({ view, under: '' })} />
    <Tools />
  </div>
);

function Empty(): JSX.Element {
  const { q, host, group, states, kind, filter, under } = route.value;
  const n = total.value;
  const pending = counts.value.pending ?? 0;
  const showAll = <button type="button" class="btn p" onClick={() => go({ filter: 'all', states: [], q: '', host: '', group: [], kind: '', under: '' })}>{t('empty.show_all', { n })}</button>;
  // Who sees a part is not told which directives are not acted on; here a part of nothing.
  if (n === 0 && status.value?.not_yet === null) return <div class="empty"><Icon name="none" big /><h2>{t('empty.scope')}</h2><p>{t('empty.scope_text')}</p></div>;
  if (n === 0) return <div class="empty"><Icon name="none" big /><h2>{t('empty.nothing')}</h2><p>{t('empty.nothing_text')}</p>{may('users.write') && <button type="button" class="btn p" onClick={() => go({ ...DEFAULT_ROUTE, page: 'guide' })}>{t('page.guide')}</button>}</div>;
  if (q || host || group.length > 0 || kind || under || states.length > 0) {
    return (
      <div class="empty"><Icon name="none" big /><h2>{t('empty.no_match')}</h2><p>{t('empty.no_match_text')}</p>
        <button type="button" class="btn p" onClick={() => go({ q: '', host: '', group: [], kind: '', under: '', states: [] })}>{t('empty.clear')}</button>{filter !== 'all' && q && <button type="button" class="btn" onClick={() => go({ filter: 'all' })}>{t('empty.search_all')}</button>}</div>
    );
  }
  return (
    <div class="empty"><Icon name="calm" big /><h2>{t(filter === 'unhandled' ? 'empty.calm' : 'empty.no_problem')}</h2>
      <p>{t('empty.calm_text', { n: n - pending })}{pending > 0 && ` ${t('empty.calm_pending', { n: pending })}`}</p>{showAll}</div>
  );
}

const Failed = (): JSX.Element => (
  <div class="empty"><Icon name="none" big /><h2>{t('error.load')}</h2><p>{failed.value}</p><button type="button" class="btn p" onClick={() => void load()}>{t('error.retry')}</button>{(route.value.group.length > 0 || route.value.q || route.value.under) && <button type="button" class="btn" onClick={() => go({ group: [], q: '', under: '' })}>{t('empty.clear')}</button>}</div>
);

function Skeleton(): JSX.Element {
  return (
    <div class="tbl" aria-busy="true"><p class="sr">{t('list.loading')}</p>
      <table class="list" aria-hidden="true"><tbody>{[58, 40, 66, 52, 46, 61].map((w) => <tr key={w}><td><span class="skel" ref={(el) => { if (el) el.style.width = `${w}%`; }} /></td></tr>)}</tbody></table></div>
  );
}

function List(): JSX.Element {
  const empty = rows.ids.value.length === 0;
  if (empty && loading.value === 'first') return <Skeleton />;
  if (empty && failed.value) return <div class="tbl"><Failed /></div>;
  if (empty && !rows.waiting.value) return <div class="tbl"><Empty /></div>;
  const name = filterNames().find(([f]) => f === route.value.filter)?.[1] ?? '';
  const waiting = rows.difference();
  return (
    <>
      <ResourceTable caption={t('list.caption', { view: name })} />
      {waiting > 0 && <button type="button" class="btn pill" onClick={() => rows.release()}>{t('list.changed', { n: waiting })} · {t('list.update')}</button>}
    </>
  );
}

const Hint = ({ k, text }: { k: string; text: string }): JSX.Element => (
  <span class="hint">{k.split(' ').map((one) => <Kbd key={one} k={one} />)}{text}</span>
);

function SelectionBar(): JSX.Element {
  const n = selectedCount();
  const left = mayTakeAll() && !allSelected.value && matched.value > selected.value.size && rows.ids.value.every((id) => selected.value.has(id));
  return (
    <div class="bar foot chosen" role="group" aria-label={t('list.selected', { n })}>
      <b aria-live="polite">{allSelected.value ? t('list.selected_all', { n }) : t('list.selected', { n })}</b>
      {left && <button type="button" class="btn ghost" onClick={selectAll}>{t('list.select_matching', { n: matched.value })} <Kbd k="*" /></button>}
      <Acts choice={chosen()} list />
      <button type="button" class="btn ghost" onClick={clearSelected}>{t('list.clear')} <Kbd k="Esc" /></button>
    </div>
  );
}

function Foot(): JSX.Element {
  if (selected.value.size > 0 || allSelected.value) return <SelectionBar />;
  const state = away.value ? 'off' : live.value;
  return (
    <div class="bar foot">
      <span id="count">{t('list.count', { n: matched.value, total: num(total.value, 0) })} {!failed.value && ` · ${t(`live.${state}`)}`}</span>
      {next.value && <button type="button" class="btn ghost" onClick={() => void more()}>{t(loading.value === 'more' ? 'list.loading' : 'list.more')}</button>}
      <span class="hints"><Hint k="?" text={t('hint.all')} /><Hint k="x" text={t('hint.select')} /><Hint k="Enter" text={t('hint.open')} /><Hint k="j k" text={t('hint.move')} /></span>
    </div>
  );
}

export const Page = (): JSX.Element => (
  <main id="main" tabIndex={-1}>
    <Bar />
    <Terms />
    {failed.value && rows.ids.value.length > 0 && <p class="alert wrong" role="alert">{failed.value}</p>}
    <CellMenu />
    <div class="tblwrap"><List /></div>
    <Foot />
  </main>
);
