// SPDX-License-Identifier: Apache-2.0
// One resource beside the list: first why it is as it is, then what can be done, then everything known, a tab for each question.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { duration, exact, seconds } from '../format.ts';
import { personOf } from '../person.ts';
import { t, type Key } from '../i18n/i18n.ts';
import { momentOf, nameOf, type Detail } from '../model.ts';
import { go, only, route, TABS, type Tab } from '../route.ts';
import { choiceOf } from '../store/actions.ts';
import { detail, detailState } from '../store/detail.ts';
import { slowNow } from '../store/now.ts';
import { rows } from '../store/list.ts';
import { closePanel, panelCame } from '../keys.ts';
import { whyOf } from './why.ts';
import { Acts } from '../parts/acts.tsx';
import { Kbd } from '../parts/bits.tsx';
import { Icon, StateWord } from '../parts/icons.tsx';
import { Marks } from '../parts/marks.tsx';
import { GraphTab, Strip } from '../lazy.tsx';
import { Configuration } from './config.tsx';
import { Details } from './details.tsx';
import { AllEvents } from './events.tsx';
import { untilWords } from './notes.tsx';
import { Reasons } from './told.tsx';

export { PerfTable } from './perf.tsx'; // for the page of components
export { Section } from './section.tsx';
export { Popup } from '../parts/popup.tsx';

// By whom and until when, of what the tags say.
function marksWho(d: Detail): string {
  const down = d.downtimes?.find((w) => w.active);
  return [d.acknowledged && d.acknowledgement?.author && personOf(d.acknowledgement.author), d.in_downtime && down && untilWords(down.end)].filter(Boolean).join(' · ');
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

const tabText = (tab: Tab): string => t(`panel.tab_${tab || 'details'}` as Key);

// As the rules of tab lists have it: arrows, Home and End move, and what is moved to shows.
function Tabs(): JSX.Element {
  const on = route.value.tab;
  const show = (tab: Tab): void => go({ tab }, 'replace');
  useEffect(() => document.getElementById(`tab-${on}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [on]);
  const key = (e: KeyboardEvent): void => {
    const at = TABS.indexOf(on);
    const to = { ArrowLeft: (at + TABS.length - 1) % TABS.length, ArrowRight: (at + 1) % TABS.length, Home: 0, End: TABS.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    show(TABS[to]!);
    requestAnimationFrame(() => document.getElementById(`tab-${TABS[to]!}`)?.focus());
  };
  return (
    <div class="tabs" role="tablist" aria-label={t('panel.tabs')} onKeyDown={key}>
      {TABS.map((tab) => <button type="button" key={tab} id={`tab-${tab}`} role="tab" aria-selected={on === tab} aria-controls="tabbed" tabIndex={on === tab ? 0 : -1} onClick={() => show(tab)}>{tabText(tab)}</button>)}
    </div>
  );
}

const Waiting = ({ missing }: { missing: boolean }): JSX.Element => (
  <>
    <header class="ph">
      <div class="l1"><span class="sp" /><Kbd k="Esc" /><button type="button" class="btn ghost icon" aria-label={t('panel.close')} onClick={closePanel}><Icon name="close" /></button></div>
      <h2 id="panel-title" tabIndex={-1}>{missing ? t('panel.missing') : t('list.loading')}</h2>
      {missing && <p class="sub">{t('panel.missing_text')}</p>}
    </header>
  </>
);

// What the list knows is enough for the graphs; the rest waits for all of it.
function Tabbed({ d, full }: { d: Detail; full: boolean }): JSX.Element {
  const { tab } = route.value;
  const body = (): JSX.Element | false => {
    if (tab === 'graph') return <GraphTab key={d.id} id={d.id} subject={nameOf(d)} moment={momentOf(d)} perf={d.perfdata} />;
    if (!full) return false;
    if (tab === 'timeline') return <div class="body"><Strip id={d.id} moment={momentOf(d)} /><AllEvents /></div>;
    if (tab === 'told') return <div class="body"><Reasons d={d} /></div>;
    if (tab === 'config') return <div class="body"><Configuration key={d.id} d={d} /></div>;
    return <Details d={d} />;
  };
  return <div id="tabbed" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={-1}>{body()}</div>;
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
