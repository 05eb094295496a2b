// SPDX-License-Identifier: Apache-2.0
// The roles, and which rights each has, in words.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../../api.ts';
import { Block, Coming, Form, More, Page as Frame, Sure, TextField, type Errors } from '../../admin/form.tsx';
import { useRead } from '../../admin/read.ts';
import { readRoles, type RightRow, type Role } from '../../admin/model.ts';
import { t, lang, said } from '../../i18n/i18n.ts';
import { goodUser } from '../../password.ts';
import { Icon } from '../../parts/icons.tsx';
import { may, roleName, type Right } from '../../rights.ts';
import { RightPicks } from '../../admin/rights.tsx';
import './roles.css';

type All = Awaited<ReturnType<typeof readRoles>>;
type Open = { what: 'add' } | { what: 'change' | 'delete'; role: Role };

const at = (name: string): string => `/roles/${encodeURIComponent(name)}`;

const Totp = ({ on, set }: { on: boolean; set: (on: boolean) => void }): JSX.Element => (
  <label class="opt"><input type="checkbox" checked={on} onChange={(e) => set(e.currentTarget.checked)} /><span>{t('roles.totp')}<small>{t('roles.totp_help')}</small></span></label>
);

// role: null makes one.
function Edit({ all, role, done, close }: { all: All; role: Role | null; done: () => void; close: () => void }): JSX.Element {
  const first = all.roles.find((one) => one.name === 'viewer');
  const [name, setName] = useState('');
  const [rights, setRights] = useState<readonly Right[]>((role ?? first)?.rights ?? []);
  const [from, setFrom] = useState('viewer');
  const [totp, setTotp] = useState(role?.totp_required ?? false);
  const fixed = role?.built_in === true;
  const check = (): Errors => (!role && !goodUser(name.trim()) ? { name: t('setup.user_bad') } : !fixed && rights.length === 0 ? { rights: t('roles.none') } : {});
  const send = async (): Promise<string> => {
    if (role) await api('PUT', at(role.name), { body: { ...(fixed ? {} : { rights }), totp_required: totp } });
    else await api('POST', '/roles', { body: { name: name.trim(), rights, totp_required: totp } });
    return t('admin.saved', { name: role ? roleName(role.name) : name.trim() });
  };
  const begin = (other: string): void => {
    setFrom(other);
    setRights(all.roles.find((one) => one.name === other)?.rights ?? []);
  };
  return (
    <Form title={role ? roleName(role.name) : t('roles.add')} {...(fixed ? { text: t('roles.fixed') } : {})} submit={role ? t('admin.save') : t('roles.add')} wide fields={['name', 'rights']} check={check} send={send} done={done} close={close}>
      {(errors) => (
        <>
          {!role && (
            <div class="row2">
              <TextField name="name" label={t('roles.name')} value={name} first error={errors['name']} help={t('setup.user_help')} onText={setName} />
              <div class="field"><label for="f-from">{t('roles.from')}</label><select id="f-from" value={from} onChange={(e) => begin(e.currentTarget.value)}>{all.roles.map((one) => <option key={one.name} value={one.name} selected={one.name === from}>{roleName(one.name)}</option>)}</select></div>
            </div>
          )}
          {!fixed && <RightPicks all={all.rights} chosen={rights} error={errors['rights']} onPick={setRights} />}
          <Totp on={totp} set={setTotp} />
        </>
      )}
    </Form>
  );
}

function Head({ role, open }: { role: Role; open: (what: Open) => void }): JSX.Element {
  const write = may('roles.write');
  const name = roleName(role.name);
  return (
    <th scope="col">
      <span class="role-name">{name}</span>
      <small>{t('roles.used', { n: role.used_by })}</small>
      {role.totp_required && <small class="totp">{t('roles.totp_short')}</small>}
      {write && <span class="acts"><button type="button" class="btn" aria-label={t('admin.change_of', { name })} onClick={() => open({ what: 'change', role })}>{t('admin.change')}</button>
        {!role.built_in && <More label={t('admin.more_of', { name })} acts={[{ text: t('admin.delete'), bad: true, run: () => open({ what: 'delete', role }) }]} />}</span>}
    </th>
  );
}

const Cell = ({ has }: { has: boolean }): JSX.Element => <td class={has ? 'has' : ''}>{has ? <><Icon name="check" /><span class="sr">{t('admin.yes')}</span></> : <><span aria-hidden="true">–</span><span class="sr">{t('admin.no')}</span></>}</td>;

const first = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

function Matrix({ all, open }: { all: All; open: (what: Open) => void }): JSX.Element {
  const row = (right: RightRow): JSX.Element => (
    <tr key={right.right}><th scope="row">{first(said(right.text))}{right.privileged && <span class="tag" data-tip={t('roles.privileged')} tabIndex={0}>{t('roles.privileged_short')}</span>}</th>{all.roles.map((role) => <Cell key={role.name} has={role.rights.includes(right.right)} />)}</tr>
  );
  return (
    <div class="x" tabIndex={0} role="region" aria-label={t('page.roles')}>
      <table class="grid rights">
        <caption class="sr">{t('roles.text')}</caption>
        <thead><tr><th scope="col">{t('roles.right')}</th>{all.roles.map((role) => <Head key={role.name} role={role} open={open} />)}</tr></thead>
        <tbody>{all.rights.map(row)}</tbody>
      </table>
    </div>
  );
}

export function Page(): JSX.Element {
  const { data, failed, again } = useRead(readRoles, lang.value);
  const [open, setOpen] = useState<Open | null>(null);
  const rest = { done: again, close: () => setOpen(null) };
  return (
    <Frame title={t('page.roles')} act={may('roles.write') && <button type="button" class="btn p" onClick={() => setOpen({ what: 'add' })}>{t('roles.add')}</button>}>
      {data && !failed ? <Block text={t('roles.text')}><Matrix all={data} open={setOpen} /></Block> : <Coming failed={failed} />}
      {data && open?.what === 'add' && <Edit all={data} role={null} {...rest} />}
      {data && open?.what === 'change' && <Edit all={data} role={open.role} {...rest} />}
      {open?.what === 'delete' && <Sure title={t('admin.delete_title', { name: open.role.name })} text={t('roles.delete_text')} submit={t('admin.delete')} send={() => api('DELETE', at(open.role.name)).then(() => t('admin.deleted', { name: open.role.name }))} {...rest} />}
    </Frame>
  );
}
