// SPDX-License-Identifier: Apache-2.0
import { t } from './i18n/i18n.ts';

// Who did it: a name of the page, or somebody or something on the machine.
export function personOf(author: string | undefined): string {
  if (!author) return '?';
  if (author === 'uid:0') return 'root';
  if (author === 'command file') return t('who.command_file');
  const uid = /^uid:(\d+)$/.exec(author)?.[1];
  return uid ? t('who.uid', { id: uid }) : author;
}
