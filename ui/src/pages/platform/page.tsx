// SPDX-License-Identifier: Apache-2.0
// How Vigie itself does: its processes and what each is kept from, its record, what of the configuration has no effect yet.
import { Fragment, type ComponentChildren, type JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { api, errorText } from '../../api.ts';
import { durationLong, exact, moment, num, seconds } from '../../format.ts';
import { quantity } from '../../quantity.ts';
import { allCaps, capNames } from './caps.ts';
import { t, type Key } from '../../i18n/i18n.ts';
import type { Place, RoleStatus, Status } from '../../model.ts';
import { may } from '../../rights.ts';
import { now } from '../../store/now.ts';
import { toast } from '../../store/toast.ts';
import { degraded, doubtful, readStatus, refused, remarks, status, warnings, writing } from '../../store/status.ts';
import { Icon } from '../../parts/icons.tsx';

const Tile = (props: { k: string; v: ComponentChildren; d?: ComponentChildren; bad?: boolean }): JSX.Element => (
  <div class={props.bad ? 'tile bad' : 'tile'}><div class="k">{props.k}</div><div class="v">{props.v}</div>{props.d && <div class="d">{props.d}</div>}</div>
);

type Level = 'full' | 'partial' | 'none';
const isOn = (value: unknown): boolean => Boolean(value) && value !== '0' && value !== 'none';

// What the processes really are kept from; plugins may need any file, so that the runner's files do not count.
function levelOf(roles: readonly RoleStatus[]): Level {
  const facts = roles.filter((r) => RUNNING.includes(r.state ?? '')).flatMap((r) => [isOn(r.seccomp), ...(r.role === 'runner' || !toldFiles(roles) ? [] : [isOn(r.landlock)])]);
  return facts.every(Boolean) ? 'full' : facts.some(Boolean) ? 'partial' : 'none';
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
      {latency !== undefined && <Tile k={t('plat.latency')} v={quantity(latency, 'ms')} d={s.checks?.['latency_max_ms'] === undefined ? t('plat.latency_text') : t('plat.latency_most', { max: quantity(s.checks['latency_max_ms'], 'ms') })} />}
      <Tile k={t('plat.journal')} v={t(RECORD[writing.value])} bad={writing.value !== ''} d={recordText(s)} />
      {s.snapshot && <Tile k={t('plat.snapshot')} v={t('plat.revision', { n: s.snapshot.revision })} d={<><span data-tip={exact(s.snapshot.since)} tabIndex={0}>{t('plat.since', { when: moment(s.snapshot.since, now.value) })}</span>{`; ${t('plat.hosts', { n: s.snapshot.hosts })}, ${t('plat.services', { n: s.snapshot.services })}`}</>} />}
      {s.roles && s.roles.length > 0 && <Tile k={t('plat.level')} v={t(`plat.level_${levelOf(s.roles)}`)} bad={levelOf(s.roles) === 'none'} d={t('plat.level_text')} />}
    </div>
  );
}

const Fact = ({ good, text }: { good: boolean; text: string }): JSX.Element => (
  <span class={`fact ${good ? 'good' : 'bad-t'}`}><Icon name={good ? 'check' : 'alert'} />{text}</span>
);

const CAPS = ['net_raw', 'net_bind_service', 'kill', 'setuid', 'setgid', 'chown', 'fowner', 'dac_override', 'dac_read_search', 'sys_nice', 'sys_resource', 'audit_write'] as const;
const JOBS: readonly string[] = ['parent', 'conf', 'engine', 'runner', 'prober', 'notifier', 'store', 'reader', 'gate', 'auth', 'web', 'local', 'link'];

function landlockFact(r: RoleStatus): JSX.Element {
  const value = r.landlock;
  // Plugins are other people's programs: they may need any file of the machine, so the runner is not kept from files, by intention.
  if (r.role === 'runner' && (!value || value === '0' || value === 'none')) return <span class="muted">{t('plat.files_plugins')}</span>;
  if (!value || value === '0' || value === 'none') return <Fact good={false} text={t('plat.unconfined')} />;
  return <Fact good text={value === true ? t('plat.confined_plain') : t('plat.confined', { level: String(value) })} />;
}

// In words, with the kernel's name of it under the pointer.
function Caps({ caps }: { caps: string | undefined }): JSX.Element {
  const names = capNames(caps ?? '');
  if (names.length === 0) return <>{t('plat.none')}</>;
  if (allCaps(names)) return <>{t('plat.all_caps')}</>;
  return <>{names.map((name, i) => <span key={name} data-tip={`CAP_${name.toUpperCase()}`} tabIndex={0}>{i > 0 && ', '}{(CAPS as readonly string[]).includes(name) ? t(`plat.cap_${name}` as Key) : t('plat.cap_other', { name })}</span>)}</>;
}

const RUNNING = ['', 'ready', 'running'];

function RoleRow({ r, files }: { r: RoleStatus; files: boolean }): JSX.Element {
  const filtered = isOn(r.seccomp);
  return (
    <tr>
      <th scope="row">{r.role}{r.instance ? ` ${r.instance + 1}` : ''}{!RUNNING.includes(r.state ?? '') && <span class="tag bad-t">{t('plat.not_running')}</span>}<div class="muted role-job">{JOBS.includes(r.role) && t(`plat.job_${r.role}` as Key)}</div></th>
      <td>{r.user ?? r.uid ?? '—'}</td>
      <td><Fact good={filtered} text={t(filtered ? 'plat.filtered' : 'plat.free')} /></td>
      {files && <td>{landlockFact(r)}</td>}
      <td>{r.no_new_privs ? <Fact good text={t('plat.barred')} /> : r.role === 'runner' ? <span class="muted">{t('plat.plugins')}</span> : <Fact good={false} text={t('plat.possible')} />}</td>
      <td><Caps caps={r.capabilities} /></td>
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
        <caption class="sr">{t('plat.roles')}</caption>
        <thead><tr>
          {heads(roles).map((k) => <th scope="col" key={k}>{t(k)}</th>)}
          <th scope="col" class="num">{t('plat.memory')}</th><th scope="col" class="num">{t('plat.restarts')}</th>
        </tr></thead>
        <tbody>{roles.map((r) => <RoleRow key={`${r.role}/${r.instance ?? 0}`} r={r} files={toldFiles(roles)} />)}</tbody>
      </table>
    </div>
  </section>
);

interface Queue {
  key: Key;
  n: number | undefined;
  text: string;
  bad?: boolean;
}

// What waits somewhere, and what that means.
function queuesOf(s: Status): Queue[] {
  const waited = s.journal?.waiting_ms ?? 0;
  return [
    { key: 'plat.q_journal', n: s.journal?.waiting, text: waited > 0 ? t('plat.q_journal_waited', { d: quantity(waited, 'ms') }) : t('plat.q_journal_text'), bad: writing.value === 'all' || writing.value === 'stands' },
    { key: 'plat.q_history', n: s.history?.lag, text: t('plat.q_history_text') },
    { key: 'plat.q_states', n: s.states?.lag, text: t('plat.q_states_text') },
    { key: 'plat.q_series', n: s.series?.lag, text: t('plat.q_series_text'), bad: s.series?.failed === true },
    { key: 'plat.q_commands', n: s.queues?.commands, text: t('plat.q_commands_text') },
    { key: 'plat.q_notifications', n: s.queues?.notifications, text: t('plat.q_notifications_text') },
    { key: 'plat.q_handlers', n: s.queues?.handlers, text: t('plat.q_handlers_text') },
    { key: 'plat.q_log', n: s.queues?.log_lines, text: t('plat.q_log_text') },
  ];
}

const Queues = ({ s }: { s: Status }): JSX.Element => (
  <section class="block">
    <header><h2>{t('plat.queues')}</h2><p>{t('plat.queues_text')}</p></header>
    <div class="x" tabIndex={0} role="region" aria-label={t('plat.queues')}>
      <table class="grid">
        <caption class="sr">{t('plat.queues')}</caption>
        <thead><tr><th scope="col">{t('plat.q_what')}</th><th scope="col" class="num">{t('plat.q_waits')}</th><th scope="col">{t('plat.q_meaning')}</th></tr></thead>
        <tbody>
          {queuesOf(s).filter((q) => q.n !== undefined).map((q) => <tr key={q.key}><th scope="row">{t(q.key)}</th><td class={`num ${q.bad ? 'bad-t' : ''}`}>{num(q.n ?? 0, 0)}</td><td class="muted">{q.text}</td></tr>)}
          {(s.exports ?? []).map((x) => <tr key={x.target}><th scope="row">{t('plat.q_export', { name: x.target })}</th><td class={`num ${x.error ? 'bad-t' : ''}`}>{num(x.lag_records, 0)}</td><td class="muted">{x.error || (x.lag_seconds > 0 ? t('plat.q_export_lag', { d: durationLong(x.lag_seconds) }) : t('plat.q_export_text'))}</td></tr>)}
        </tbody>
      </table>
    </div>
  </section>
);

async function reload(): Promise<void> {
  try {
    await api('POST', '/reload', { body: {} });
    toast(t('plat.reload_asked'));
    await readStatus();
  } catch (error) {
    toast(errorText(error), true);
  }
}

function Configuration({ s }: { s: Status }): JSX.Element {
  const r = s.reload;
  const until = s.process?.page?.certificate_until_s;
  const facts: [Key, ComponentChildren][] = [
    ['plat.c_reload', r ? t(r.ok ? 'plat.c_taken' : 'plat.c_refused', { when: moment(r.time, now.value) }) : t('plat.c_never')],
    ...(s.process?.main_file ? [['plat.c_main', <code key="m">{s.process.main_file}</code>] as [Key, ComponentChildren]] : []),
    ...(s.process?.state_dir ? [['plat.c_state', <code key="s">{s.process.state_dir}</code>] as [Key, ComponentChildren]] : []),
    ...(s.process?.page?.address ? [['plat.c_page', `${s.process.page.address}, ${t(s.process.page.tls ? 'plat.c_tls' : 'plat.c_plain')}`] as [Key, ComponentChildren]] : []),
    ...(until ? [['plat.c_certificate', exact(new Date(until * 1000).toISOString())] as [Key, ComponentChildren]] : []),
  ];
  return (
    <section class="block">
      <header class="row"><div><h2>{t('plat.configuration')}</h2><p>{t('plat.configuration_text')}</p></div>{may('reload.run') && <button type="button" class="btn" onClick={() => void reload()}>{t('plat.reload')}</button>}</header>
      <div class="pad"><dl class="facts">{facts.map(([key, value]) => <Fragment key={key}><dt>{t(key)}</dt><dd>{value}</dd></Fragment>)}</dl></div>
    </section>
  );
}

const NotYet = ({ items }: { items: NonNullable<Status['not_yet']> }): JSX.Element => (
  <section class="block">
    <header><h2>{t('plat.not_yet')}</h2><p>{t(items.length > 0 ? 'plat.not_yet_text' : 'plat.not_yet_none')}</p></header>
    {items.length > 0 && (
      <div class="x" tabIndex={0} role="region" aria-label={t('plat.not_yet')}>
        <table class="grid">
          <caption class="sr">{t('plat.not_yet')}</caption>
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
        {s ? <><Warnings /><Tiles s={s} /><Configuration s={s} /><Queues s={s} />{s.roles && s.roles.length > 0 && <Roles roles={s.roles} />}{s.not_yet && <NotYet items={s.not_yet} />}</> : <p class="muted" aria-busy="true">{t('list.loading')}</p>}
      </div>
    </main>
  );
}
