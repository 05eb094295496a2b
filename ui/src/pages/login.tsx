// SPDX-License-Identifier: Apache-2.0
// Before anyone is signed in: sign in, or use the set-up link of a fresh installation.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, ApiError, errorText, login, sessionEnded, setup } from '../api.ts';
import { LANG_NAMES, lang, setPrefs, t, type Key } from '../i18n/i18n.ts';
import { goodPassword, goodUser, judge, MIN_LENGTH } from '../password.ts';
import { go } from '../route.ts';
import { Segments } from '../parts/bits.tsx';
import { Brand, Icon } from '../parts/icons.tsx';

const Frame = ({ children }: { children: ComponentChildren }): JSX.Element => (
  <div class="gate">
    <aside>
      <svg class="beam" viewBox="0 0 400 600" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        <path class="ray" d="M330 250 L-40 90 L-40 330 Z" /><path class="ray r2" d="M330 250 L700 150 L700 330 Z" />
        <g class="house"><path d="M300 600 L314 290 H346 L360 600 Z" /><path d="M306 290 H354 V278 H306 Z" /><path d="M318 278 V236 H342 V278 Z" /><path d="M314 236 L330 214 L346 236 Z" /></g>
        <rect class="light" x="321" y="240" width="18" height="34" rx="2" />
        <path class="sea" d="M0 540 Q50 528 100 540 T200 540 T300 540 T400 540 V600 H0 Z" /><path class="sea s2" d="M0 562 Q50 550 100 562 T200 562 T300 562 T400 562 V600 H0 Z" />
      </svg>
      <Brand />
      <p>{t('login.motto')}</p>
    </aside>
    <div class="langs"><Segments label={t('menu.lang')} value={lang.value} options={[['en', LANG_NAMES.en], ['fr', LANG_NAMES.fr]]} onPick={(code) => setPrefs({ lang: code })} /></div>
    {children}
  </div>
);

interface PasswordProps {
  id: string;
  label: string;
  value: string;
  auto: 'current-password' | 'new-password';
  error?: string;
  described?: string;
  onText: (text: string) => void;
}

function Password(props: PasswordProps): JSX.Element {
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <div class="pw">
        <input id={props.id} {...(shown ? { type: 'text' } as const : { type: 'password' } as const)} autocomplete={props.auto} autocapitalize="off" spellcheck={false} maxLength={1024} value={props.value}
          aria-invalid={Boolean(props.error)} aria-describedby={`${props.id}-err ${props.described ?? ''}`} onInput={(e) => props.onText(e.currentTarget.value)} />
        <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>{t(shown ? 'login.hide' : 'login.show')}</button>
      </div>
      <p id={`${props.id}-err`} class="err" role="alert">{props.error}</p>
    </div>
  );
}

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
  if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return t('login.wrong');
  if (error instanceof ApiError && error.status === 429) return t('login.slow');
  return errorText(error);
}

function LoginForm(): JSX.Element {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => document.getElementById('user')?.focus(), []);
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!user.trim() || !password) {
      setError(t('login.needed'));
      return;
    }
    setBusy(true);
    setError('');
    try {
      await login(user.trim(), password);
    } catch (reason) {
      setError(loginError(reason));
      setBusy(false);
      document.getElementById('password')?.focus();
    }
  };
  return (
    <form noValidate onSubmit={(e) => void submit(e)}>
      <h1>{t('login.title')}</h1>
      {sessionEnded.value && <p class="muted">{t('login.expired')}</p>}
      {error && <p class="alert" role="alert">{error}</p>}
      <UserField value={user} error="" onText={setUser} />
      <Password id="password" label={t('login.password')} value={password} auto="current-password" onText={setPassword} />
      <button type="submit" class="btn p" disabled={busy}>{t('login.submit')}</button>
    </form>
  );
}

export const tokenIn = (text: string): string => /(?:^|#)setup=([A-Za-z0-9_.~-]{8,256})$/.exec(text.trim())?.[1] ?? '';

function SetupNeeded(): JSX.Element {
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
      <h1>{t('login.setup_title')}</h1>
      <p>{t('login.setup_text')}</p>
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

const Rule = ({ ok, text }: { ok: boolean; text: string }): JSX.Element => (
  <li class={ok ? 'ok' : ''}><Icon name={ok ? 'check' : 'ring'} />{text}</li>
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

function useSetup(token: string): { errors: SetupErrors; refused: string; used: BadLink | null; busy: boolean; send: (user: string, password: string, again: string) => Promise<void> } {
  const [errors, setErrors] = useState<SetupErrors>({});
  const [refused, setRefused] = useState('');
  const [used, setUsed] = useState<BadLink | null>(null);
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
      go({ page: 'resources', filter: 'all' }, 'replace');
    } catch (error) {
      setBusy(false);
      if (!(error instanceof ApiError)) setRefused(errorText(error));
      else if (error.field === 'password') setErrors({ password: 'setup.common' }); // the other rules were met above
      else if (error.field === 'token') setUsed(error.status === 410 ? 'used' : 'wrong');
      else setRefused(errorText(error));
    }
  };
  return { errors, refused, used, busy, send };
}

export function SetupPage({ token }: { token: string }): JSX.Element {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const { errors, refused, used, busy, send } = useSetup(token);
  useEffect(() => document.getElementById('user')?.focus(), []);
  if (used !== null) return <Frame><BadLinkBox why={used} /></Frame>;
  const verdict = judge(password, user);
  const said = (key: Key | undefined): string => (key ? t(key) : '');
  return (
    <Frame>
      <form noValidate onSubmit={(e) => { e.preventDefault(); void send(user.trim(), password, again); }}>
        <div><h1>{t('setup.title')}</h1><p class="muted">{t('setup.text')}</p></div>
        {refused && <p class="alert" role="alert">{refused}</p>}
        <UserField value={user} error={said(errors.user)} help={t('setup.user_help')} onText={setUser} />
        <Password id="password" label={t('login.password')} value={password} auto="new-password" error={said(errors.password)} described="rules" onText={setPassword} />
        <div id="rules"><p class="muted sr">{t('setup.rules')}</p>
          <ul class="rules">
            <Rule ok={verdict.length} text={t('setup.rule_length', { n: MIN_LENGTH })} />
            <Rule ok={verdict.name} text={t('setup.rule_name')} />
            <Rule ok={verdict.varied} text={t('setup.rule_varied')} />
          </ul>
        </div>
        <Password id="again" label={t('setup.again')} value={again} auto="new-password" error={said(errors.again)} onText={setAgain} />
        <button type="submit" class="btn p" disabled={busy}>{t('setup.submit')}</button>
      </form>
    </Frame>
  );
}

export function LoginPage(): JSX.Element {
  const [needed, setNeeded] = useState<boolean | null>(null);
  useEffect(() => {
    api<{ needed: boolean }>('GET', '/setup', { open: true }).then((s) => setNeeded(s.needed), () => setNeeded(false));
  }, []);
  if (needed === null) return <Frame><div class="box" aria-busy="true" /></Frame>;
  return <Frame>{needed ? <SetupNeeded /> : <LoginForm />}</Frame>;
}
