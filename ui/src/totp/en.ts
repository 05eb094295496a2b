// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '../i18n/types.ts';

export const texts = {
  'totp.gate': 'One more step',
  'totp.gate_text': '{user}, your role requires a second factor beside the password. Turn it on to go on.',
  'totp.first': 'You need an authenticator on your telephone, such as Aegis, FreeOTP or Google Authenticator; a password manager that makes codes will do, too.',
  'totp.password': 'Your password once more',
  'totp.password_needed': 'Give your password.',
  'totp.go': 'Go on',
  'totp.picture': 'The secret as a QR code; it stands as text beside it',
  'totp.scan': 'Scan the picture with the authenticator. It was drawn here; nobody else has seen it.',
  'totp.secret': 'Or type the secret',
  'totp.secret_help': 'SHA-1, 30 seconds, six digits: what authenticators take if nothing else is said.',
  'totp.code': 'The code it shows',
  'totp.code_help': 'Six digits, new every 30 seconds',
  'totp.six': 'A code has six digits.',
  'totp.on': 'Turn it on',
  'totp.codes': 'Recovery codes',
  'totp.codes_text': 'Each one does once in place of a code, should the telephone be lost. They are shown this once: keep them where the telephone is not.',
  'totp.codes_head': 'Recovery codes of {user} for Vigie at {host}; each works once.',
  'totp.download': 'Save as a file',
  'totp.print': 'Print',
  'totp.kept': 'I have kept them',
} as const satisfies Texts;
