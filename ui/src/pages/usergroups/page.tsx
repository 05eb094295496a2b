// SPDX-License-Identifier: Apache-2.0
// Groups of users: who is in one has its role for its scope, too.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../../api.ts';
import { Block, Coming, Form, More, Page as Frame, Sure, Table, TextField, type Errors } from '../../admin/form.tsx';
import { useRead } from '../../admin/read.ts';
import { readUserGroups, readUsers, roleNames, type Scope, type UserGroup } from '../../admin/model.ts';
import { Picks, RoleField, roleWord } from '../../admin/role-field.tsx';
import { ScopeField } from '../../admin/scope-field.tsx';
import { scopeWords } from '../../admin/scope.ts';
import { t } from '../../i18n/i18n.ts';
import { goodUser } from '../../password.ts';
import { may } from '../../rights.ts';

interface All {
  groups: UserGroup[];
  users: string[];
  roles: string[];
}
const readAll = async (): Promise<All> => {
  const [groups, users, roles] = await Promise.all([readUserGroups(), readUsers(), roleNames()]);
  return { groups, users: users.map((one) => one.user), roles };
};

const at = (name: string): string => `/user-groups/${encodeURIComponent(name)}`;

// group: null makes one.
function Edit({ all, group, done, close }: { all: All; group: UserGroup | null; done: () => void; close: () => void }): JSX.Element {
  const [name, setName] = useState(group?.name ?? '');
  const [role, setRole] = useState(group ? group.role ?? '' : 'viewer');
  const [scope, setScope] = useState<Scope>(group?.scope ?? null);
  const [members, setMembers] = useState<string[]>(group?.members ?? []);
  const check = (): Errors => (group || goodUser(name.trim()) ? {} : { name: t('setup.user_bad') });
  const send = async (): Promise<string> => {
    const body = { ...(role ? { role } : {}), scope: role ? scope : null, members };
    if (group) await api('PUT', at(group.name), { body });
    else await api('POST', '/user-groups', { body: { name: name.trim(), ...body } });
    return t('admin.saved', { name: name.trim() });
  };
  return (
    <Form title={group?.name ?? t('usergroups.add')} submit={group ? t('admin.save') : t('usergroups.add')} wide fields={['name', 'role', 'scope', 'members']} check={check} send={send} done={done} close={close}>
      {(errors) => (
        <>
          {!group && <TextField name="name" label={t('usergroups.name')} value={name} first error={errors['name']} help={t('setup.user_help')} onText={setName} />}
          <RoleField value={role} roles={all.roles} none={false} error={errors['role']} onPick={setRole} />
          <ScopeField value={scope} error={errors['scope']} onSet={setScope} />
          <Picks name="members" title={t('usergroups.members')} names={all.users} chosen={members} none={t('usergroups.no_members')} error={errors['members']} onPick={setMembers} />
        </>
      )}
    </Form>
  );
}

type Open = { what: 'add' } | { what: 'change' | 'delete'; group: UserGroup };

function GroupRow({ g, open }: { g: UserGroup; open: (what: Open) => void }): JSX.Element {
  return (
    <tr>
      <th scope="row">{g.name}</th>
      <td data-k={t('admin.role')}>{roleWord(g.role)}</td>
      <td data-k={t('admin.scope')}>{scopeWords(g.scope)}</td>
      <td data-k={t('usergroups.members')}>{g.members.join(', ') || t('usergroups.no_members')}</td>
      <td class="acts">
        {may('users.write') && <button type="button" class="btn" aria-label={t('admin.change_of', { name: g.name })} onClick={() => open({ what: 'change', group: g })}>{t('admin.change')}</button>}
        {may('users.write') && <More label={t('admin.more_of', { name: g.name })} acts={[{ text: t('admin.delete'), bad: true, run: () => open({ what: 'delete', group: g }) }]} />}
      </td>
    </tr>
  );
}

export function Page(): JSX.Element {
  const { data, failed, again } = useRead(readAll);
  const [open, setOpen] = useState<Open | null>(null);
  const rest = { done: again, close: () => setOpen(null) };
  const heads = [t('admin.name_col'), t('admin.role'), t('admin.scope'), t('usergroups.members'), ''];
  const add = may('users.write') && <button type="button" class="btn p" onClick={() => setOpen({ what: 'add' })}>{t('usergroups.add')}</button>;
  return (
    <Frame title={t('page.usergroups')} act={add}>
      {!data || failed ? <Coming failed={failed} /> : (
        <Block text={t('usergroups.text')}>
          {data.groups.length === 0 ? <p class="pad muted">{t('usergroups.none')}</p> : <Table label={t('page.usergroups')} heads={heads}>{data.groups.map((g) => <GroupRow key={g.name} g={g} open={setOpen} />)}</Table>}
        </Block>
      )}
      {data && open?.what === 'add' && <Edit all={data} group={null} {...rest} />}
      {data && open?.what === 'change' && <Edit all={data} group={open.group} {...rest} />}
      {open?.what === 'delete' && <Sure title={t('admin.delete_title', { name: open.group.name })} text={t('usergroups.delete_text')} submit={t('admin.delete')} send={() => api('DELETE', at(open.group.name)).then(() => t('admin.deleted', { name: open.group.name }))} {...rest} />}
    </Frame>
  );
}
