// SPDX-License-Identifier: Apache-2.0
// Who may sign in: made, changed, helped and deleted.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api, session } from '../../api.ts';
import { Block, Coming, Form, More, Page as Frame, Sure, Table, TextField, type Act, type Errors } from '../../admin/form.tsx';
import { useRead } from '../../admin/read.ts';
import { readUserGroups, readUsers, roleNames, type Account, type Scope, type UserGroup } from '../../admin/model.ts';
import { Picks, RoleField, roleWord } from '../../admin/role-field.tsx';
import { ScopeField } from '../../admin/scope-field.tsx';
import { scopeWords } from '../../admin/scope.ts';
import { date, exact } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import { goodPassword, goodUser, judge } from '../../password.ts';
import { Age } from '../../parts/bits.tsx';
import { Password, Rules } from '../../parts/fields.tsx';
import { may } from '../../rights.ts';
import { DEFAULT_ROUTE, go } from '../../route.ts';
import { setViewAs } from '../../viewas.ts';

type Open = { what: 'add' } | { what: 'change' | 'password' | 'totp' | 'delete'; user: Account };

interface All {
  users: Account[];
  groups: UserGroup[];
  roles: string[];
}
const readAll = async (): Promise<All> => {
  const [users, groups, roles] = await Promise.all([readUsers(), readUserGroups(), roleNames()]);
  return { users, groups, roles };
};

const at = (name: string, what = ''): string => `/users/${encodeURIComponent(name)}${what}`;

interface DialogProps {
  all: All;
  done: () => void;
  close: () => void;
}

function Place(props: { all: All; role: string; scope: Scope; groups: string[]; errors: Errors; set: (patch: { role?: string; scope?: Scope; groups?: string[] }) => void }): JSX.Element {
  return (
    <>
      <RoleField value={props.role} roles={props.all.roles} none error={props.errors['role']} onPick={(role) => props.set({ role })} />
      {props.role !== '' && <ScopeField value={props.scope} error={props.errors['scope']} onSet={(scope) => props.set({ scope })} />}
      <Picks name="groups" title={t('users.groups')} names={props.all.groups.map((one) => one.name)} chosen={props.groups} none={t('users.no_groups')} error={props.errors['groups']} onPick={(groups) => props.set({ groups })} />
    </>
  );
}

function Add({ all, done, close }: DialogProps): JSX.Element {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [place, setPlace] = useState<{ role: string; scope: Scope; groups: string[] }>({ role: 'operator', scope: null, groups: [] });
  const name = user.trim();
  const check = (): Errors => (!goodUser(name) ? { user: t('setup.user_bad') } : !goodPassword(judge(password, name)) ? { password: t('setup.weak') } : {});
  const send = async (): Promise<string> => {
    const { role, scope, groups } = place;
    await api('POST', '/users', { body: { user: name, password, ...(role ? { role } : {}), scope: role ? scope : null, groups } });
    return t('users.added', { user: name });
  };
  return (
    <Form title={t('users.add')} submit={t('users.add')} wide fields={['user', 'password', 'role', 'scope', 'groups']} check={check} send={send} done={done} close={close}>
      {(errors) => (
        <>
          <TextField name="user" label={t('login.user')} value={user} first error={errors['user']} help={t('setup.user_help')} onText={setUser} />
          <Password id="f-password" label={t('users.first_password')} value={password} auto="new-password" error={errors['password'] ?? ''} described="rules" onText={setPassword} />
          <Rules password={password} user={user} />
          <Place all={all} {...place} errors={errors} set={(patch) => setPlace({ ...place, ...patch })} />
        </>
      )}
    </Form>
  );
}

function Change({ all, user, done, close }: DialogProps & { user: Account }): JSX.Element {
  const [place, setPlace] = useState<{ role: string; scope: Scope; groups: string[] }>({ role: user.role ?? '', scope: user.scope, groups: user.groups });
  const send = async (): Promise<string> => {
    const { role, scope, groups } = place;
    await api('PUT', at(user.user), { body: { ...(role ? { role } : {}), scope: role ? scope : null, groups } });
    return t('admin.saved', { name: user.user });
  };
  return (
    <Form title={user.user} text={t('users.change_text')} submit={t('admin.save')} wide fields={['role', 'scope', 'groups']} send={send} done={done} close={close}>
      {(errors) => <Place all={all} {...place} errors={errors} set={(patch) => setPlace({ ...place, ...patch })} />}
    </Form>
  );
}

function SetPassword({ user, done, close }: DialogProps & { user: Account }): JSX.Element {
  const [password, setPassword] = useState('');
  const check = (): Errors => (goodPassword(judge(password, user.user)) ? {} : { password: t('setup.weak') });
  const send = async (): Promise<string> => {
    await api('POST', at(user.user, '/password'), { body: { password } });
    return t('users.password_set', { user: user.user });
  };
  return (
    <Form title={t('users.password_of', { user: user.user })} text={t('users.password_text')} submit={t('users.password_submit')} fields={['password']} check={check} send={send} done={done} close={close}>
      {(errors) => (
        <>
          <Password id="f-password" label={t('users.new_password')} value={password} auto="new-password" error={errors['password'] ?? ''} described="rules" onText={setPassword} />
          <Rules password={password} user={user.user} />
        </>
      )}
    </Form>
  );
}

function Dialogs({ open, ...rest }: DialogProps & { open: Open | null }): JSX.Element | null {
  if (!open) return null;
  if (open.what === 'add') return <Add {...rest} />;
  const { user } = open;
  if (open.what === 'change') return <Change {...rest} user={user} />;
  if (open.what === 'password') return <SetPassword {...rest} user={user} />;
  if (open.what === 'totp') return <Sure title={t('users.totp_title', { user: user.user })} text={t('users.totp_text')} submit={t('users.totp_off')} send={() => api('DELETE', at(user.user, '/totp')).then(() => t('users.totp_done', { user: user.user }))} {...rest} />;
  return <Sure title={t('admin.delete_title', { name: user.user })} text={t('users.delete_text')} submit={t('admin.delete')} send={() => api('DELETE', at(user.user)).then(() => t('admin.deleted', { name: user.user }))} {...rest} />;
}

function actsOf(u: Account, me: boolean, open: (what: Open) => void): Act[] {
  const write = may('users.write');
  const all: (Act & { when: boolean })[] = [
    { when: may('users.view_as') && !me, text: t('users.view_as'), run: () => setViewAs(u.user) },
    { when: write && !me, text: t('users.new_password'), run: () => open({ what: 'password', user: u }) },
    { when: write && !me && u.totp, text: t('users.totp_off'), run: () => open({ what: 'totp', user: u }) },
    { when: may('sessions.read') && u.sessions > 0, text: t('users.see_sessions'), run: () => go({ ...DEFAULT_ROUTE, page: 'sessions', query: { user: u.user } }) },
    { when: may('audit.read'), text: t('users.see_audit'), run: () => go({ ...DEFAULT_ROUTE, page: 'audit', query: { who: u.user } }) },
    { when: write && !me, text: t('admin.delete'), bad: true, run: () => open({ what: 'delete', user: u }) },
  ];
  return all.filter((one) => one.when);
}

const second = (u: Account): string => (u.totp ? t('users.totp_on') : t(u.totp_required ? 'users.totp_missing' : 'admin.no'));

function UserRow({ u, open }: { u: Account; open: (what: Open) => void }): JSX.Element {
  const me = u.user === session.value?.user;
  return (
    <tr>
      <th scope="row"><span>{u.user}{me && <span class="tag you">{t('users.you')}</span>}</span></th>
      <td data-k={t('admin.role')}>{roleWord(u.role)}</td>
      <td data-k={t('admin.scope')}>{u.role === null ? '—' : scopeWords(u.scope)}</td>
      <td data-k={t('users.groups')}>{u.groups.join(', ') || '—'}</td>
      <td data-k={t('users.totp')}><span class={u.totp_required && !u.totp ? 'bad-t' : ''}>{second(u)}</span></td>
      <td data-k={t('users.last')}>{u.last_sign_in ? <Age at={u.last_sign_in} stop /> : t('users.never')}</td>
      <td data-k={t('users.changed')}><span data-tip={exact(u.password_changed)}>{date(u.password_changed)}</span></td>
      <td class="acts">
        {may('users.write') && <button type="button" class="btn" aria-label={t('admin.change_of', { name: u.user })} onClick={() => open({ what: 'change', user: u })}>{t('admin.change')}</button>}
        <More label={t('admin.more_of', { name: u.user })} acts={actsOf(u, me, open)} />
      </td>
    </tr>
  );
}

export function Page(): JSX.Element {
  const { data, failed, again } = useRead(readAll);
  const [open, setOpen] = useState<Open | null>(null);
  const heads = [t('login.user'), t('admin.role'), t('admin.scope'), t('users.groups'), t('users.totp'), t('users.last'), t('users.changed'), ''];
  return (
    <Frame title={t('page.users')} act={may('users.write') && <button type="button" class="btn p" onClick={() => setOpen({ what: 'add' })}>{t('users.add')}</button>}>
      {data && !failed ? <Block text={t('users.text')}><Table label={t('page.users')} heads={heads}>{data.users.map((u) => <UserRow key={u.user} u={u} open={setOpen} />)}</Table></Block> : <Coming failed={failed} />}
      {data && <Dialogs all={data} open={open} done={again} close={() => setOpen(null)} />}
    </Frame>
  );
}
