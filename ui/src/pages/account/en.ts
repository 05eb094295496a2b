// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '../../i18n/types.ts';

export const texts = {
  'account.role': '{role}: {may}',
  'account.password': 'Password',
  'account.text': 'Your other sessions end when it changes; this one goes on.',
  'account.old': 'Present password',
  'account.old_needed': 'Give your present password.',
  'account.new': 'New password',
  'account.submit': 'Change the password',
  'account.done': 'Password changed; your other sessions have ended',
} as const satisfies Texts;
