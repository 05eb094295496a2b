// SPDX-License-Identifier: Apache-2.0
// What a person chose for this browser: theme, contrast, density, language, single-key shortcuts, columns of the list.

export type Theme = 'auto' | 'light' | 'dark';
export type Density = 'normal' | 'compact' | 'detailed';
export type Lang = 'en' | 'fr';
// Of the list, behind state and name.
export type Column = 'since' | 'output' | 'checked' | 'spark' | 'next' | 'tries';
export const COLUMNS: readonly Column[] = ['since', 'output', 'checked', 'spark', 'next', 'tries'];
const USUAL: readonly Column[] = ['since', 'output', 'checked', 'spark'];

export interface Prefs {
  theme: Theme;
  contrast: boolean;
  density: Density;
  lang: Lang | null; // null: the browser's
  keys: boolean;
  guide: boolean; // the first steps are in the menu
  columns: readonly Column[]; // those that are shown, in order
}

const KEY = 'vigie.prefs';
const DEFAULTS: Prefs = { theme: 'auto', contrast: false, density: 'normal', lang: null, keys: true, guide: true, columns: USUAL };

const oneOf = <T>(value: unknown, allowed: readonly T[], fallback: T): T =>
  allowed.includes(value as T) ? (value as T) : fallback;

// Storage holds whatever an older version, another program or a curious person left there.
export function parsePrefs(text: string | null): Prefs {
  let raw: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (value && typeof value === 'object') raw = value as Record<string, unknown>;
  } catch {
    return { ...DEFAULTS };
  }
  return {
    theme: oneOf(raw['theme'], ['auto', 'light', 'dark'] as const, DEFAULTS.theme),
    contrast: raw['contrast'] === true,
    density: oneOf(raw['density'], ['normal', 'compact', 'detailed'] as const, DEFAULTS.density),
    lang: oneOf(raw['lang'], ['en', 'fr', null] as const, DEFAULTS.lang),
    keys: raw['keys'] !== false,
    guide: raw['guide'] !== false,
    columns: Array.isArray(raw['columns']) ? [...new Set(raw['columns'].filter((c): c is Column => COLUMNS.includes(c as Column)))] : DEFAULTS.columns,
  };
}

export function readPrefs(): Prefs {
  try {
    return parsePrefs(localStorage.getItem(KEY));
  } catch {
    return { ...DEFAULTS }; // storage is refused in some private windows
  }
}

export function writePrefs(prefs: Prefs): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // The choice then lasts as long as the page.
  }
}

// Whose view this tab shows (viewas.ts); empty: one's own.
export const VIEW_AS_KEY = 'vigie.view-as';
export function storedViewAs(): string {
  try {
    return sessionStorage.getItem(VIEW_AS_KEY) ?? '';
  } catch {
    return ''; // storage is refused in some private windows, or there is none
  }
}

export function browserLang(languages: readonly string[]): Lang {
  for (const tag of languages) {
    const base = tag.slice(0, 2).toLowerCase();
    if (base === 'fr' || base === 'en') return base;
  }
  return 'en';
}

const asks = (query: string): boolean => matchMedia(query).matches;

export const isDark = (prefs: Prefs): boolean =>
  prefs.theme === 'dark' || (prefs.theme === 'auto' && asks('(prefers-color-scheme: dark)'));

// Attributes on <html> are all that the style sheet needs: the tokens follow.
export function applyLook(prefs: Prefs): void {
  const root = document.documentElement;
  root.dataset['theme'] = isDark(prefs) ? 'dark' : 'light';
  root.dataset['contrast'] = prefs.contrast || asks('(prefers-contrast: more)') ? 'high' : 'normal';
  root.dataset['density'] = prefs.density;
  root.lang = prefs.lang ?? browserLang(navigator.languages);
}
