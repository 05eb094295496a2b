// SPDX-License-Identifier: Apache-2.0
// An address without anything, for those who are signed in; login/page.tsx has it for those who are not.
import type { JSX } from 'preact';
import { t } from '../../i18n/i18n.ts';
import { DEFAULT_ROUTE, go } from '../../route.ts';
import { Icon } from '../../parts/icons.tsx';

export const Page = (): JSX.Element => (
  <main id="main" class="scroll" tabIndex={-1}>
    <div class="empty"><Icon name="none" big /><h1 tabIndex={-1}>{t('page.missing')}</h1><p>{t('missing.text', { path: location.pathname.slice(0, 120) })}</p><button type="button" class="btn p" onClick={() => go(DEFAULT_ROUTE)}>{t('missing.home')}</button></div>
  </main>
);
