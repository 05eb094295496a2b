// SPDX-License-Identifier: Apache-2.0
// Texts by key, in the language of the page. Books (books.ts) are opened by the parts that need them; another language comes into force when all open books are there in it.
import { batch, computed, signal } from '@preact/signals';
import { applyLook, browserLang, readPrefs, writePrefs, type Lang, type Prefs } from '../prefs.ts';
import { BOOKS, type BookName, type Key } from './books.ts';
import type { Texts } from './types.ts';

export type { Key } from './books.ts';
export const LANG_NAMES: Record<Lang, string> = { en: 'English', fr: 'Français' };

export const prefs = signal<Prefs>(readPrefs());
const languages = typeof navigator === 'undefined' ? [] : navigator.languages;
const wanted = (): Lang => prefs.peek().lang ?? browserLang(languages);
export const lang = signal<Lang>(wanted());

const shelf: Record<Lang, Record<string, Texts[string]>> = { en: {}, fr: {} };
const there = new Set<string>(); // BOOK.LANGUAGE
const open = new Set<BookName>();

export function addTexts(code: Lang, texts: Texts): void {
  Object.assign(shelf[code], texts);
}

async function fetchBook(name: BookName, code: Lang): Promise<void> {
  if (there.has(`${name}.${code}`)) return;
  addTexts(code, (await BOOKS[name][code]()).texts);
  there.add(`${name}.${code}`);
}

// Resolves when the texts are there, in the language of that moment.
export async function openBook(name: BookName): Promise<void> {
  open.add(name);
  while (!there.has(`${name}.${lang.peek()}`)) await fetchBook(name, lang.peek());
}

// The language that is wanted comes into force; false: its texts could not be loaded, and the old one stays.
async function followLang(): Promise<boolean> {
  try {
    for (let code = wanted(); lang.peek() !== code || [...open].some((name) => !there.has(`${name}.${code}`)); code = wanted()) {
      await Promise.all([...open].map((name) => fetchBook(name, code)));
      if (code === wanted()) batch(() => { lang.value = code; });
    }
    return true;
  } catch (error) {
    console.error(error);
    return false;
  }
}

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
const bound = (text: string): string => text.replace(/ ([:;?!»%])/g, '\u00a0$1').replace(/« /g, '«\u00a0');

// What the server says in French has typewriter's apostrophes, since it is also said to terminals.
export const said = (text: string): string => (lang.value === 'fr' ? bound(text.replace(/'/g, '’')) : text);

// False: the language could not be changed, because its texts did not come.
export async function setPrefs(patch: Partial<Prefs>): Promise<boolean> {
  const was = prefs.peek();
  prefs.value = { ...was, ...patch };
  const good = await followLang();
  if (!good) prefs.value = { ...prefs.peek(), lang: was.lang };
  writePrefs(prefs.peek());
  applyLook(prefs.peek());
  return good;
}

export type Args = Record<string, string | number>;

export function render(code: Lang, key: Key, args: Args = {}): string {
  const entry = shelf[code][key];
  if (entry === undefined) return key; // its book is not open: seen, and found by the tests
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
