// SPDX-License-Identifier: Apache-2.0
// An address without anything, for those who are signed in and for those who are not.
import type { JSX } from 'preact';
import { t } from '../i18n/i18n.ts';
import { DEFAULT_ROUTE, go } from '../route.ts';
import { Icon } from '../parts/icons.tsx';
import { Frame } from './login.tsx';

const text = (): string => t('missing.text', { path: location.pathname.slice(0, 120) });
const home = (): void => go(DEFAULT_ROUTE);

export const MissingFrame = (): JSX.Element => (
  <Frame><div class="box"><h1>{t('missing.title')}</h1><p>{text()}</p><button type="button" class="btn p" onClick={home}>{t('missing.sign_in')}</button></div></Frame>
);

export const MissingPage = (): JSX.Element => (
  <main id="main" class="scroll" tabIndex={-1}>
    <div class="empty"><Icon name="none" big /><h1>{t('missing.title')}</h1><p>{text()}</p><button type="button" class="btn p" onClick={home}>{t('missing.home')}</button></div>
  </main>
);
