// SPDX-License-Identifier: Apache-2.0
import type { Texts } from '../../i18n/types.ts';

export const texts = {
  'usergroups.text': 'Who is in a group has its role for its hosts and services, beside what they have themselves.',
  'usergroups.add': 'Add a user group',
  'usergroups.name': 'Name of the group',
  'usergroups.members': 'Members',
  'usergroups.no_members': 'nobody',
  'usergroups.none': 'There is no user group yet. One for each team saves giving every right one by one.',
  'usergroups.delete_text': 'Its members stay, and lose what the group gave them at once.',
} as const satisfies Texts;
