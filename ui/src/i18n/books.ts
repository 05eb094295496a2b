// SPDX-License-Identifier: Apache-2.0
// The texts, a book for each part of the application, in two languages: a part is loaded with its books, and only in the language in use. A key stands in one book.
import type { Texts, Translation } from './types.ts';

interface Book<T extends Texts> {
  en: () => Promise<{ texts: T }>;
  fr: () => Promise<{ texts: Translation<T> }>;
}
const book = <T extends Texts>(en: Book<T>['en'], fr: Book<T>['fr']): Book<T> => ({ en, fr });

export const BOOKS = {
  common: book(() => import('./en.ts'), () => import('./fr.ts')),
  account: book(() => import('../pages/account/en.ts'), () => import('../pages/account/fr.ts')),
  admin: book(() => import('../admin/en.ts'), () => import('../admin/fr.ts')),
  audit: book(() => import('../pages/audit/en.ts'), () => import('../pages/audit/fr.ts')),
  availability: book(() => import('../pages/availability/en.ts'), () => import('../pages/availability/fr.ts')),
  components: book(() => import('../pages/components/en.ts'), () => import('../pages/components/fr.ts')),
  dialogs: book(() => import('../dialogs/en.ts'), () => import('../dialogs/fr.ts')),
  downtimes: book(() => import('../pages/downtimes/en.ts'), () => import('../pages/downtimes/fr.ts')),
  event: book(() => import('../event/en.ts'), () => import('../event/fr.ts')),
  events: book(() => import('../pages/events/en.ts'), () => import('../pages/events/fr.ts')),
  graph: book(() => import('../graph/en.ts'), () => import('../graph/fr.ts')),
  guide: book(() => import('../pages/guide/en.ts'), () => import('../pages/guide/fr.ts')),
  login: book(() => import('../pages/login/en.ts'), () => import('../pages/login/fr.ts')),
  palette: book(() => import('../palette/en.ts'), () => import('../palette/fr.ts')),
  panel: book(() => import('../panel/en.ts'), () => import('../panel/fr.ts')),
  platform: book(() => import('../pages/platform/en.ts'), () => import('../pages/platform/fr.ts')),
  resources: book(() => import('../pages/resources/en.ts'), () => import('../pages/resources/fr.ts')),
  roles: book(() => import('../pages/roles/en.ts'), () => import('../pages/roles/fr.ts')),
  sessions: book(() => import('../pages/sessions/en.ts'), () => import('../pages/sessions/fr.ts')),
  totp: book(() => import('../totp/en.ts'), () => import('../totp/fr.ts')),
  usergroups: book(() => import('../pages/usergroups/en.ts'), () => import('../pages/usergroups/fr.ts')),
  users: book(() => import('../pages/users/en.ts'), () => import('../pages/users/fr.ts')),
};

export type BookName = keyof typeof BOOKS;
type KeysOf<B> = B extends Book<infer T> ? keyof T & string : never;
export type Key = { [N in BookName]: KeysOf<(typeof BOOKS)[N]> }[BookName];
