// SPDX-License-Identifier: Apache-2.0
// Single rights to choose from, in the words of the server.
import type { JSX } from 'preact';
import { said, t } from '../i18n/i18n.ts';
import type { Right } from '../rights.ts';
import type { RightRow } from './model.ts';

const first = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

export function RightPicks(props: { all: readonly RightRow[]; chosen: readonly Right[]; error: string | undefined; onPick: (rights: Right[]) => void }): JSX.Element {
  const turn = (right: Right, on: boolean): void => props.onPick(props.all.map((one) => one.right).filter((one) => (one === right ? on : props.chosen.includes(one))));
  return (
    <fieldset class="field" id="f-rights">
      <legend>{t('rights.title')}</legend>
      <div class="picks rows">{props.all.map((one) => <label class="opt" key={one.right}><input type="checkbox" checked={props.chosen.includes(one.right)} onChange={(e) => turn(one.right, e.currentTarget.checked)} /><span>{first(said(one.text))}</span></label>)}</div>
      {props.error && <p class="err" role="alert">{props.error}</p>}
    </fieldset>
  );
}
