// SPDX-License-Identifier: Apache-2.0
// Tokens of programs: the table, and the dialogs that make and delete one. The administration shows all, an account those that its owner has made.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { date, exact } from '../format.ts';
import { t } from '../i18n/i18n.ts';
import { goodUser } from '../password.ts';
import { Modal, Segments } from '../parts/bits.tsx';
import { personOf } from '../person.ts';
import { may, roleName, type Right } from '../rights.ts';
import { now } from '../store/now.ts';
import { Form, Secret, Sure, Table, TextField, type Errors } from './form.tsx';
import type { RightRow, Scope, Token } from './model.ts';
import { RightPicks } from './rights.tsx';
import { RoleField } from './role-field.tsx';
import { ScopeField } from './scope-field.tsx';
import { scopeWords } from './scope.ts';

const LASTS = [1, 7, 30, 90, 180, 366] as const; // days
const SOON_MS = 14 * 86400 * 1000;

interface AddProps {
  roles: readonly string[];
  rights: readonly RightRow[]; // none: single rights are not offered
  done: () => void;
  close: () => void;
}

function AddToken({ roles, rights, done, close }: AddProps): JSX.Element {
  const [name, setName] = useState('');
  const [by, setBy] = useState<'role' | 'rights'>('role');
  const [role, setRole] = useState('viewer');
  const [single, setSingle] = useState<readonly Right[]>(['resources.read']);
  const [scope, setScope] = useState<Scope>(null);
  const [days, setDays] = useState(90);
  const [made, setMade] = useState('');
  if (made) return <NewToken name={name.trim()} secret={made} close={close} />;
  const check = (): Errors => (!goodUser(name.trim()) ? { name: t('setup.user_bad') } : by === 'rights' && single.length === 0 ? { rights: t('token.no_rights') } : {});
  const send = async (): Promise<string> => {
    const body = { name: name.trim(), ...(by === 'role' ? { role } : { rights: single }), scope, expires: `${days}d` };
    setMade((await api<{ token: string }>('POST', '/tokens', { body })).token);
    return '';
  };
  return (
    <Form title={t('token.add')} submit={t('token.add')} wide fields={['name', 'role', 'rights', 'scope', 'expires']} check={check} send={send} done={done} close={close}>
      {(errors) => (
        <>
          <TextField name="name" label={t('token.name')} value={name} first error={errors['name']} help={t('token.name_help')} onText={setName} />
          {rights.length > 0 && <div><Segments label={t('token.by_what')} value={by} options={[['role', t('token.by_role')], ['rights', t('token.by_rights')]]} onPick={setBy} /></div>}
          {by === 'role' ? <RoleField value={role} roles={roles} none={false} error={errors['role']} onPick={setRole} /> : <RightPicks all={rights} chosen={single} error={errors['rights']} onPick={setSingle} />}
          <ScopeField value={scope} error={errors['scope']} onSet={setScope} />
          <div class="field"><label for="f-expires">{t('token.lasts')}</label>
            <select id="f-expires" value={String(days)} onChange={(e) => setDays(Number(e.currentTarget.value))}>{LASTS.map((n) => <option key={n} value={String(n)} selected={n === days}>{t('token.days', { n })}</option>)}</select>
            {errors['expires'] && <p class="err" role="alert">{errors['expires']}</p>}</div>
        </>
      )}
    </Form>
  );
}

// Shown once: only its hash is kept.
const NewToken = ({ name, secret, close }: { name: string; secret: string; close: () => void }): JSX.Element => (
  <Modal title={t('token.made', { name })} onClose={close}>
    <p>{t('token.once')}</p>
    <Secret text={secret} label={t('token.made', { name })} />
    <p class="muted">{t('token.use')} <code>Authorization: Bearer …</code></p>
    <div class="foot"><button type="button" class="btn p" onClick={close}>{t('help.close_button')}</button></div>
  </Modal>
);

function TokenRow({ k, drop }: { k: Token; drop: (k: Token) => void }): JSX.Element {
  const left = Date.parse(k.expires ?? '') - now.value;
  return (
    <tr>
      <th scope="row">{k.name}</th>
      <td data-k={t('token.may')}>{k.role ? roleName(k.role) : <span data-tip={k.rights.join(', ')} tabIndex={0}>{t('token.single', { n: k.rights.length })}</span>}</td>
      <td data-k={t('admin.scope')}>{scopeWords(k.scope)}</td>
      <td data-k={t('token.created')}>{date(k.created)}</td>
      <td data-k={t('token.by')}>{personOf(k.by)}</td>
      <td data-k={t('token.expires')}><span data-tip={exact(k.expires)} class={left < SOON_MS ? 'bad-t' : ''}>{date(k.expires)}{left < 0 ? ` (${t('token.over')})` : left < SOON_MS ? ` (${t('token.soon')})` : ''}</span></td>
      <td class="acts">{may('tokens.write') && <button type="button" class="btn" aria-label={t('admin.delete_of', { name: k.name })} onClick={() => drop(k)}>{t('admin.delete')}</button>}</td>
    </tr>
  );
}

export type TokenOpen = { what: 'add' } | { what: 'drop'; token: Token } | null;

export function TokenTable({ list, open }: { list: readonly Token[]; open: (what: TokenOpen) => void }): JSX.Element {
  if (list.length === 0) return <p class="pad muted">{t('token.none')}</p>;
  const heads = [t('admin.name_col'), t('token.may'), t('admin.scope'), t('token.created'), t('token.by'), t('token.expires'), ''];
  return <Table label={t('token.table')} heads={heads}>{list.map((k) => <TokenRow key={k.name} k={k} drop={(token) => open({ what: 'drop', token })} />)}</Table>;
}

export function TokenDialogs({ open, ...rest }: AddProps & { open: TokenOpen }): JSX.Element | null {
  if (!open) return null;
  if (open.what === 'add') return <AddToken {...rest} />;
  const { name } = open.token;
  return <Sure title={t('admin.delete_title', { name })} text={t('token.delete_text')} submit={t('admin.delete')} send={() => api('DELETE', `/tokens/${encodeURIComponent(name)}`).then(() => t('admin.deleted', { name }))} done={rest.done} close={rest.close} />;
}
