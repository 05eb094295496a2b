// SPDX-License-Identifier: Apache-2.0
// Who has a role that requires the second factor, and has none yet, may do nothing but turn it on.
import type { JSX } from 'preact';
import { logout, session } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { enrolling } from '../store/enrol.ts';
import { Frame } from '../pages/login/frame.tsx';
import { Enrol } from './enrol.tsx';

export function EnrolGate(): JSX.Element {
  const done = (): void => { enrolling.value = false; };
  return (
    <Frame>
      <div class="box wider">
        <h1>{t('totp.gate')}</h1>
        {!enrolling.value && <p>{t('totp.gate_text', { user: session.value?.user ?? '' })}</p>}
        <Enrol began={() => { enrolling.value = true; }} done={done} cancel={null} />
        {!enrolling.value && <p><button type="button" class="ln" onClick={() => void logout()}>{t('menu.logout')}</button></p>}
      </div>
    </Frame>
  );
}
