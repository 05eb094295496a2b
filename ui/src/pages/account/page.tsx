// SPDX-License-Identifier: Apache-2.0
// What a person can do about the own account.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api, ApiError, errorText, logout, session } from '../../api.ts';
import { t } from '../../i18n/i18n.ts';
import type { Session } from '../../model.ts';
import { goodPassword, judge } from '../../password.ts';
import { Password, Rules } from '../../parts/fields.tsx';
import { roleName } from '../../rights.ts';
import { toast } from '../../store/toast.ts';

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

export function Page(): JSX.Element {
  const who = session.value;
  if (!who) return <main id="main" class="scroll" />;
  return (
    <main id="main" class="scroll" tabIndex={-1}>
      <div class="plat">
        <div class="bar"><h1>{t('page.account')}</h1></div>
        <section class="block">
          <header class="row"><div><h2>{who.user}</h2><p>{who.role === 'admin' || who.role === 'operator' || who.role === 'viewer' ? t('account.role', { role: roleName(who.role), may: t(`role.${who.role}`) }) : roleName(who.role)}</p></div>
            <button type="button" class="btn" onClick={() => void logout()}>{t('menu.logout')}</button></header>
        </section>
        <section class="block">
          <header><h2>{t('account.password')}</h2><p>{t('account.text')}</p></header>
          <div class="pad"><PasswordForm user={who.user} /></div>
        </section>
      </div>
    </main>
  );
}
