// SPDX-License-Identifier: Apache-2.0
// The choice of a role, with what it lets one do.
import type { JSX } from 'preact';
import { t } from '../i18n/i18n.ts';
import { roleName } from '../rights.ts';
import { Said } from './form.tsx';
import { BUILT_IN } from './model.ts';

const isBuiltIn = (role: string): role is 'viewer' | 'operator' | 'admin' => BUILT_IN.includes(role);

export const roleHelp = (role: string): string => (role === '' ? t('admin.no_role_help') : isBuiltIn(role) ? t(`role.${role}`) : t('admin.own_role'));
// Of somebody: null is none of one's own.
export const roleWord = (role: string | null): string => (role === null ? t('admin.no_role') : roleName(role));

// none: that there may be none.
export function RoleField(props: { value: string; roles: readonly string[]; none: boolean; error: string | undefined; onPick: (role: string) => void }): JSX.Element {
  return (
    <div class="field">
      <label for="f-role">{t('admin.role')}</label>
      <select id="f-role" value={props.value} aria-describedby="f-role-help" onChange={(e) => props.onPick(e.currentTarget.value)}>
        {props.none && <option value="" selected={props.value === ''}>{t('admin.no_role')}</option>}
        {props.roles.map((role) => <option key={role} value={role} selected={role === props.value}>{roleName(role)}</option>)}
      </select>
      <Said id="f-role-help" error={props.error} help={roleHelp(props.value)} />
    </div>
  );
}

// Several of a list of names.
export function Picks(props: { name: string; title: string; names: readonly string[]; chosen: readonly string[]; none: string; error: string | undefined; onPick: (names: string[]) => void }): JSX.Element {
  const turn = (name: string, on: boolean): void => props.onPick(on ? [...props.chosen, name] : props.chosen.filter((one) => one !== name));
  return (
    <fieldset class="field" id={`f-${props.name}`}>
      <legend>{props.title}</legend>
      {props.names.length === 0 ? <p class="help">{props.none}</p> : (
        <div class="picks">{props.names.map((name) => <label class="opt" key={name}><input type="checkbox" checked={props.chosen.includes(name)} onChange={(e) => turn(name, e.currentTarget.checked)} /><span>{name}</span></label>)}</div>
      )}
      {props.error && <p class="err" role="alert">{props.error}</p>}
    </fieldset>
  );
}
