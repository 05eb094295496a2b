// SPDX-License-Identifier: Apache-2.0
// What the person who is signed in may do: the rights are those of src/api/right.def, and the server decides; what the page knows only spares a refusal. A right may be limited to some
// resources, so that one that is there may still be refused for another.
import { session } from './api.ts';
import { lang, said, t } from './i18n/i18n.ts';

export type Right = `${string}.${string}`;

export const may = (right: Right | ''): boolean => right === '' || (session.value?.rights ?? []).includes(right);

// "acknowledge problems": goes on "the right to". Every right's words are only loaded when one is missing.
export async function rightWords(right: Right): Promise<string> {
  const { RIGHTS } = await import('vigie:rights');
  const words = RIGHTS[right];
  return words ? said(words[lang.value === 'fr' ? 1 : 0]) : right;
}

// The name of a role: of the built-in ones in the language of the page, of others as an administrator wrote it.
export const roleName = (role: string): string => (role === 'admin' || role === 'operator' || role === 'viewer' ? t(`menu.role_${role}`) : role);
