// SPDX-License-Identifier: Apache-2.0
// Before anyone is signed in: sign in, or use the set-up link of a fresh installation.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, ApiError, checkSetup, errorText, login, sessionEnded, setup } from '../../api.ts';
import { duration } from '../../format.ts';
import { t, type Key } from '../../i18n/i18n.ts';
import { goodPassword, goodUser, judge } from '../../password.ts';
import { DEFAULT_ROUTE, go } from '../../route.ts';
import { CODE_LENGTH, tokenIn } from '../../setup.ts';
import { Password, Rules } from '../../parts/fields.tsx';
import { Frame } from './frame.tsx';
import { now } from '../../store/now.ts';

function UserField(props: { value: string; error: string; help?: string; onText: (text: string) => void }): JSX.Element {
  return (
    <div class="field">
      <label for="user">{t('login.user')}</label>
      <input id="user" type="text" autofocus autocomplete="username" autocapitalize="off" spellcheck={false} maxLength={64} value={props.value}
        aria-invalid={Boolean(props.error)} aria-describedby="user-err" onInput={(e) => props.onText(e.currentTarget.value)} />
      <p id="user-err" class={props.error ? 'err' : 'help'}>{props.error || props.help}</p>
    </div>
  );
}

function loginError(error: unknown): string {
  if (error instanceof ApiError && (error.code === 'totp_wrong' || error.code === 'totp_needed')) return t('login.code_wrong');
  if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return t('login.wrong');
  return errorText(error);
}

// The second step: the password was right.
function CodeStep({ recovery, code, setCode, swap }: { recovery: boolean; code: string; setCode: (text: string) => void; swap: () => void }): JSX.Element {
  return (
    <>
      <div class="field">
        <label for="code">{t(recovery ? 'login.recovery' : 'login.code')}</label>
        <input id="code" class="one-time" type="text" inputMode={recovery ? 'text' : 'numeric'} autocomplete="one-time-code" autocapitalize="off" spellcheck={false} maxLength={40} value={code} aria-describedby="code-help" onInput={(e) => setCode(e.currentTarget.value)} />
        <p id="code-help" class="help">{t(recovery ? 'login.recovery_help' : 'login.code_help')}</p>
      </div>
      <button type="button" class="ln" onClick={swap}>{t(recovery ? 'login.use_code' : 'login.use_recovery')}</button>
    </>
  );
}

function LoginForm(): JSX.Element {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [second, setSecond] = useState<'' | 'code' | 'recovery'>('');
  const [code, setCode] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [until, setUntil] = useState(0); // when one may try again
  const waitS = Math.ceil((until - now.value) / 1000);
  useEffect(() => document.getElementById(second ? 'code' : 'user')?.focus(), [second]);
  const refused = (reason: unknown): void => {
    setBusy(false);
    if (second === '' && reason instanceof ApiError && reason.code === 'totp_needed') return setSecond('code');
    const slow = reason instanceof ApiError && reason.status === 429 && reason.waitS > 0;
    if (slow) setUntil(now.peek() + reason.waitS * 1000);
    setError(slow ? t('login.slow_over') : loginError(reason)); // what a wait leaves behind: never a page without an answer
    document.getElementById(second ? 'code' : 'password')?.focus();
  };
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!user.trim() || !password) return setError(t('login.needed'));
    if (second && !code.trim()) return setError(t('login.code_needed'));
    setBusy(true);
    setError('');
    try {
      return await login(user.trim(), password, code.trim());
    } catch (reason) {
      return refused(reason);
    }
  };
  const step = (to: typeof second): void => {
    setSecond(to);
    setCode('');
    setError('');
  };
  return (
    <form noValidate onSubmit={(e) => void submit(e)}>
      <h1>{t(second ? 'login.second' : 'login.title')}</h1>
      {second ? <p class="muted">{t('login.second_text', { user: user.trim() })}</p> : sessionEnded.value && <p class="muted">{t('login.expired')}</p>}
      {waitS > 0 ? <p class="alert" role="alert">{t('login.slow')} <span aria-hidden="true">{t('login.slow_wait', { d: duration(waitS) })}</span></p> : error && <p class="alert" role="alert">{error}</p>}
      {second ? <CodeStep recovery={second === 'recovery'} code={code} setCode={setCode} swap={() => step(second === 'code' ? 'recovery' : 'code')} /> : (
        <>
          <UserField value={user} error="" onText={setUser} />
          <Password id="password" label={t('login.password')} value={password} auto="current-password" onText={setPassword} />
        </>
      )}
      <button type="submit" class="btn p" disabled={busy || waitS > 0}>{t('login.submit')}</button>
      {second ? <p><button type="button" class="ln" onClick={() => step('')}>{t('login.other')}</button></p>
        : <details class="muted"><summary>{t('login.lost')}</summary><p>{t('login.lost_text')} <code>vigie ctl user password {user.trim() || t('login.lost_name')}</code></p></details>}
      {second && <details class="muted"><summary>{t('login.lost_phone')}</summary><p>{t('login.lost_phone_text')} <code>vigie ctl user totp-off {user.trim()}</code></p></details>}
    </form>
  );
}

function PasteForm({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  const [link, setLink] = useState('');
  const [error, setError] = useState('');
  const submit = (e: Event): void => {
    e.preventDefault();
    const token = tokenIn(link);
    if (token) location.hash = `setup=${token}`;
    else setError(t('login.setup_bad_link'));
  };
  return (
    <form noValidate onSubmit={submit}>
      <h1>{title}</h1>
      {children}
      <p class="muted">{t('login.setup_lost')}</p>
      <div class="field">
        <label for="link">{t('login.setup_paste')}</label>
        <input id="link" type="text" autocomplete="off" spellcheck={false} value={link} aria-invalid={Boolean(error)} aria-describedby="link-err" onInput={(e) => { setLink(e.currentTarget.value); setError(''); }} />
        <p id="link-err" class="err" role="alert">{error}</p>
      </div>
      <button type="submit" class="btn p">{t('login.setup_go')}</button>
    </form>
  );
}

const SetupNeeded = (): JSX.Element => <PasteForm title={t('login.setup_title')}><p>{t('login.setup_text')}</p></PasteForm>;

const Damaged = ({ code }: { code: string }): JSX.Element => (
  <PasteForm title={t('setup.damaged')}><p role="alert">{t(code.length === CODE_LENGTH ? 'setup.damaged_signs' : 'setup.damaged_length', { n: code.length, want: CODE_LENGTH })}</p></PasteForm>
);

interface SetupErrors {
  user?: Key;
  password?: Key;
  again?: Key;
}

type BadLink = 'used' | 'wrong';

function BadLinkBox({ why }: { why: BadLink }): JSX.Element {
  return (
    <div class="box">
      <h1>{t(`setup.${why}`)}</h1>
      <p>{t(`setup.${why}_text`)}</p>
      <button type="button" class="btn p" onClick={() => { location.hash = ''; }}>{t('setup.to_login')}</button>
    </div>
  );
}

function useSetup(token: string, wrongLink: (why: BadLink) => void): { errors: SetupErrors; refused: string; busy: boolean; send: (user: string, password: string, again: string) => Promise<void> } {
  const [errors, setErrors] = useState<SetupErrors>({});
  const [refused, setRefused] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (user: string, password: string, again: string): Promise<void> => {
    const wrong: SetupErrors = {};
    if (!goodUser(user)) wrong.user = 'setup.user_bad';
    if (!goodPassword(judge(password, user))) wrong.password = 'setup.weak';
    else if (password !== again) wrong.again = 'setup.differs';
    setErrors(wrong);
    setRefused('');
    const first = (['user', 'password', 'again'] as const).find((f) => wrong[f]);
    if (first) {
      document.getElementById(first)?.focus();
      return;
    }
    setBusy(true);
    try {
      await setup(token, user, password);
      go({ ...DEFAULT_ROUTE, page: 'guide' }, 'replace');
    } catch (error) {
      setBusy(false);
      if (!(error instanceof ApiError)) setRefused(errorText(error));
      else if (error.field === 'password') setErrors({ password: 'setup.common' }); // the other rules were met above
      else if (error.field === 'token') wrongLink(error.status === 410 ? 'used' : 'wrong');
      else setRefused(errorText(error));
    }
  };
  return { errors, refused, busy, send };
}

function SetupForm({ token, wrong }: { token: string; wrong: (why: BadLink) => void }): JSX.Element {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { errors, refused, busy, send } = useSetup(token, wrong);
  useEffect(() => document.getElementById('user')?.focus(), []);
  const said = (key: Key | undefined): string => (key ? t(key) : '');
  return (
    <form noValidate onSubmit={(e) => { e.preventDefault(); void send(user.trim(), password, again); }}>
      <div><h1>{t('setup.title')}</h1><p class="muted">{t('setup.text')}</p></div>
      {refused && <p class="alert" role="alert">{refused}</p>}
      <UserField value={user} error={said(errors.user)} help={t('setup.user_help')} onText={setUser} />
      <Password id="password" label={t('login.password')} value={password} auto="new-password" error={said(errors.password)} described="rules" onText={setPassword} />
      <Rules password={password} user={user} />
      <Password id="again" label={t('setup.again')} value={again} auto="new-password" error={said(errors.again)} onText={setAgain} />
      <button type="submit" class="btn p" disabled={busy}>{t('setup.submit')}</button>
    </form>
  );
}

const badLink = (error: unknown): BadLink | null => (error instanceof ApiError && error.field === 'token' ? (error.status === 410 ? 'used' : 'wrong') : null);

// A link that cannot work says so before anything is filled in.
export function SetupPage({ code }: { code: string }): JSX.Element {
  const token = tokenIn(`#setup=${code}`);
  const [found, setFound] = useState<BadLink | 'asking' | 'good'>('asking');
  const [elsewhere, setElsewhere] = useState('');
  useEffect(() => {
    setFound('asking');
    setElsewhere('');
    if (token) checkSetup(token).then(() => setFound('good'), (error: unknown) => {
      setFound(badLink(error) ?? 'good');
      if (!badLink(error)) setElsewhere(errorText(error));
    });
  }, [token]);
  if (!token) return <Frame><Damaged code={code} /></Frame>;
  if (found === 'asking') return <Frame><div class="box" aria-busy="true" /></Frame>;
  if (found !== 'good') return <Frame><BadLinkBox why={found} /></Frame>;
  if (elsewhere) return <Frame><div class="box"><h1>{t('setup.title')}</h1><p class="alert" role="alert">{elsewhere}</p></div></Frame>;
  return <Frame><SetupForm token={token} wrong={setFound} /></Frame>;
}

export function LoginPage(): JSX.Element {
  const [needed, setNeeded] = useState<boolean | null>(null);
  useEffect(() => {
    api<{ needed: boolean }>('GET', '/setup', { open: true }).then((s) => setNeeded(s.needed), () => setNeeded(false));
  }, []);
  if (needed === null) return <Frame><div class="box" aria-busy="true" /></Frame>;
  return <Frame>{needed ? <SetupNeeded /> : <LoginForm />}</Frame>;
}

export const MissingFrame = (): JSX.Element => (
  <Frame><div class="box"><h1>{t('page.missing')}</h1><p>{t('missing.text', { path: location.pathname.slice(0, 120) })}</p><button type="button" class="btn p" onClick={() => go(DEFAULT_ROUTE)}>{t('missing.sign_in')}</button></div></Frame>
);
