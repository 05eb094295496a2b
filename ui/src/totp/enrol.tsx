// SPDX-License-Identifier: Apache-2.0
// The second factor is turned on: the password, the secret as a picture and as text, its first code, and the recovery codes, which are shown this once.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, ApiError, errorText, session } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import type { Session } from '../model.ts';
import { Password } from '../parts/fields.tsx';
import { pathOf, qrOf, QUIET } from './qr.ts';
import './totp.css';

interface Asked {
  secret: string;
  uri: string;
}

function Picture({ uri }: { uri: string }): JSX.Element | null {
  const dark = qrOf(uri);
  if (!dark) return null;
  const size = dark.length + 2 * QUIET;
  return <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t('totp.picture')} shape-rendering="crispEdges"><path class="paper" d={`M0 0h${size}v${size}h-${size}z`} /><path class="ink" d={pathOf(dark)} /></svg>;
}

export function CodeField(props: { id: string; label: string; help: string; value: string; error: string; recovery?: boolean; onText: (text: string) => void }): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <input id={props.id} class="code" type="text" inputMode={props.recovery ? 'text' : 'numeric'} autocomplete="one-time-code" autocapitalize="off" spellcheck={false} maxLength={40} value={props.value} aria-invalid={props.error !== ''} aria-describedby={`${props.id}-help`} onInput={(e) => props.onText(e.currentTarget.value)} />
      <p id={`${props.id}-help`} class={props.error ? 'err' : 'help'} {...(props.error ? { role: 'alert' } : {})}>{props.error || props.help}</p>
    </div>
  );
}

// Shown once: to be copied, saved or printed.
export function Codes({ codes, done }: { codes: readonly string[]; done: () => void }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const text = `${t('totp.codes_head', { user: session.value?.user ?? '', host: location.host })}\n\n${codes.join('\n')}\n`;
  useEffect(() => document.getElementById('codes')?.focus(), []);
  return (
    <div class="codes-of">
      <h3 id="codes" tabIndex={-1}>{t('totp.codes')}</h3>
      <p>{t('totp.codes_text')}</p>
      <ol class="codes" aria-label={t('totp.codes')}>{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ol>
      <div class="presets">
        <button type="button" class="btn" onClick={() => { navigator.clipboard?.writeText(text).then(() => setCopied(true), () => undefined); }}>{t(copied ? 'admin.copied' : 'admin.copy')}</button>
        <a class="btn" download={`vigie-${location.hostname}.txt`} href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}>{t('totp.download')}</a>
        <button type="button" class="btn" onClick={() => print()}>{t('totp.print')}</button>
        <span class="sr" role="status">{copied && t('admin.copied')}</span>
      </div>
      <div><button type="button" class="btn p" onClick={done}>{t('totp.kept')}</button></div>
    </div>
  );
}

function First({ got, cancel }: { got: (asked: Asked) => void; cancel: (() => void) | null }): JSX.Element {
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => document.getElementById('t-password')?.focus(), []);
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!password) return setError(t('totp.password_needed'));
    setBusy(true);
    try {
      return got(await api<Asked>('POST', '/session/totp', { body: { password }, open: true }));
    } catch (reason) {
      setError(errorText(reason));
    }
    setBusy(false);
  };
  return (
    <form class="narrow-form" noValidate onSubmit={(e) => void send(e)}>
      <p>{t('totp.first')}</p>
      <Password id="t-password" label={t('totp.password')} value={password} auto="current-password" error={error} onText={(text) => { setPassword(text); setError(''); }} />
      <div class="presets"><button type="submit" class="btn p" disabled={busy}>{t('totp.go')}</button>{cancel && <button type="button" class="btn" onClick={cancel}>{t('form.cancel')}</button>}</div>
    </form>
  );
}

const spaced = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

function Second({ asked, got, again, cancel }: { asked: Asked; got: (codes: string[], next: Session) => void; again: () => void; cancel: (() => void) | null }): JSX.Element {
  const [code, setCode] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => document.getElementById('t-code')?.focus(), []);
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!/^\d{6}$/.test(code.replace(/\s/g, ''))) return setError(t('totp.six'));
    setBusy(true);
    try {
      const answer = await api<{ recovery_codes: string[]; session: Session }>('POST', '/session/totp/confirm', { body: { code: code.replace(/\s/g, '') }, open: true });
      return got(answer.recovery_codes, answer.session);
    } catch (reason) {
      if (reason instanceof ApiError && reason.code === 'totp_begin') again(); // it waited too long
      setError(errorText(reason));
      document.getElementById('t-code')?.focus();
    }
    setBusy(false);
  };
  return (
    <form class="enrol" noValidate onSubmit={(e) => void send(e)}>
      <Picture uri={asked.uri} />
      <div class="narrow-form">
        <p>{t('totp.scan')}</p>
        <div class="field"><span class="lb">{t('totp.secret')}</span><code class="typed">{spaced(asked.secret)}</code><p class="help">{t('totp.secret_help')}</p></div>
        <CodeField id="t-code" label={t('totp.code')} help={t('totp.code_help')} value={code} error={error} onText={(text) => { setCode(text); setError(''); }} />
        <div class="presets"><button type="submit" class="btn p" disabled={busy}>{t('totp.on')}</button>{cancel && <button type="button" class="btn" onClick={cancel}>{t('form.cancel')}</button>}</div>
      </div>
    </form>
  );
}

// began: the codes are on the screen, which must stay until they are kept.
export function Enrol({ began, done, cancel }: { began?: () => void; done: () => void; cancel: (() => void) | null }): JSX.Element {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const got = (list: string[], next: Session): void => {
    began?.();
    setCodes(list);
    session.value = next; // the former one has ended
  };
  if (codes) return <Codes codes={codes} done={done} />;
  if (!asked) return <First got={setAsked} cancel={cancel} />;
  return <Second asked={asked} got={got} again={() => setAsked(null)} cancel={cancel} />;
}
