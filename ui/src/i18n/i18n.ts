// SPDX-License-Identifier: Apache-2.0
import { computed, signal } from '@preact/signals';
import { applyLook, browserLang, readPrefs, writePrefs, type Lang, type Prefs } from '../prefs.ts';
import { en, type Catalogue, type Key } from './en.ts';
import { fr } from './fr.ts';

export type { Key } from './en.ts';
export const CATALOGUES: Record<Lang, Catalogue> = { en, fr };
export const LANG_NAMES: Record<Lang, string> = { en: 'English', fr: 'Français' };

export const prefs = signal<Prefs>(readPrefs());
const languages = typeof navigator === 'undefined' ? [] : navigator.languages;
export const lang = computed<Lang>(() => prefs.value.lang ?? browserLang(languages));

// How numbers and times are written: as the browser's person writes them, where that is in the language of the page.
const USUAL: Record<Lang, string> = { en: 'en-GB', fr: 'fr-FR' };

export function localeOf(code: Lang, tags: readonly string[] = languages): string {
  const tag = tags.find((one) => one.slice(0, 2).toLowerCase() === code) ?? '';
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0] === tag && tag.length > 2 ? tag : USUAL[code];
  } catch {
    return USUAL[code];
  }
}
export const locale = computed(() => localeOf(lang.value));

// A line must not begin with the sign that French puts a blank before.
const bound = (text: string): string => text.replace(/ ([:;?!»])/g, '\u00a0$1').replace(/« /g, '«\u00a0');

// What the server says in French has typewriter's apostrophes, since it is also said to terminals.
export const said = (text: string): string => (lang.value === 'fr' ? bound(text.replace(/'/g, '’')) : text);

export function setPrefs(patch: Partial<Prefs>): void {
  prefs.value = { ...prefs.value, ...patch };
  writePrefs(prefs.value);
  applyLook(prefs.value);
}

export type Args = Record<string, string | number>;

export function render(code: Lang, key: Key, args: Args = {}): string {
  const entry = CATALOGUES[code][key];
  let text: string;
  if (typeof entry === 'string') text = entry;
  else text = new Intl.PluralRules(code).select(Number(args['n'] ?? 0)) === 'one' ? entry.one : entry.other;
  if (code === 'fr') text = bound(text);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = args[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(localeOf(code)).format(value) : value;
  });
}

export const t = (key: Key, args?: Args): string => render(lang.value, key, args);
