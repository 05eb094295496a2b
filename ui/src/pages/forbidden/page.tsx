// SPDX-License-Identifier: Apache-2.0
// The address of a page for which a right is missing: says which, and who can give it.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { session } from '../../api.ts';
import { lang, t } from '../../i18n/i18n.ts';
import { Icon } from '../../parts/icons.tsx';
import { rightWords, roleName, type Right } from '../../rights.ts';
import { DEFAULT_ROUTE, go } from '../../route.ts';

export function Forbidden({ title, right }: { title: string; right: Right }): JSX.Element {
  const [words, setWords] = useState('');
  useEffect(() => { void rightWords(right).then(setWords, () => setWords(right)); }, [right, lang.value]);
  return (
    <main id="main" class="scroll" tabIndex={-1} aria-busy={words === ''}>
      <div class="empty"><Icon name="lock" big /><h1 tabIndex={-1}>{t('forbidden.title', { page: title })}</h1>
        {words && <p>{t('forbidden.text', { what: words, role: roleName(session.value?.role ?? '') })}</p>}
        <button type="button" class="btn p" onClick={() => go(DEFAULT_ROUTE)}>{t('missing.home')}</button></div>
    </main>
  );
}
