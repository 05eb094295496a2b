// SPDX-License-Identifier: Apache-2.0
// Fields that more than one form has: a password, and the rules of a good one.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import { judge, MIN_LENGTH } from '../password.ts';
import { Icon } from './icons.tsx';

interface PasswordProps {
  id: string;
  label: string;
  value: string;
  auto: 'current-password' | 'new-password';
  error?: string;
  described?: string;
  onText: (text: string) => void;
}

export function Password(props: PasswordProps): JSX.Element {
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <div class="pw">
        <input id={props.id} {...(shown ? { type: 'text' } as const : { type: 'password' } as const)} autocomplete={props.auto} autocapitalize="off" spellcheck={false} maxLength={1024} value={props.value}
          aria-invalid={Boolean(props.error)} aria-describedby={`${props.id}-err ${props.described ?? ''}`} onInput={(e) => props.onText(e.currentTarget.value)} />
        <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>{t(shown ? 'login.hide' : 'login.show')}</button>
      </div>
      <p id={`${props.id}-err`} class="err" role="alert">{props.error}</p>
    </div>
  );
}

const Rule = ({ ok, text }: { ok: boolean; text: string }): JSX.Element => (
  <li class={ok ? 'ok' : ''}><Icon name={ok ? 'check' : 'ring'} />{text}</li>
);

export function Rules({ password, user }: { password: string; user: string }): JSX.Element {
  const verdict = judge(password, user);
  return (
    <div id="rules"><p class="muted sr">{t('setup.rules')}</p>
      <ul class="rules">
        <Rule ok={verdict.length} text={t('setup.rule_length', { n: MIN_LENGTH })} />
        <Rule ok={verdict.name} text={t('setup.rule_name')} />
        <Rule ok={verdict.varied} text={t('setup.rule_varied')} />
      </ul>
    </div>
  );
}
