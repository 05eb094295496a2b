// SPDX-License-Identifier: Apache-2.0
// Many resources beside each other: each with its own graphs, or the same measurement of all in one.
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { api, ApiError } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { momentOf, nameOf, type Detail } from '../model.ts';
import { Segments } from '../parts/bits.tsx';
import { Icon, StateWord } from '../parts/icons.tsx';
import { DEFAULT_ROUTE, formatRoute, go, route } from '../route.ts';
import { TimeBar } from './bar.tsx';
import { Card } from './card.tsx';
import type { Feed } from './feed.ts';
import { marksOf } from './marks.ts';
import { asWritten, groupsOf, type Group, type Line } from './model.ts';
import { Picker, subjectOf } from './picker.tsx';
import { agoText, FeedState } from './tab.tsx';
import { useFeed, useView, useWritten } from './use.ts';
import type { View } from './view.ts';

const POINTS = 900;
const MOST = 24;
const ROWS_MS = 10000;

type Rows = ReadonlyMap<string, Detail | null>;

// What these resources are now; null: there is none, but there may be measurements of before.
function useRows(ids: readonly string[]): Rows {
  const [rows, setRows] = useState<Rows>(new Map());
  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      const all = await Promise.all(ids.map((id) => api<Detail>('GET', `/resources/${encodeURIComponent(id)}`, { signal: stop.signal }).catch((error: unknown) => (error instanceof ApiError && error.status === 404 ? null : undefined))));
      if (!stop.signal.aborted) setRows((was) => new Map(ids.map((id, i) => [id, all[i] === undefined ? was.get(id) : all[i]] as const).filter((r): r is [string, Detail | null] => r[1] !== undefined)));
    };
    void read();
    const timer = setInterval(() => { if (!document.hidden) void read(); }, ROWS_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [ids.join(',')]);
  return rows;
}

const setOn = (on: readonly string[]): void => go({ on: [...on] });

const Head = ({ row, id, title, on }: { row: Detail | null | undefined; id: string; title: string; on: readonly string[] }): JSX.Element => {
  const to = { ...DEFAULT_ROUTE, filter: 'all' as const, open: id };
  return (
    <header class="gof">
      {row && <StateWord state={row.state} />}
      <h2>{row ? <a href={formatRoute(to)} onClick={(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey) return; e.preventDefault(); go(to); }}>{title}</a> : title}</h2>
      <button type="button" class="btn ghost icon" aria-label={t('graph.remove', { name: title })} data-tip={t('graph.remove', { name: title })} onClick={() => setOn(on.filter((one) => one !== id))}><Icon name="close" /></button>
    </header>
  );
};

function Each({ ids, feed, view, rows }: { ids: readonly string[]; feed: Feed; view: View; rows: Rows }): JSX.Element {
  const lines = feed.lines.value;
  const marks = useMemo(() => marksOf(feed.past.value), [feed.past.value]);
  const known = useMemo(() => new Map<string, string>(), []);
  const written = useWritten();
  const labels = new Map(ids.map((id) => [id, written(id, rows.get(id)?.perfdata)]));
  const heard = [...labels.values()].reduce((sum, own) => sum + own.size, 0);
  const by = useMemo(() => new Map(ids.map((id) => [id, groupsOf(asWritten(lines.filter((l) => l.resource === id), labels.get(id)!), known)])), [lines, ids.join(','), heard]);
  const name = useMemo(() => (line: Line): string => line.label + agoText(line), []);
  return (
    <>
      {ids.map((id) => {
        const row = rows.get(id);
        const groups = by.get(id) ?? [];
        const title = row ? nameOf(row) : groups[0]?.lines[0] ? subjectOf(groups[0].lines[0]) : id;
        return (
          <section key={id} class="gsec">
            <Head row={row} id={id} title={title} on={ids} />
            {groups.length === 0 && <p class="muted">{t(row === null ? 'graph.no_resource' : 'graph.no_perf')}</p>}
            <div class="gcards">{groups.map((g) => <Card key={g.key} group={g} view={view} marks={marks} subject={title} name={name} />)}</div>
          </section>
        );
      })}
    </>
  );
}

// The same label and unit of all in one graph.
export function together(lines: readonly Line[], known?: Map<string, string>): Group[] {
  const labels = new Map<string, Line[]>();
  for (const l of lines) labels.set(`${l.label}\n${l.unit.key}`, [...(labels.get(`${l.label}\n${l.unit.key}`) ?? []), l]);
  return [...labels].flatMap(([key, all]) => groupsOf(all, known).map((g) => ({ ...g, key: `${key}/${g.key}` }))).sort((a, b) => b.lines.length - a.lines.length);
}

function Together({ ids, feed, view, rows }: { ids: readonly string[]; feed: Feed; view: View; rows: Rows }): JSX.Element {
  const known = useMemo(() => new Map<string, string>(), []);
  const marks = useMemo(() => marksOf(feed.past.value), [feed.past.value]);
  const groups = useMemo(() => together(feed.lines.value, known), [feed.lines.value]);
  const name = useMemo(() => (line: Line): string => {
    const row = rows.get(line.resource);
    return (row ? nameOf(row) : subjectOf(line)) + agoText(line);
  }, [rows]);
  return (
    <>
      <ul class="ons">{ids.map((id) => {
        const line = feed.lines.value.find((l) => l.resource === id);
        const row = rows.get(id);
        return <li key={id}><Head row={row} id={id} title={row ? nameOf(row) : line ? subjectOf(line) : id} on={ids} /></li>;
      })}</ul>
      <div class="gcards">{groups.map((g) => <Card key={g.key} group={g} view={view} marks={marks} subject="" name={name} height={230} />)}</div>
    </>
  );
}

const Start = (): JSX.Element => <div class="empty"><Icon name="graph" big /><h2>{t('graph.start')}</h2><p>{t('graph.start_text')}</p></div>;

export function Page(): JSX.Element {
  const view = useView();
  const ids = useMemo(() => route.value.on.slice(0, MOST), [route.value.on.join(',')]);
  const rows = useRows(ids);
  const moment = [...rows.values()].map((row) => (row ? momentOf(row) : '')).join();
  const { feed, again } = useFeed(ids, view, POINTS, moment);
  const mode = route.value.together ? 'all' : 'each';
  const body = { ids, feed, view, rows };
  return (
    <main id="main" class="scroll" tabIndex={-1}>
      <div class="graphs gpage">
        <div class="bar">
          <h1>{t('page.graphs')}</h1>
          {ids.length < MOST ? <Picker on={ids} add={(id) => setOn([...ids, id])} /> : <span class="muted">{t('graph.most', { n: MOST })}</span>}
          {ids.length > 1 && <Segments label={t('graph.mode')} value={mode} options={[['each', t('graph.each')], ['all', t('graph.together')]]} onPick={(m) => go({ together: m === 'all' }, 'replace')} />}
        </div>
        {ids.length > 0 && <TimeBar view={view} busy={feed.busy.value} compare />}
        {ids.length === 0 ? <Start /> : <FeedState feed={feed} again={again} none={() => <Each {...body} />}>{mode === 'all' && ids.length > 1 ? <Together {...body} /> : <Each {...body} />}</FeedState>}
      </div>
    </main>
  );
}
