// SPDX-License-Identifier: Apache-2.0
// How Vigie itself does: its processes and what each is kept from, its record, what of the configuration has no effect yet.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { durationLong, exact, moment, num, seconds } from '../../format.ts';
import { quantity } from '../../quantity.ts';
import { allCaps, capNames } from './caps.ts';
import { t, type Key } from '../../i18n/i18n.ts';
import type { Place, RoleStatus, Status } from '../../model.ts';
import { now } from '../../store/now.ts';
import { degraded, doubtful, readStatus, refused, remarks, status, warnings, writing } from '../../store/status.ts';
import { Icon } from '../../parts/icons.tsx';

const Tile = (props: { k: string; v: ComponentChildren; d?: ComponentChildren; bad?: boolean }): JSX.Element => (
  <div class={props.bad ? 'tile bad' : 'tile'}><div class="k">{props.k}</div><div class="v">{props.v}</div>{props.d && <div class="d">{props.d}</div>}</div>
);

function levelName(level: string | number | undefined): string {
  if (level === undefined || level === null) return '—';
  const named = `plat.level_${level}`;
  const known: readonly string[] = ['plat.level_full', 'plat.level_partial', 'plat.level_none'];
  return known.includes(named) ? t(named as Key) : String(level);
}

// Nothing catches up while writing fails.
function recordText(s: Status): string {
  const lag = s.history?.lag ?? 0;
  const seq = s.journal?.seq;
  if (degraded.value) return degraded.value;
  if (writing.value === 'stands') return t('plat.journal_stands_text');
  if (writing.value === 'part') return lag > 0 ? t('plat.history_waits', { n: lag }) : t('plat.journal_part_text');
  if (lag > 0) return t('plat.history_lag', { n: lag });
  return seq === undefined ? '' : t('plat.journal_seq', { n: Number(seq) });
}

const RECORD: Record<typeof writing.value, Key> = { '': 'plat.journal_ok', all: 'plat.journal_bad', part: 'plat.journal_part', stands: 'plat.journal_stands' };

function Tiles({ s }: { s: Status }): JSX.Element {
  const began = seconds(s.program_start);
  const up = began === null ? '—' : durationLong(now.value / 1000 - began);
  const { active, passive, running, latency_ms: latency } = s.checks ?? {};
  return (
    <div class="tiles">
      <Tile k={t('plat.version')} v={s.version} d={s.build && t('plat.build', { build: s.build })} />
      <Tile k={t('plat.running')} v={up} d={<span data-tip={exact(s.program_start)} tabIndex={0}>{t('plat.since', { when: moment(s.program_start, now.value) })}</span>} />
      {active !== undefined && <Tile k={t('plat.checks')} v={num(active + (passive ?? 0), 0)} d={t('plat.checks_text', { n: running ?? 0 })} />}
      {latency !== undefined && <Tile k={t('plat.latency')} v={quantity(latency, 'ms')} d={t('plat.latency_text')} />}
      <Tile k={t('plat.journal')} v={t(RECORD[writing.value])} bad={writing.value !== ''} d={recordText(s)} />
      {s.level !== undefined && <Tile k={t('plat.level')} v={levelName(s.level)} d={t('plat.level_text')} />}
    </div>
  );
}

const Fact = ({ good, text }: { good: boolean; text: string }): JSX.Element => (
  <span class={`fact ${good ? 'good' : 'bad-t'}`}><Icon name={good ? 'check' : 'alert'} />{text}</span>
);

const JOBS: readonly string[] = ['parent', 'conf', 'engine', 'runner', 'prober', 'notifier', 'store', 'reader', 'gate', 'auth', 'web', 'local', 'link'];

function landlockFact(r: RoleStatus): JSX.Element {
  const value = r.landlock;
  // Plugins are other people's programs: they may need any file of the machine, so the runner is not kept from files, by intention.
  if (r.role === 'runner' && (!value || value === '0' || value === 'none')) return <span class="muted">{t('plat.files_plugins')}</span>;
  if (!value || value === '0' || value === 'none') return <Fact good={false} text={t('plat.unconfined')} />;
  return <Fact good text={value === true ? t('plat.confined_plain') : t('plat.confined', { level: String(value) })} />;
}

function capsText(caps: string | undefined): string {
  const names = capNames(caps ?? '');
  if (names.length === 0) return t('plat.none');
  return allCaps(names) ? t('plat.all_caps') : names.join(', ');
}

const RUNNING = ['', 'ready', 'running'];

function RoleRow({ r, files }: { r: RoleStatus; files: boolean }): JSX.Element {
  const filtered = Boolean(r.seccomp) && r.seccomp !== '0' && r.seccomp !== 'none';
  return (
    <tr>
      <th scope="row">{r.role}{r.instance ? ` ${r.instance + 1}` : ''}{!RUNNING.includes(r.state ?? '') && <span class="tag bad-t">{t('plat.not_running')}</span>}<div class="muted role-job">{JOBS.includes(r.role) && t(`plat.job_${r.role}` as Key)}</div></th>
      <td>{r.user ?? r.uid ?? '—'}</td>
      <td><Fact good={filtered} text={t(filtered ? 'plat.filtered' : 'plat.free')} /></td>
      {files && <td>{landlockFact(r)}</td>}
      <td>{r.no_new_privs ? <Fact good text={t('plat.barred')} /> : r.role === 'runner' ? <span class="muted">{t('plat.plugins')}</span> : <Fact good={false} text={t('plat.possible')} />}</td>
      <td>{capsText(r.capabilities)}</td>
      <td class="num">{r.rss_kb ? quantity(r.rss_kb, 'KiB') : '—'}</td>
      <td class={`num ${r.restarts ? 'bad-t' : ''}`}>{num(r.restarts ?? 0, 0)}</td>
    </tr>
  );
}

// What a kernel does not tell is not shown as missing.
const toldFiles = (roles: readonly RoleStatus[]): boolean => roles.some((r) => r.landlock !== undefined);
const heads = (roles: readonly RoleStatus[]): Key[] =>
  ['plat.role', 'plat.user', 'plat.seccomp', ...(toldFiles(roles) ? ['plat.landlock'] as const : []), 'plat.privs', 'plat.caps'];

const Roles = ({ roles }: { roles: readonly RoleStatus[] }): JSX.Element => (
  <section class="block">
    <header><h2>{t('plat.roles')}</h2><p>{t('plat.roles_text')}</p></header>
    <div class="x" tabIndex={0} role="region" aria-label={t('plat.roles')}>
      <table class="grid">
        <thead><tr>
          {heads(roles).map((k) => <th scope="col" key={k}>{t(k)}</th>)}
          <th scope="col" class="num">{t('plat.memory')}</th><th scope="col" class="num">{t('plat.restarts')}</th>
        </tr></thead>
        <tbody>{roles.map((r) => <RoleRow key={`${r.role}/${r.instance ?? 0}`} r={r} files={toldFiles(roles)} />)}</tbody>
      </table>
    </div>
  </section>
);

const NotYet = ({ items }: { items: NonNullable<Status['not_yet']> }): JSX.Element => (
  <section class="block">
    <header><h2>{t('plat.not_yet')}</h2><p>{t(items.length > 0 ? 'plat.not_yet_text' : 'plat.not_yet_none')}</p></header>
    {items.length > 0 && (
      <div class="x" tabIndex={0} role="region" aria-label={t('plat.not_yet')}>
        <table class="grid">
          <thead><tr><th scope="col">{t('plat.directive')}</th><th scope="col">{t('plat.where')}</th></tr></thead>
          <tbody>{items.map((i) => <tr key={`${i.directive}${i.file}${i.line}`}><th scope="row"><code>{i.directive}</code></th><td>{i.file && t('panel.source_line', { file: i.file, line: String(i.line ?? '?') })}</td></tr>)}</tbody>
        </table>
      </div>
    )}
  </section>
);

const place = (p: Place): string => [p.file, p.line, p.column].filter(Boolean).join(':');
const SHOWN = 5;

// Lines of the configuration: the first ones at once, the others folded.
function Places({ list, count }: { list: readonly Place[]; count: number }): JSX.Element {
  const line = (p: Place, i: number): JSX.Element => <li key={i}>{place(p) && <code>{place(p)}</code>} {p.text}</li>;
  const rest = list.slice(SHOWN);
  return (
    <>
      <ul class="places">{list.slice(0, SHOWN).map(line)}</ul>
      {rest.length > 0 && <details><summary>{t('plat.more_lines', { n: rest.length })}</summary><ul class="places">{rest.map(line)}</ul></details>}
      {count > list.length && <p class="muted">{t('plat.unlisted', { n: count - list.length })} <code>vigie check</code></p>}
    </>
  );
}

function Refused(): JSX.Element | null {
  const r = refused.value;
  if (!r) return null;
  return <li class="bad"><Icon name="alert" /><div><b>{t('plat.reload_refused', { when: moment(r.time, now.value) })}</b> {t('note.reload_text')}<Places list={r.errors ?? []} count={r.error_count ?? 0} /></div></li>;
}

function Doubtful(): JSX.Element | null {
  if (doubtful.value === 0) return null;
  return <li><Icon name="alert" /><div><b>{t('plat.config_warnings', { n: doubtful.value })}</b><Places list={status.value?.config_warnings ?? []} count={doubtful.value} /></div></li>;
}

function Warnings(): JSX.Element | null {
  const all = [...warnings.value, ...remarks.value];
  if (all.length === 0 && !degraded.value && !refused.value && doubtful.value === 0) return null;
  return (
    <section class="block" role="status">
      <header><h2>{t('plat.warnings')}</h2></header>
      <ul class="warns">
        {degraded.value && <li class="bad"><Icon name="alert" /><span>{t('note.degraded_text', { why: degraded.value })}</span></li>}
        <Refused />
        {all.map((w) => <li key={w}><Icon name="alert" /><span>{w}</span></li>)}
        <Doubtful />
      </ul>
    </section>
  );
}

export function Page(): JSX.Element {
  useEffect(() => { void readStatus(); }, []);
  const s = status.value;
  return (
    <main id="main" class="scroll" tabIndex={-1}>
      <div class="plat">
        <div class="bar"><h1>{t('page.platform')}</h1></div>
        {s ? <><Warnings /><Tiles s={s} />{s.roles && s.roles.length > 0 && <Roles roles={s.roles} />}<NotYet items={s.not_yet ?? []} /></> : <p class="muted" aria-busy="true">{t('list.loading')}</p>}
      </div>
    </main>
  );
}
