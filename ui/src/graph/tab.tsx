// SPDX-License-Identifier: Apache-2.0
// The graph tab of the panel: everything that one resource measures.
import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import { Icon } from '../parts/icons.tsx';
import type { Perf } from '../model.ts';
import { DEFAULT_ROUTE, formatRoute, go, route } from '../route.ts';
import { TimeBar } from './bar.tsx';
import { Card } from './card.tsx';
import type { Feed } from './feed.ts';
import { marksOf } from './marks.ts';
import { asWritten, groupsOf, type Line } from './model.ts';
import { useFeed, useView, useWritten } from './use.ts';

const POINTS = 600;

export const agoText = (line: Line): string => (line.compare ? ` · ${line.compare in AGO ? t(AGO[line.compare as keyof typeof AGO]) : line.compare}` : '');
const AGO = { '1d': 'graph.ago_1d', '7d': 'graph.ago_7d', '28d': 'graph.ago_28d' } as const;

export function FeedState({ feed, again, none, children }: { feed: Feed; again: () => void; none: () => JSX.Element; children: ComponentChildren }): JSX.Element {
  if (feed.state.value === 'failed') {
    return <div class="empty" role="alert"><Icon name="none" big /><h2>{t('graph.failed')}</h2><p>{feed.error.value}</p><button type="button" class="btn p" onClick={again}>{t('error.retry')}</button></div>;
  }
  if (feed.state.value === 'loading') return <div class="gwait" aria-busy="true"><p class="sr">{t('list.loading')}</p><span class="skel" /><span class="skel" /><span class="skel" /></div>;
  if (feed.lines.value.length === 0) return none();
  return (
    <>
      {feed.error.value && <p class="alert" role="alert">{t('graph.stale', { why: feed.error.value })}</p>}
      {feed.without.value && <p class="alert" role="alert">{t('graph.no_rates', { why: feed.without.value })}</p>}
      {feed.truncated.value && <p class="muted">{t('graph.truncated')}</p>}
      {children}
    </>
  );
}

const Nothing = (): JSX.Element => <div class="empty"><Icon name="zigzag" big /><h2>{t('graph.no_perf')}</h2><p>{t('graph.no_perf_text')}</p></div>;

export function GraphTab({ id, subject, moment, perf }: { id: string; subject: string; moment: string; perf: readonly Perf[] | undefined }): JSX.Element {
  const view = useView();
  const ids = useMemo(() => [id], [id]);
  const { feed, again } = useFeed(ids, view, POINTS, moment);
  const known = useMemo(() => new Map<string, string>(), [id]);
  const labels = useWritten()(id, perf);
  const groups = useMemo(() => groupsOf(asWritten(feed.lines.value, labels), known), [feed.lines.value, known, labels.size]);
  const marks = useMemo(() => marksOf(feed.past.value), [feed.past.value]);
  const name = useMemo(() => (line: Line): string => line.label + agoText(line), []);
  const { range, from, to, compare } = route.value;
  const page = { ...DEFAULT_ROUTE, page: 'graphs' as const, on: [id], range, from, to, compare };
  return (
    <div class="body graphs">
      <TimeBar view={view} busy={feed.busy.value} compare />
      <FeedState feed={feed} again={again} none={Nothing}>
        {groups.map((g) => <Card key={g.key} group={g} view={view} marks={marks} subject={subject} name={name} height={170} />)}
        <p><a class="btn ghost" href={formatRoute(page)} onClick={(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey) return; e.preventDefault(); go(page); }}>{t('graph.to_page')}</a></p>
      </FeedState>
    </div>
  );
}
