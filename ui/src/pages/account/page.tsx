// SPDX-License-Identifier: Apache-2.0
// What a person can do about the own account.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api, ApiError, errorText, logout, readSession, session } from '../../api.ts';
import { Block, Coming, Page as Frame } from '../../admin/form.tsx';
import { useRead } from '../../admin/read.ts';
import { BUILT_IN, readRoles, readSessions, readTokens, type RightRow, type Token } from '../../admin/model.ts';
import { SessionTable } from '../../admin/sessions.tsx';
import { TokenDialogs, TokenTable, type TokenOpen } from '../../admin/tokens.tsx';
import { LANG_NAMES, lang, prefs, setPrefs, t } from '../../i18n/i18n.ts';
import type { Session, UserRole } from '../../model.ts';
import { goodPassword, judge } from '../../password.ts';
import { pickLang, Segments } from '../../parts/bits.tsx';
import { Password, Rules } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icons.tsx';
import { may, roleName } from '../../rights.ts';
import { toast } from '../../store/toast.ts';
import { CodeField, Codes, Enrol } from '../../totp/enrol.tsx';
import { viewAs } from '../../viewas.ts';
import './account.css';

type Errors = Partial<Record<'old' | 'password' | 'again', string>>;

function check(user: string, old: string, password: string, again: string): Errors {
  if (!old) return { old: t('account.old_needed') };
  if (!goodPassword(judge(password, user))) return { password: t('setup.weak') };
  return password === again ? {} : { again: t('setup.differs') };
}

function PasswordForm({ user }: { user: string }): JSX.Element {
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [errors, setErrors] = useState<Errors>({});
  const [refused, setRefused] = useState('');
  const [busy, setBusy] = useState(false);
  const show = (found: Errors): void => {
    setErrors(found);
    const first = Object.keys(found)[0];
    if (first) document.getElementById(first)?.focus();
  };
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    const found = check(user, old, password, again);
    show(found);
    setRefused('');
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      // The answer is a new session: the others of this person have ended.
      session.value = await api<Session>('POST', '/session/password', { body: { old, password }, open: true });
      toast(t('account.done'));
      for (const clear of [setOld, setPassword, setAgain]) clear('');
    } catch (error) {
      if (error instanceof ApiError && (error.field === 'old' || error.field === 'password')) show({ [error.field]: errorText(error) });
      else setRefused(errorText(error));
    }
    setBusy(false);
  };
  return (
    <form class="narrow-form" noValidate onSubmit={(e) => void send(e)}>
      {refused && <p class="alert" role="alert">{refused}</p>}
      <input class="sr" type="text" autocomplete="username" tabIndex={-1} aria-hidden="true" readOnly value={user} />
      <Password id="old" label={t('account.old')} value={old} auto="current-password" error={errors.old ?? ''} onText={setOld} />
      <Password id="password" label={t('account.new')} value={password} auto="new-password" error={errors.password ?? ''} described="rules" onText={setPassword} />
      <Rules password={password} user={user} />
      <Password id="again" label={t('setup.again')} value={again} auto="new-password" error={errors.again ?? ''} onText={setAgain} />
      <div><button type="submit" class="btn p" disabled={busy}>{t('account.submit')}</button></div>
    </form>
  );
}

function Second(): JSX.Element {
  const totp = session.value?.totp;
  const [doing, setDoing] = useState<'' | 'on' | 'off' | 'codes'>('');
  const [codes, setCodes] = useState<string[] | null>(null);
  const end = (): void => { setDoing(''); setCodes(null); };
  if (codes) return <Codes codes={codes} done={end} />;
  if (doing === 'on') return <Enrol done={() => { end(); toast(t('account.totp_done')); }} cancel={end} />;
  if (doing) return <Both what={doing} got={setCodes} close={end} />;
  if (!totp?.on) return <div class="line"><p>{t('account.totp_none')}</p><button type="button" class="btn p" onClick={() => setDoing('on')}>{t('account.totp_on')}</button></div>;
  const few = totp.recovery_codes < 3;
  return (
    <div class="line">
      <p><span class="fact good"><Icon name="check" />{t('account.totp_is_on')}</span> <span class={few ? 'bad-t' : 'muted'}>{t('account.codes_left', { n: totp.recovery_codes })}</span></p>
      <span class="presets"><button type="button" class="btn" onClick={() => setDoing('codes')}>{t('account.new_codes')}</button><button type="button" class="btn" onClick={() => setDoing('off')}>{t('account.totp_off')}</button></span>
    </div>
  );
}

// What takes the password and a code: turning it off, and new recovery codes.
function Both({ what, got, close }: { what: 'off' | 'codes'; got: (codes: string[]) => void; close: () => void }): JSX.Element {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [errors, setErrors] = useState<{ password?: string; code?: string }>({});
  const [refused, setRefused] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (e: Event): Promise<void> => {
    e.preventDefault();
    const wrong = { ...(password ? {} : { password: t('account.old_needed') }), ...(code.trim() ? {} : { code: t('account.code_needed') }) };
    setErrors(wrong);
    setRefused('');
    if (Object.keys(wrong).length > 0) return;
    setBusy(true);
    try {
      const answer = await api<{ recovery_codes?: string[] }>('POST', what === 'off' ? '/session/totp/off' : '/session/totp/recovery', { body: { password, code: code.trim() }, open: true });
      await readSession();
      if (answer.recovery_codes) return got(answer.recovery_codes);
      toast(t('account.totp_off_done'));
      return close();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'totp_wrong') setErrors({ code: errorText(error) });
      else if (error instanceof ApiError && error.field === 'password') setErrors({ password: errorText(error) });
      else setRefused(errorText(error));
    }
    setBusy(false);
  };
  return (
    <form class="narrow-form" noValidate onSubmit={(e) => void send(e)}>
      <h3>{t(what === 'off' ? 'account.totp_off' : 'account.new_codes')}</h3>
      <p>{t(what === 'off' ? 'account.totp_off_text' : 'account.new_codes_text')}</p>
      {refused && <p class="alert" role="alert">{refused}</p>}
      <Password id="b-password" label={t('account.old')} value={password} auto="current-password" error={errors.password ?? ''} onText={setPassword} />
      <CodeField id="b-code" label={t('account.code')} help={t('account.code_help')} value={code} error={errors.code ?? ''} recovery onText={setCode} />
      <div class="presets"><button type="submit" class="btn p" disabled={busy}>{t(what === 'off' ? 'account.totp_off' : 'account.new_codes')}</button><button type="button" class="btn" onClick={close}>{t('form.cancel')}</button></div>
    </form>
  );
}

function Sessions(): JSX.Element {
  const { data, failed, again } = useRead(() => readSessions(''));
  const act = async (path: string): Promise<void> => {
    try {
      await api('DELETE', path);
      toast(t('account.session_ended'));
    } catch (error) {
      toast(errorText(error), true);
    }
    again();
  };
  const others = (data ?? []).some((one) => !one.current);
  return (
    <Block title={t('account.sessions')} text={t('account.sessions_text')} act={others && <button type="button" class="btn" onClick={() => void act('/sessions')}>{t('account.end_others')}</button>}>
      {data && !failed ? <SessionTable list={data} who={false} end={(one) => void act(`/sessions/${encodeURIComponent(one.id)}`)} /> : <div class="pad"><Coming failed={failed} /></div>}
    </Block>
  );
}

function Look(): JSX.Element {
  const p = prefs.value;
  return (
    <Block title={t('account.look')} text={t('account.look_text')}>
      <div class="pad looks">
        <div class="field"><span class="lb">{t('menu.lang')}</span><Segments label={t('menu.lang')} value={lang.value} onPick={(code) => void pickLang(code)} options={[['en', LANG_NAMES.en], ['fr', LANG_NAMES.fr]]} /></div>
        <div class="field"><span class="lb">{t('menu.theme')}</span><Segments label={t('menu.theme')} value={p.theme} onPick={(theme) => void setPrefs({ theme })} options={[['auto', t('menu.theme_auto')], ['light', t('menu.theme_light')], ['dark', t('menu.theme_dark')]]} /></div>
        <div class="field"><span class="lb">{t('menu.density')}</span><Segments label={t('menu.density')} value={p.density} onPick={(density) => void setPrefs({ density })} options={[['compact', t('menu.density_compact')], ['normal', t('menu.density_normal')], ['detailed', t('menu.density_detailed')]]} /></div>
        <div class="field">
          <label class="opt"><input type="checkbox" checked={p.contrast} onChange={(e) => void setPrefs({ contrast: e.currentTarget.checked })} /><span>{t('menu.contrast')}</span></label>
          <label class="opt"><input type="checkbox" checked={p.keys} onChange={(e) => void setPrefs({ keys: e.currentTarget.checked })} /><span>{t('help.switch')}</span></label>
        </div>
      </div>
    </Block>
  );
}

async function readOwnTokens(): Promise<{ tokens: Token[]; roles: string[]; rights: RightRow[] }> {
  const [tokens, roles] = await Promise.all([readTokens(), may('roles.read') ? readRoles() : null]);
  return { tokens: tokens.filter((one) => one.by === session.peek()?.user), roles: roles ? roles.roles.map((one) => one.name) : [...BUILT_IN], rights: roles?.rights ?? [] };
}

function Tokens(): JSX.Element {
  const { data, failed, again } = useRead(readOwnTokens, lang.value);
  const [open, setOpen] = useState<TokenOpen>(null);
  return (
    <Block title={t('account.tokens')} text={t('token.text')} act={may('tokens.write') && <button type="button" class="btn" onClick={() => setOpen({ what: 'add' })}>{t('token.add')}</button>}>
      {data && !failed ? <TokenTable list={data.tokens} open={setOpen} /> : <div class="pad"><Coming failed={failed} /></div>}
      {data && <TokenDialogs open={open} roles={data.roles} rights={data.rights} done={again} close={() => setOpen(null)} />}
    </Block>
  );
}

export function Page(): JSX.Element {
  const who = session.value;
  if (!who) return <main id="main" class="scroll" />;
  return (
    <Frame title={t('page.account')} act={<button type="button" class="btn" onClick={() => void logout()}>{t('menu.logout')}</button>}>
      <Block title={who.user} text={BUILT_IN.includes(who.role) ? t('account.role', { role: roleName(who.role), may: t(`role.${who.role as UserRole}`) }) : who.role === 'none' ? t('account.by_groups') : roleName(who.role)}><></></Block>
      {!viewAs.value && (
        <>
          <Block title={t('account.totp')} text={t('account.totp_text')}><div class="pad"><Second /></div></Block>
          <Block title={t('account.password')} text={t('account.text')}><div class="pad"><PasswordForm user={who.user} /></div></Block>
          <Sessions />
        </>
      )}
      <Look />
      {!viewAs.value && may('tokens.read') && <Tokens />}
    </Frame>
  );
}
