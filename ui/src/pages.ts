// SPDX-License-Identifier: Apache-2.0
// THE table of pages: menu, titles, addresses, rights and what is loaded come from it. It is also read by build.mjs, which makes each page's document: no imports but of types, `code` in one line.
// A page NAME has its title in the text "page.NAME" (i18n/en.ts, fr.ts), lives in pages/NAME/page.tsx, which exports `Page`, and has its texts in pages/NAME/en.ts and fr.ts. README.md: how to add one.
import type { FunctionComponent } from 'preact';
import type { BookName } from './i18n/books.ts';
import type { IconName } from './parts/icons.tsx';
import type { Right } from './rights.ts';

export interface PageRow {
  name: string;
  path: string;
  section: 'watch' | 'understand' | 'report' | 'operate' | 'admin' | ''; // of the menu; empty: not in it
  icon?: IconName;
  right: Right | ''; // that one needs, else it is not in the menu and its address says which right is missing
  books: readonly BookName[];
  hidden?: true; // not offered by the palette either
  key?: string; // after "g": goes there
  code: () => Promise<{ Page: FunctionComponent }>;
}

export const PAGES = [
  { name: 'resources', path: '/resources', section: 'watch', icon: 'list', right: 'resources.read', key: 'r', books: ['resources'], code: () => import('./pages/resources/page.tsx') },
  { name: 'graphs', path: '/graphs', section: 'understand', icon: 'graph', right: 'series.read', key: 'g', books: ['graph'], code: () => import('./graph/graphs.ts') },
  { name: 'events', path: '/events', section: 'understand', icon: 'log', right: 'events.read', key: 'e', books: ['events', 'event'], code: () => import('./pages/events/page.tsx') },
  { name: 'availability', path: '/availability', section: 'report', icon: 'report', right: 'resources.read', key: 'v', books: ['availability', 'graph'], code: () => import('./pages/availability/page.tsx') },
  { name: 'downtimes', path: '/downtimes', section: 'operate', icon: 'calendar', right: 'resources.read', key: 'd', books: ['downtimes'], code: () => import('./pages/downtimes/page.tsx') },
  { name: 'platform', path: '/platform', section: 'operate', icon: 'platform', right: 'platform.read', key: 'p', books: ['platform'], code: () => import('./pages/platform/page.tsx') },
  { name: 'guide', path: '/guide', section: 'admin', icon: 'guide', right: 'users.write', books: ['guide'], code: () => import('./pages/guide/page.tsx') },
  { name: 'users', path: '/admin/users', section: 'admin', icon: 'users', right: 'users.read', key: 'u', books: ['users', 'admin'], code: () => import('./pages/users/page.tsx') },
  { name: 'usergroups', path: '/admin/user-groups', section: 'admin', icon: 'team', right: 'users.read', books: ['usergroups', 'admin'], code: () => import('./pages/usergroups/page.tsx') },
  { name: 'roles', path: '/admin/roles', section: 'admin', icon: 'shield', right: 'roles.read', books: ['roles', 'admin'], code: () => import('./pages/roles/page.tsx') },
  { name: 'tokens', path: '/admin/tokens', section: 'admin', icon: 'key', right: 'tokens.read', books: ['admin'], code: () => import('./pages/tokens/page.tsx') },
  { name: 'sessions', path: '/admin/sessions', section: 'admin', icon: 'screen', right: 'sessions.read', books: ['sessions', 'admin'], code: () => import('./pages/sessions/page.tsx') },
  { name: 'audit', path: '/admin/audit', section: 'admin', icon: 'record', right: 'audit.read', books: ['audit', 'admin'], code: () => import('./pages/audit/page.tsx') },
  { name: 'account', path: '/account', section: '', right: '', key: 'm', books: ['account', 'admin', 'totp'], code: () => import('./pages/account/page.tsx') },
  { name: 'components', path: '/components', section: '', right: '', hidden: true, books: ['components', 'resources'], code: () => import('./pages/components/page.tsx') },
] as const satisfies readonly PageRow[];

export type PageName = (typeof PAGES)[number]['name'] | 'missing';
export const pageRow = (name: PageName): PageRow | undefined => PAGES.find((row) => row.name === name);
