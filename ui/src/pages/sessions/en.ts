// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '../../i18n/types.ts';

export const texts = {
  'sessions.text': 'Who is signed in now. A session ends by itself when it is not used, and at the latest when its time is up.',
  'sessions.whose': 'Sessions of',
  'sessions.everybody': 'everybody',
  'sessions.none': 'No session is open.',
  'sessions.ended': 'A session of {user} has ended',
  'sessions.end_all': 'End all sessions of {user}',
  'sessions.end_title': 'End all sessions of {user}?',
  'sessions.end_text': 'This user has to sign in again on every device.',
  'sessions.all_ended': 'The sessions of {user} have ended',
} as const satisfies Texts;
