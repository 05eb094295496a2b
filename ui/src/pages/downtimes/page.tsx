// SPDX-License-Identifier: Apache-2.0
// Downtimes and acknowledgements: what is in force, what is planned, what comes again.
import './downtimes.css';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../../i18n/i18n.ts';
import { Segments } from '../../parts/bits.tsx';
import { may } from '../../rights.ts';
import { go, route } from '../../route.ts';
import { dialog } from '../../store/actions.ts';
import { Acknowledgements, Comments, Downtimes } from './lists.tsx';
import { Calendar } from './month.tsx';
import { Choose } from './plan.tsx';
import { failed, readAcknowledged, readComments, readDowntimes } from './store.ts';

const VIEWS = ['now', 'calendar', 'acks', 'comments'] as const;
type View = (typeof VIEWS)[number];
const READ: Record<View, () => Promise<void>> = { now: readDowntimes, calendar: readDowntimes, acks: readAcknowledged, comments: readComments };
const READ_MS = 10000;
const SOON_MS = 1500; // what was planned is there by then

// Read when it is opened, again and again, and when a form was closed.
function useReading(view: View): void {
  const open = dialog.value !== null;
  useEffect(() => {
    if (open) return undefined;
    const read = (): void => { if (!document.hidden) void READ[view](); };
    read();
    const soon = setTimeout(read, SOON_MS);
    const timer = setInterval(read, READ_MS);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [view, open]);
}

export function Page(): JSX.Element {
  const [choosing, setChoosing] = useState(false);
  const query = route.value.query;
  const view = VIEWS.find((v) => v === query['view']) ?? 'now';
  const q = query['q'] ?? '';
  useReading(view);
  const pick = (v: View): void => go({ query: v === 'now' ? {} : { view: v } });
  return (
    <main id="main" class="scroll dt-page" tabIndex={-1}>
      <div class="bar"><h1 tabIndex={-1}>{t('page.downtimes')}</h1><span class="sp" />
        {may('resources.downtime') && <button type="button" class="btn p" onClick={() => setChoosing(true)}>{t('downs.plan')}</button>}</div>
      <div class="dt-head">
        <Segments label={t('downs.views')} value={view} options={VIEWS.map((v) => [v, t(`downs.view_${v}`)] as const)} onPick={pick} />
        {view !== 'calendar' && <div class="dt-filter"><input type="search" aria-label={t('downs.filter')} placeholder={t('downs.filter')} value={q} onInput={(e) => go({ query: { ...query, q: e.currentTarget.value } }, 'replace')} /></div>}
      </div>
      {failed.value && <p class="alert" role="alert">{failed.value}</p>}
      {view === 'calendar' ? <Calendar /> : <div class="block">{view === 'now' ? <Downtimes q={q} /> : view === 'acks' ? <Acknowledgements q={q} /> : <Comments q={q} />}</div>}
      {choosing && <Choose onClose={() => setChoosing(false)} />}
    </main>
  );
}
