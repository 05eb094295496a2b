// SPDX-License-Identifier: Apache-2.0
// What stands around everything before one is in.
import type { ComponentChildren, JSX } from 'preact';
import { LANG_NAMES, lang, t } from '../../i18n/i18n.ts';
import { pickLang, Segments } from '../../parts/bits.tsx';
import { Brand } from '../../parts/icons.tsx';

export const Frame = ({ children }: { children: ComponentChildren }): JSX.Element => (
  <div class="gate">
    <aside>
      <svg class="beam" viewBox="0 0 400 600" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        <path class="ray" d="M330 250 L-40 90 L-40 330 Z" /><path class="ray r2" d="M330 250 L700 150 L700 330 Z" />
        <g class="house"><path d="M300 600 L314 290 H346 L360 600 Z" /><path d="M306 290 H354 V278 H306 Z" /><path d="M318 278 V236 H342 V278 Z" /><path d="M314 236 L330 214 L346 236 Z" /></g>
        <rect class="light" x="321" y="240" width="18" height="34" rx="2" />
        <path class="sea" d="M0 540 Q50 528 100 540 T200 540 T300 540 T400 540 V600 H0 Z" /><path class="sea s2" d="M0 562 Q50 550 100 562 T200 562 T300 562 T400 562 V600 H0 Z" />
      </svg>
      <Brand />
      <p>{t('login.motto')}</p>
    </aside>
    <div class="langs"><Segments label={t('menu.lang')} value={lang.value} options={[['en', LANG_NAMES.en], ['fr', LANG_NAMES.fr]]} onPick={(code) => void pickLang(code)} /></div>
    {children}
  </div>
);
