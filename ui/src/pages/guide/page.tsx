// SPDX-License-Identifier: Apache-2.0
// The first steps, for who has just set Vigie up: what it watches, and what makes it one's own. A step ticks itself when the server has seen it done.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { api, session } from '../../api.ts';
import { useRead } from '../../admin/read.ts';
import { prefs, setPrefs, t } from '../../i18n/i18n.ts';
import { Icon } from '../../parts/icons.tsx';
import { may } from '../../rights.ts';
import { DEFAULT_ROUTE, go, type PageName } from '../../route.ts';
import { readStatus, status } from '../../store/status.ts';
import './guide.css';

interface Seen {
  users: number;
  told: boolean; // somebody was, once
}

async function look(): Promise<Seen> {
  const [users, events] = await Promise.all([api<{ users: unknown[] }>('GET', '/users'), may('events.read') ? api<{ events: unknown[] }>('GET', '/events?kind=notification&limit=1') : null]);
  return { users: users.users.length, told: (events?.events.length ?? 0) > 0 };
}

const Go = ({ to, text }: { to: PageName; text: string }): JSX.Element => <button type="button" class="btn" onClick={() => go({ ...DEFAULT_ROUTE, page: to })}>{text}</button>;

interface Step {
  name: string;
  done: boolean;
  title: string;
  body: ComponentChildren;
}

// Whole in itself: it is taken over in any configuration, whatever is defined there.
const EXAMPLE = `define command {
  command_name        ping-web1
  command_line        /usr/lib/nagios/plugins/check_ping -H $HOSTADDRESS$ -w 100,20% -c 500,60% -p 1
}
define host {
  host_name           web1
  address             192.0.2.10
  check_command       ping-web1
  max_check_attempts  3
}`;

function Configuration(): JSX.Element {
  const main = status.value?.process?.main_file;
  const of = main ? ` -c ${main}` : '';
  return (
    <>
      <p>{t('guide.config_text')}</p>
      {main && <p class="muted">{t('guide.config_main')} <code>{main}</code></p>}
      <ol class="how">
        <li>{t('guide.config_write')}<pre>{EXAMPLE}</pre></li>
        <li>{t('guide.config_check')}<pre>{`vigie check${of}`}</pre></li>
        <li>{t('guide.config_reload')}<pre>{`vigie ctl reload${of}`}</pre></li>
      </ol>
      <p class="muted">{t('guide.config_nagios')}</p>
    </>
  );
}

const People = (): JSX.Element => (
  <>
    <p>{t('guide.told_text')}</p>
    <pre>{'define command {\n  command_name  mail-service\n  command_line  /usr/bin/printf "%b" "$SERVICEOUTPUT$" | mail -s "$HOSTNAME$ $SERVICEDESC$ $SERVICESTATE$" $CONTACTEMAIL$\n}\ndefine contact {\n  contact_name                   ann\n  email                          ann@example.org\n  service_notification_commands  mail-service\n  ...\n}'}</pre>
    <p class="muted">{t('guide.told_shell')}</p>
  </>
);

function stepsOf(seen: Seen | null): Step[] {
  const s = status.value;
  const snapshot = s?.snapshot;
  return [
    { name: 'watch', done: (s?.checks?.['active'] ?? 0) > 0, title: t('guide.watch'), body: <><p>{snapshot ? t('guide.watch_text', { hosts: t('guide.hosts', { n: snapshot.hosts }), services: t('guide.services', { n: snapshot.services }) }) : t('list.loading')}</p><Go to="resources" text={t('guide.watch_go')} /></> },
    { name: 'config', done: s?.reload?.ok === true, title: t('guide.config'), body: <Configuration /> },
    { name: 'user', done: (seen?.users ?? 0) > 1, title: t('guide.user'), body: <><p>{t('guide.user_text')}</p><Go to="users" text={t('guide.user_go')} /></> },
    { name: 'told', done: seen?.told ?? false, title: t('guide.told'), body: <People /> },
    { name: 'totp', done: session.value?.totp?.on ?? false, title: t('guide.totp'), body: <><p>{t('guide.totp_text')}</p><Go to="account" text={t('guide.totp_go')} /></> },
  ];
}

const StepItem = ({ step, open }: { step: Step; open: boolean }): JSX.Element => (
  <li class={step.done ? 'step done' : 'step'}>
    <details open={open}>
      <summary><Icon name={step.done ? 'check' : 'ring'} /><h2>{step.title}</h2><span class="tag">{t(step.done ? 'guide.done' : 'guide.open')}</span></summary>
      <div class="in">{step.body}</div>
    </details>
  </li>
);

const AGAIN_MS = 5000;

export function Page(): JSX.Element {
  const { data, failed, again } = useRead(look);
  useEffect(() => {
    void readStatus();
    const timer = setInterval(() => { if (!document.hidden) again(); }, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const steps = stepsOf(data);
  const done = steps.filter((step) => step.done).length;
  const first = steps.find((step) => !step.done)?.name;
  const close = (): void => {
    void setPrefs({ guide: false });
    go(DEFAULT_ROUTE);
  };
  return (
    <main id="main" class="scroll" tabIndex={-1}>
      <div class="plat guide">
        <div class="bar"><h1 tabIndex={-1}>{t(done === steps.length ? 'guide.all_done' : 'guide.title')}</h1><span class="sp" />{prefs.value.guide && <button type="button" class="btn" onClick={close}>{t('guide.close')}</button>}</div>
        <p>{t('guide.text')}</p>
        <div class="way"><progress aria-label={t('guide.progress', { n: done, of: steps.length })} max={steps.length} value={done} /><span class="muted" role="status">{t('guide.progress', { n: done, of: steps.length })}</span></div>
        {failed && <p class="alert" role="alert">{failed}</p>}
        <ol class="steps">{steps.map((step) => <StepItem key={step.name} step={step} open={step.name === first || step.name === 'watch'} />)}</ol>
        {prefs.value.guide && <p class="muted">{t('guide.close_text')}</p>}
      </div>
    </main>
  );
}
