// SPDX-License-Identifier: Apache-2.0
// The first tab: what was found and measured, when it is checked again and at once, what is to be read and who is on it, what stands around it.
import type { ComponentChildren, JSX } from 'preact';
import { duration, exact, num, seconds } from '../format.ts';
import { quantity } from '../quantity.ts';
import { lang, said, t } from '../i18n/i18n.ts';
import { isProblem, momentOf, type Detail } from '../model.ts';
import { go, only } from '../route.ts';
import { now } from '../store/now.ts';
import { Age } from '../parts/bits.tsx';
import { Strip } from '../lazy.tsx';
import { LatestEvents } from './events.tsx';
import { Kin } from './kin.tsx';
import { Comments, Downtimes } from './notes.tsx';
import { PerfTable } from './perf.tsx';
import { Run } from './run.tsx';
import { Section } from './section.tsx';

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

// Only links that lead somewhere: not a script, not another scheme.
const safeUrl = (url: string | undefined): string => (url && /^(https?:\/\/|\/(?!\/))/i.test(url) ? url : '');

export function Facts({ d }: { d: Detail }): JSX.Element {
  const fact = (label: string, value: ComponentChildren): JSX.Element | null => (value ? <><dt>{label}</dt><dd>{value}</dd></> : null);
  const list = (items: string[] | undefined): string => (items ?? []).join(', ');
  return (
    <Section title={t('panel.facts')}>
      <dl class="facts">
        {fact(t('panel.fact_address'), d.address)}
        {fact(t('panel.fact_latency'), d.latency_ms !== undefined && seconds(d.last_check) ? quantity(d.latency_ms, 'ms') : '')}
        {(d.passive ?? d.check_type === 'passive') && <><dt /><dd>{t('panel.fact_passive')}</dd></>}
        {fact(t('panel.fact_groups'), d.groups?.length && d.groups.map((g) => <button type="button" key={g} class="ln" aria-label={t('panel.group_only', { group: g })} onClick={() => only({ group: [g] })}>{g}</button>))}
        {fact(t('panel.fact_severity'), d.severity && t('panel.severity', { name: d.severity.name, level: String(d.severity.level) }))}
        {fact(t('panel.fact_tags'), list(d.tags?.map((x) => t(`panel.tag_${x.kind}`, { name: x.name }))))}
        {fact(t('panel.fact_contacts'), list(d.contacts))}
        {fact(t('panel.fact_source'), d.source?.file && <><code>{t('panel.source_line', { file: d.source.file, line: String(d.source.line) })}</code> <button type="button" class="ln own" onClick={() => go({ tab: 'config' }, 'replace')}>{t('panel.all_config')}</button></>)}
      </dl>
    </Section>
  );
}

// What to do about it, as who configured it wrote it down: it stands before everything that is only known.
function Runbook({ d }: { d: Detail }): JSX.Element | null {
  const links = ([[d.notes_url, t('panel.fact_notes_url')], [d.action_url, t('panel.fact_action_url')]] as const).filter(([url]) => safeUrl(url));
  if (!d.notes && links.length === 0) return null;
  return (
    <Section title={t('panel.runbook')}>
      {d.notes && <p class="notes">{d.notes}</p>}
      {links.length > 0 && <p class="links">{links.map(([url, text]) => <a key={text} class="btn" href={safeUrl(url)} target="_blank" rel="noreferrer noopener">{text}<span class="sr"> {t('panel.new_tab')}</span></a>)}</p>}
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

export function Details({ d }: { d: Detail }): JSX.Element {
  const written = d.acknowledged || (d.comments?.length ?? 0) > 0; // what colleagues wrote stands high; that they wrote nothing does not
  return (
    <div class="body">
      <Output d={d} />
      <Runbook d={d} />
      <Downtimes d={d} />
      {written && <Comments d={d} />}
      <Measurements d={d} />
      <NextCheck d={d} />
      <Run d={d} />
      <Strip id={d.id} moment={momentOf(d)} />
      <LatestEvents />
      {!written && <Comments d={d} />}
      <Kin d={d} />
      <Facts d={d} />
    </div>
  );
}
