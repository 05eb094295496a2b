// SPDX-License-Identifier: Apache-2.0
// What the palette offers.
import { logout } from '../api.ts';
import { LANG_NAMES, lang, prefs, setPrefs, t } from '../i18n/i18n.ts';
import { openRow } from '../keys.ts';
import { isProblem, nameOf, type Row, type State } from '../model.ts';
import { PAGES, type PageRow } from '../pages.ts';
import { pickLang } from '../parts/bits.tsx';
import type { IconName } from '../parts/icons.tsx';
import { may } from '../rights.ts';
import { DEFAULT_ROUTE, go, only } from '../route.ts';
import { checkNow, openDialog, targets, unacknowledge } from '../store/actions.ts';
import { clearSelected, selected } from '../store/list.ts';

export interface Command {
  id: string;
  section: string;
  text: string;
  more?: string; // beside it, smaller
  icon?: IconName;
  state?: State;
  keys?: string;
  also?: string; // other words by which it is found
  run: () => void;
}

export interface Found {
  name: string;
  kind: 'hostgroup' | 'servicegroup';
  alias: string;
  hosts: number;
  services: number;
}

// Without accents and case, so that "controle" finds "contrôle".
export const folded = (text: string): string[] => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().split(/\s+/).filter(Boolean);

export function fits(c: Command, words: readonly string[]): boolean {
  const inIt = folded(`${c.text} ${c.more ?? ''} ${c.also ?? ''} ${c.section}`).join(' ');
  return words.every((word) => inIt.includes(word));
}

function pageCommands(): Command[] {
  return PAGES.filter((row: PageRow) => may(row.right) && !row.hidden).map((row) => ({
    id: `page.${row.name}`, section: t('cmdk.pages'), text: t(`page.${row.name}`), icon: ('icon' in row ? row.icon : 'right'), ...('key' in row ? { keys: `g ${row.key}` } : {}),
    run: () => go({ ...DEFAULT_ROUTE, page: row.name }),
  }));
}

// To what is selected, or else open, or else current.
function actionCommands(): Command[] {
  const rows = targets();
  if (rows.length === 0) return [];
  const on = t('cmdk.on', { n: rows.length, name: nameOf(rows[0]!) });
  const open = rows.filter((row) => isProblem(row.state) && !row.acknowledged);
  const acknowledged = rows.filter((row) => row.acknowledged);
  const all: (Omit<Command, 'section' | 'more'> & { when: boolean })[] = [
    { id: 'act.ack', text: t('cmdk.ack'), icon: 'check', keys: 'a', when: may('resources.acknowledge') && open.length > 0, run: () => openDialog('ack', rows) },
    { id: 'act.unack', text: t('cmdk.unack'), icon: 'close', when: may('resources.acknowledge') && acknowledged.length > 0, run: () => unacknowledge(acknowledged) },
    { id: 'act.downtime', text: t('cmdk.downtime'), icon: 'pause', keys: 'd', when: may('resources.downtime'), run: () => openDialog('downtime', rows) },
    { id: 'act.comment', text: t('cmdk.comment'), icon: 'list', keys: 'm', when: may('resources.comment'), run: () => openDialog('comment', rows) },
    { id: 'act.check', text: t('cmdk.check'), icon: 'reset', keys: 'c', when: may('resources.check'), run: () => checkNow(rows) },
    { id: 'act.graphs', text: t('cmdk.graphs'), icon: 'graph', when: may('series.read'), run: () => go({ ...DEFAULT_ROUTE, page: 'graphs', on: rows.map((row) => row.id), together: rows.length > 1 }) },
    { id: 'act.clear', text: t('cmdk.clear'), icon: 'close', when: selected.peek().size > 0, run: clearSelected },
  ];
  return all.filter((one) => one.when).map(({ when, ...c }) => ({ ...c, section: t('cmdk.actions'), more: on }));
}

function settingCommands(): Command[] {
  const p = prefs.peek();
  const section = t('cmdk.settings');
  const one = (id: string, text: string, icon: IconName, run: () => void, is = false, keys = ''): Command => ({ id, section, text, icon, run, ...(is ? { more: t('cmdk.is') } : {}), ...(keys ? { keys } : {}) });
  return [
    ...(['auto', 'light', 'dark'] as const).map((theme) => one(`theme.${theme}`, t(`cmdk.theme_${theme}`), theme === 'dark' ? 'moon' : 'sun', () => void setPrefs({ theme }), p.theme === theme)),
    one('contrast', t(p.contrast ? 'cmdk.contrast_off' : 'cmdk.contrast_on'), 'sun', () => void setPrefs({ contrast: !p.contrast })),
    ...(['compact', 'normal', 'detailed'] as const).map((density) => one(`density.${density}`, t(`cmdk.density_${density}`), 'list', () => void setPrefs({ density }), p.density === density)),
    ...(['en', 'fr'] as const).map((code) => ({ ...one(`lang.${code}`, LANG_NAMES[code], 'right', () => void pickLang(code), lang.peek() === code), also: 'language langue' })),
    one('keys', t(p.keys ? 'cmdk.keys_off' : 'cmdk.keys_on'), 'list', () => void setPrefs({ keys: !p.keys })),
    one('help', t('menu.help'), 'list', () => openDialog('help'), false, '?'),
    one('logout', t('menu.logout'), 'right', () => void logout()),
  ];
}

export const commands = (): Command[] => [...actionCommands(), ...pageCommands(), ...settingCommands()];

// A resource opens in the panel, in a list that shows it whatever its state.
export const rowCommand = (row: Row): Command => ({
  id: row.id, section: t('cmdk.resources'), text: nameOf(row), more: row.output.slice(0, 90), state: row.state,
  run: () => {
    go({ ...DEFAULT_ROUTE, page: 'resources', filter: 'all', host: row.host });
    openRow(row.id, true);
  },
});

export const groupCommand = (g: Found): Command => ({
  id: `group.${g.kind}.${g.name}`, section: t('cmdk.groups'), text: g.name, icon: 'users',
  more: [g.alias !== g.name ? g.alias : '', g.kind === 'hostgroup' ? t('cmdk.hosts', { n: g.hosts }) : '', t('cmdk.services', { n: g.services })].filter(Boolean).join(' · '),
  run: () => only({ page: 'resources', group: [g.name] }),
});
