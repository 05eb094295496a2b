// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '../../i18n/types.ts';

export const texts = {
  'roles.text': 'A role is a set of rights. Which hosts and services it holds for is said where it is given.',
  'roles.add': 'Make a role',
  'roles.name': 'Name of the role',
  'roles.from': 'Begin with the rights of',
  'roles.right': 'Right',
  'roles.none': 'A role needs at least one right.',
  'roles.fixed': 'This role is built in: its rights stay. Make one of your own for others.',
  'roles.used': { one: 'given {n} time', other: 'given {n} times' },
  'roles.totp': 'Requires the second factor',
  'roles.totp_help': 'Who has this role may do nothing else before the second factor is on.',
  'roles.totp_short': 'second factor required',
  'roles.privileged': 'It changes who may do what, or everything at once: refused while the audit record cannot be written.',
  'roles.privileged_short': 'privileged',
  'roles.delete_text': 'It can be deleted while nobody has it.',
} as const satisfies Texts;
