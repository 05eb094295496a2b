// SPDX-License-Identifier: Apache-2.0
// For those who listen: how many problems are unhandled, when that has changed; at most twice a minute, and only while somebody is at this tab.
import { effect } from '@preact/signals';
import { session } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { counts } from './list.ts';
import { announce } from './toast.ts';

const SAY_MS = 30000;

export function startSaying(): void {
  let said: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (): void => {
    timer = undefined;
    const n = counts.peek().unhandled;
    if (n === undefined || n === said || document.hidden || !session.peek()) return;
    said = n;
    announce(t('nav.unhandled', { n }));
  };
  effect(() => {
    const n = counts.value.unhandled;
    if (n === undefined || !session.value) return;
    if (said === undefined) said = n; // what is there at first is on the screen
    else if (n !== said) timer ??= setTimeout(say, SAY_MS);
  });
}
