// SPDX-License-Identifier: Apache-2.0
// For administrators: who may sign in, and which programs have a token.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { api, ApiError, errorText, session } from '../../api.ts';
import { personOf } from '../../person.ts';
import { date, exact } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import type { Account, Token, UserRole } from '../../model.ts';
import { goodPassword, goodUser, judge } from '../../password.ts';
import { Modal } from '../../parts/bits.tsx';
import { Password, Rules } from '../../parts/fields.tsx';
import { toast } from '../../store/toast.ts';

const ROLES: readonly UserRole[] = ['viewer', 'operator', 'admin'];
const LASTS = [30, 90, 365] as const; // days

type Open = { what: 'add' } | { what: 'password' | 'delete'; user: string } | { what: 'token' } | { what: 'drop'; token: string };

const users = signal<Account[] | null>(null);
const tokens = signal<Token[] | null>(null);
const failed = signal('');
const open = signal<Open | null>(null);
const close = (): void => { open.value = null; };

async function read(): Promise<void> {
  try {
    const [u, k] = await Promise.all([api<{ users: Account[] }>('GET', '/users'), api<{ tokens: Token[] }>('GET', '/tokens')]);
    users.value = u.users;
    tokens.value = k.tokens;
    failed.value = '';
  } catch (error) {
    failed.value = errorText(error);
  }
}

const at = (name: string, what = ''): string => `/users/${encodeURIComponent(name)}${what}`;

async function setRole(user: string, role: UserRole): Promise<void> {
  try {
    await api('POST', at(user, '/role'), { body: { role } });
    toast(t('users.role_changed', { user, role: t(`menu.role_${role}`) }));
  } catch (error) {
    toast(errorText(error), true);
  }
  users.value = users.value?.slice() ?? null; // what the list shows is true again, whatever was picked
  await read();
}

function Roles({ id, value, label, onPick }: { id?: string; value: UserRole; label?: string; onPick: (role: UserRole) => void }): JSX.Element {
  return (
    <select {...(id ? { id } : {})} {...(label ? { 'aria-label': label } : {})} value={value} onChange={(e) => { onPick(e.currentTarget.value as UserRole); e.currentTarget.value = value; }}>
      {ROLES.map((role) => <option key={role} value={role} selected={role === value}>{t(`menu.role_${role}`)}</option>)}
    </select>
  );
}

function UserRow({ u }: { u: Account }): JSX.Element {
  const me = u.user === session.value?.user;
  return (
    <tr>
      <th scope="row">{u.user}{me && <span class="tag you">{t('users.you')}</span>}</th>
      <td><Roles value={u.role} label={t('users.role_of', { user: u.user })} onPick={(role) => void setRole(u.user, role)} /></td>
      <td><span data-tip={exact(u.created)}>{date(u.created)}</span></td>
      <td><span data-tip={exact(u.password_changed)}>{date(u.password_changed)}</span></td>
      <td class="num">{u.sessions}</td>
      <td class="acts">
        {!me && <button type="button" class="btn" aria-label={t('users.password_of', { user: u.user })} onClick={() => { open.value = { what: 'password', user: u.user }; }}>{t('account.new')}</button>}
        {!me && <button type="button" class="btn" aria-label={t('users.delete_of', { user: u.user })} onClick={() => { open.value = { what: 'delete', user: u.user }; }}>{t('panel.delete')}</button>}
      </td>
    </tr>
  );
}

const Block = (props: { title: string; text: ComponentChildren; add: string; onAdd: () => void; children: ComponentChildren }): JSX.Element => (
  <section class="block">
    <header class="row"><div><h2>{props.title}</h2>{props.text}</div><button type="button" class="btn" onClick={props.onAdd}>{props.add}</button></header>
    {props.children}
  </section>
);

const Users = ({ list }: { list: readonly Account[] }): JSX.Element => (
  <Block title={t('users.people')} add={t('users.add')} onAdd={() => { open.value = { what: 'add' }; }}
    text={<dl class="roles-help">{ROLES.map((role) => <><dt key={role}>{t(`menu.role_${role}`)}</dt><dd>{t(`role.${role}`)}</dd></>)}</dl>}>
    <div class="x" tabIndex={0} role="region" aria-label={t('page.users')}>
      <table class="grid people">
        <thead><tr><th scope="col">{t('login.user')}</th><th scope="col">{t('users.role')}</th><th scope="col">{t('users.created')}</th><th scope="col">{t('users.changed')}</th><th scope="col" class="num">{t('users.sessions')}</th><td /></tr></thead>
        <tbody>{list.map((u) => <UserRow key={u.user} u={u} />)}</tbody>
      </table>
    </div>
  </Block>
);

const Tokens = ({ list }: { list: readonly Token[] }): JSX.Element => (
  <Block title={t('tokens.title')} add={t('tokens.add')} onAdd={() => { open.value = { what: 'token' }; }} text={<p>{t('tokens.text')} <code>Authorization: Bearer</code></p>}>
    {list.length === 0 ? <p class="pad muted">{t('tokens.none')}</p> : (
      <div class="x" tabIndex={0} role="region" aria-label={t('tokens.title')}>
        <table class="grid people">
          <thead><tr><th scope="col">{t('panel.perf_name')}</th><th scope="col">{t('users.role')}</th><th scope="col">{t('users.created')}</th><th scope="col">{t('tokens.by')}</th><th scope="col">{t('tokens.expires')}</th><td /></tr></thead>
          <tbody>{list.map((k) => (
            <tr key={k.name}>
              <th scope="row">{k.name}</th><td>{t(`menu.role_${k.role}`)}</td><td>{date(k.created)}</td><td>{personOf(k.by)}</td><td><span data-tip={exact(k.expires)}>{date(k.expires)}</span></td>
              <td class="acts"><button type="button" class="btn" aria-label={t('users.delete_of', { user: k.name })} onClick={() => { open.value = { what: 'drop', token: k.name }; }}>{t('panel.delete')}</button></td>
            </tr>
          ))}</tbody>
        </table>
      </div>
    )}
  </Block>
);

interface FormProps {
  title: string;
  text?: string;
  submit: string;
  children?: ComponentChildren;
  send: () => Promise<string> | null; // what to say when it is done; null: something is still wrong, and said beside its field
  field?: (name: string, text: string) => boolean; // true: said beside that field
}

function Form({ title, text, submit, children, send, field }: FormProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const go = async (e: Event): Promise<void> => {
    e.preventDefault();
    const sent = send();
    if (!sent) return;
    setBusy(true);
    setError('');
    try {
      const done = await sent;
      if (done) {
        toast(done);
        close();
      }
      await read();
    } catch (reason) {
      if (!(reason instanceof ApiError && reason.field && field?.(reason.field, errorText(reason)))) setError(errorText(reason));
    }
    setBusy(false);
  };
  return (
    <Modal title={title} onClose={close}>
      <form class="dlg-form" noValidate onSubmit={(e) => void go(e)}>
        {text && <p>{text}</p>}
        {error && <p class="alert" role="alert">{error}</p>}
        {children}
        <div class="foot">
          <button type="button" class="btn" onClick={close}>{t('form.cancel')}</button>
          <button type="submit" class="btn p" disabled={busy}>{submit}</button>
        </div>
      </form>
    </Modal>
  );
}

function TextField(props: { id: string; label: string; value: string; error: string; onText: (text: string) => void }): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <input id={props.id} type="text" autofocus autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={64} value={props.value} aria-invalid={props.error !== ''} aria-describedby={`${props.id}-help`} onInput={(e) => props.onText(e.currentTarget.value)} />
      <p id={`${props.id}-help`} class={props.error ? 'err' : 'help'}>{props.error || t('setup.user_help')}</p>
    </div>
  );
}

const RoleField = ({ value, onPick }: { value: UserRole; onPick: (role: UserRole) => void }): JSX.Element => (
  <div class="field"><label for="f-role">{t('users.role')}</label><Roles id="f-role" value={value} onPick={onPick} /><p class="help">{t(`role.${value}`)}</p></div>
);

function AddUser(): JSX.Element {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRoleTo] = useState<UserRole>('operator');
  const [errors, setErrors] = useState<{ user?: string; password?: string }>({});
  const send = (): Promise<string> | null => {
    const name = user.trim();
    const wrong = !goodUser(name) ? { user: t('setup.user_bad') } : !goodPassword(judge(password, name)) ? { password: t('setup.weak') } : {};
    setErrors(wrong);
    if ('user' in wrong || 'password' in wrong) return null;
    return api('POST', '/users', { body: { user: name, password, role } }).then(() => t('users.added', { user: name }));
  };
  const field = (name: string, text: string): boolean => {
    setErrors({ [name]: text });
    return name === 'user' || name === 'password';
  };
  return (
    <Form title={t('users.add')} submit={t('users.add')} send={send} field={field}>
      <TextField id="f-user" label={t('login.user')} value={user} error={errors.user ?? ''} onText={setUser} />
      <RoleField value={role} onPick={setRoleTo} />
      <Password id="f-password" label={t('users.first_password')} value={password} auto="new-password" error={errors.password ?? ''} described="rules" onText={setPassword} />
      <Rules password={password} user={user} />
    </Form>
  );
}

function SetPassword({ user }: { user: string }): JSX.Element {
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const send = (): Promise<string> | null => {
    const good = goodPassword(judge(password, user));
    setError(good ? '' : t('setup.weak'));
    return good ? api('POST', at(user, '/password'), { body: { password } }).then(() => t('users.password_set', { user })) : null;
  };
  const field = (name: string, text: string): boolean => {
    setError(text);
    return name === 'password';
  };
  return (
    <Form title={t('users.password_of', { user })} text={t('users.password_text')} submit={t('account.submit')} send={send} field={field}>
      <Password id="f-password" label={t('account.new')} value={password} auto="new-password" error={error} described="rules" onText={setPassword} />
      <Rules password={password} user={user} />
    </Form>
  );
}

function AddToken(): JSX.Element {
  const [name, setName] = useState('');
  const [role, setRoleTo] = useState<UserRole>('viewer');
  const [days, setDays] = useState(90);
  const [error, setError] = useState('');
  const [secret, setSecret] = useState('');
  const send = (): Promise<string> | null => {
    setError(goodUser(name.trim()) ? '' : t('setup.user_bad'));
    if (!goodUser(name.trim())) return null;
    return api<{ token: string }>('POST', '/tokens', { body: { name: name.trim(), role, expires: `${days}d` } }).then((made) => { setSecret(made.token); return ''; });
  };
  const field = (which: string, text: string): boolean => {
    setError(text);
    return which === 'name';
  };
  if (secret) return <NewToken name={name} secret={secret} />;
  return (
    <Form title={t('tokens.add')} submit={t('tokens.add')} send={send} field={field}>
      <TextField id="f-token" label={t('tokens.name')} value={name} error={error} onText={setName} />
      <RoleField value={role} onPick={setRoleTo} />
      <div class="field"><label for="f-lasts">{t('tokens.lasts')}</label>
        <select id="f-lasts" value={String(days)} onChange={(e) => setDays(Number(e.currentTarget.value))}>{LASTS.map((n) => <option key={n} value={String(n)} selected={n === days}>{t('tokens.days', { n })}</option>)}</select></div>
    </Form>
  );
}

// Shown once: only its hash is kept.
function NewToken({ name, secret }: { name: string; secret: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => { navigator.clipboard?.writeText(secret).then(() => setCopied(true), () => undefined); };
  return (
    <Modal title={t('tokens.made', { name })} onClose={close}>
      <p>{t('tokens.once')}</p>
      <div class="secret"><code>{secret}</code><button type="button" class="btn" onClick={copy}>{t(copied ? 'tokens.copied' : 'tokens.copy')}</button></div>
      <div class="foot"><button type="button" class="btn p" onClick={close}>{t('help.close_button')}</button></div>
    </Modal>
  );
}

function Sure({ name, text, path }: { name: string; text: string; path: string }): JSX.Element {
  return <Form title={t('users.delete_title', { user: name })} text={text} submit={t('panel.delete')} send={() => api('DELETE', path).then(() => t('users.deleted', { user: name }))} />;
}

function Dialogs(): JSX.Element | null {
  const o = open.value;
  if (!o) return null;
  if (o.what === 'add') return <AddUser />;
  if (o.what === 'password') return <SetPassword user={o.user} />;
  if (o.what === 'delete') return <Sure name={o.user} text={t('users.delete_text')} path={at(o.user)} />;
  if (o.what === 'drop') return <Sure name={o.token} text={t('tokens.delete_text')} path={`/tokens/${encodeURIComponent(o.token)}`} />;
  return <AddToken />;
}

export function Page(): JSX.Element {
  const may = session.value?.role === 'admin';
  useEffect(() => {
    if (may) void read();
    return close;
  }, [may]);
  return (
    <main id="main" class="scroll" tabIndex={-1}>
      <div class="plat">
        <div class="bar"><h1>{t('page.users')}</h1></div>
        {!may ? <p class="muted">{t('users.admin_only')}</p> : failed.value ? <p class="alert" role="alert">{failed.value}</p>
          : users.value && tokens.value ? <><Users list={users.value} /><Tokens list={tokens.value} /></> : <p class="muted" aria-busy="true">{t('list.loading')}</p>}
      </div>
      <Dialogs />
    </main>
  );
}
