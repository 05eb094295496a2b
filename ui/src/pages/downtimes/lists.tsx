// SPDX-License-Identifier: Apache-2.0
// What is in force, as tables with a box before each row.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { durationLong, moment } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import { personOf } from '../../person.ts';
import { Age } from '../../parts/bits.tsx';
import { Icon, StateWord } from '../../parts/icons.tsx';
import { may } from '../../rights.ts';
import { DEFAULT_ROUTE, formatRoute, go } from '../../route.ts';
import { slowNow } from '../../store/now.ts';
import { whoIs, type Planned } from './calendar.ts';
import { acknowledged, cancel, comments, deleteComments, downtimes, unacknowledge, type Acknowledged } from './store.ts';

export function ResourceLink({ host, service, resource }: { host: string; service: string; resource: string }): JSX.Element {
  const to = { ...DEFAULT_ROUTE, page: 'resources' as const, filter: 'all' as const, host, open: resource };
  return <a href={formatRoute(to)} onClick={(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey) return; e.preventDefault(); go(to); }}>{whoIs({ host, service })}</a>;
}

interface Column<T> {
  title: string;
  cell: (one: T) => ComponentChildren;
}
interface TableProps<T> {
  title: string;
  list: readonly T[];
  idOf: (one: T) => string;
  nameOf: (one: T) => string;
  columns: readonly Column<T>[];
  can: boolean;
  act: string; // the button of a row
  actMany: (n: number) => string;
  run: (list: readonly T[]) => Promise<void>;
}

function Table<T>({ title, list, idOf, nameOf, columns, can, act, actMany, run }: TableProps<T>): JSX.Element {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const chosen = list.filter((one) => picked.has(idOf(one)));
  const toggle = (id: string): void => setPicked(new Set(picked.has(id) ? [...picked].filter((p) => p !== id) : [...picked, id]));
  const all = list.length > 0 && chosen.length === list.length;
  const doIt = async (what: readonly T[]): Promise<void> => {
    setBusy(true);
    await run(what);
    setBusy(false);
    setPicked(new Set());
    document.getElementById('main')?.focus({ preventScroll: true });
  };
  return (
    <>
      {can && (
        <div class="dt-many">
          <label class="opt"><input type="checkbox" checked={all} ref={(el) => { if (el) el.indeterminate = chosen.length > 0 && !all; }} onChange={() => setPicked(new Set(all ? [] : list.map(idOf)))} /><span>{t('downs.all', { n: list.length })}</span></label>
          {chosen.length > 0 && <button type="button" class="btn" disabled={busy} onClick={() => void doIt(chosen)}>{actMany(chosen.length)}</button>}
        </div>
      )}
      <div class="x" tabIndex={0} role="region" aria-label={title}>
        <table class="grid dt-table">
          <caption class="sr">{title}</caption>
          <thead><tr>{can && <td />}{columns.map((c) => <th scope="col" key={c.title}>{c.title}</th>)}{can && <td />}</tr></thead>
          <tbody>{list.map((one) => (
            <tr key={idOf(one)} class={picked.has(idOf(one)) ? 'sel' : ''}>
              {can && <td class="dt-box"><input type="checkbox" aria-label={t('downs.select', { name: nameOf(one) })} checked={picked.has(idOf(one))} onChange={() => toggle(idOf(one))} /></td>}
              {columns.map((c, i) => (i === 0 ? <th scope="row" key={c.title}>{c.cell(one)}</th> : <td key={c.title} data-of={c.title}>{c.cell(one)}</td>))}
              {can && <td class="acts"><button type="button" class="btn" disabled={busy} aria-label={t('pair', { a: act, b: nameOf(one) })} onClick={() => void doIt([one])}>{act}</button></td>}
            </tr>
          ))}</tbody>
        </table>
      </div>
    </>
  );
}

const None = ({ title, text }: { title: string; text: string }): JSX.Element => <div class="empty"><Icon name="calm" big /><h2>{title}</h2><p>{text}</p></div>;
const Loading = (): JSX.Element => <p class="coming muted" role="status" aria-busy="true"><span class="skel" />{t('list.loading')}</p>;
const When = ({ at }: { at: string | null | undefined }): JSX.Element => <time dateTime={at ?? ''}>{at ? moment(at, slowNow.value) : '—'}</time>;

// Under way, or when; a flexible one waits for its problem.
function Stage({ d }: { d: Planned }): JSX.Element {
  if (d.active) return <b class="dt-on"><Icon name="pause" />{t('downs.active')}</b>;
  if (!d.fixed && Date.parse(d.start) <= slowNow.value) return <span>{t('downs.waits', { d: durationLong(d.duration_s) })}</span>;
  return <span class="muted">{t('time.in', { d: durationLong((Date.parse(d.start) - slowNow.value) / 1000) })}</span>;
}

const fits = (q: string, ...texts: (string | undefined)[]): boolean => q === '' || texts.some((text) => (text ?? '').toLowerCase().includes(q.toLowerCase()));
export const authorOf = (author: string): string => (author === 'vigie_downtime_period' ? t('downs.by_itself') : personOf(author));

export function Downtimes({ q }: { q: string }): JSX.Element {
  const all = downtimes.value;
  if (!all) return <Loading />;
  const list = all.filter((d) => fits(q, whoIs(d), d.author, d.comment)).sort((a, b) => Number(b.active) - Number(a.active) || a.start.localeCompare(b.start) || whoIs(a).localeCompare(whoIs(b)));
  if (list.length === 0) return <None title={t('downs.none')} text={t(q ? 'downs.none_fit' : 'downs.none_text')} />;
  return (
    <Table title={t('downs.view_now')} list={list} idOf={(d) => d.id} nameOf={whoIs} can={may('resources.downtime')} act={t('downs.cancel')} actMany={(n) => t('downs.cancel_n', { n })} run={cancel}
      columns={[
        { title: t('downs.who'), cell: (d) => <ResourceLink {...d} /> }, { title: t('downs.stage'), cell: (d) => <Stage d={d} /> },
        { title: t('downs.from'), cell: (d) => <When at={d.start} /> }, { title: t('downs.to'), cell: (d) => <When at={d.end} /> },
        { title: t('downs.by'), cell: (d) => authorOf(d.author) }, { title: t('downs.why'), cell: (d) => d.comment },
      ]} />
  );
}

export function Acknowledgements({ q }: { q: string }): JSX.Element {
  const all = acknowledged.value;
  if (!all) return <Loading />;
  const nameOf = (a: Acknowledged): string => whoIs({ host: a.host, service: a.service ?? '' });
  const list = all.filter((a) => fits(q, nameOf(a), a.acknowledgement?.author, a.acknowledgement?.text));
  if (list.length === 0) return <None title={t('downs.no_acks')} text={t(q ? 'downs.none_fit' : 'downs.no_acks_text')} />;
  return (
    <Table title={t('downs.view_acks')} list={list} idOf={(a) => a.id} nameOf={nameOf} can={may('resources.acknowledge')} act={t('downs.unack')} actMany={(n) => t('downs.unack_n', { n })} run={unacknowledge}
      columns={[
        { title: t('downs.who'), cell: (a) => <ResourceLink host={a.host} service={a.service ?? ''} resource={a.id} /> }, { title: t('list.col_state'), cell: (a) => <StateWord state={a.state} /> },
        { title: t('downs.since'), cell: (a) => <Age at={a.acknowledgement?.time} stop /> },
        { title: t('downs.ends'), cell: (a) => (a.acknowledgement?.expires ? <When at={a.acknowledgement.expires} /> : t(a.acknowledgement?.sticky ? 'downs.until_good' : 'downs.until_change')) },
        { title: t('downs.by'), cell: (a) => personOf(a.acknowledgement?.author) }, { title: t('downs.why'), cell: (a) => a.acknowledgement?.text ?? '' },
      ]} />
  );
}

export function Comments({ q }: { q: string }): JSX.Element {
  const all = comments.value;
  if (!all) return <Loading />;
  const list = all.filter((c) => fits(q, whoIs(c), c.author, c.text)).sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  if (list.length === 0) return <None title={t('downs.no_comments')} text={t(q ? 'downs.none_fit' : 'downs.no_comments_text')} />;
  return (
    <Table title={t('downs.view_comments')} list={list} idOf={(c) => c.id} nameOf={whoIs} can={may('resources.comment')} act={t('panel.delete')} actMany={(n) => t('downs.delete_n', { n })} run={deleteComments}
      columns={[
        { title: t('downs.who'), cell: (c) => <ResourceLink {...c} /> }, { title: t('downs.since'), cell: (c) => <Age at={c.time} stop /> },
        { title: t('downs.kind'), cell: (c) => t(`downs.kind_${c.kind}`) }, { title: t('downs.ends'), cell: (c) => (c.expires ? <When at={c.expires} /> : t('downs.never')) },
        { title: t('downs.by'), cell: (c) => personOf(c.author) }, { title: t('downs.text'), cell: (c) => c.text },
      ]} />
  );
}
