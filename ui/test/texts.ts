// SPDX-License-Identifier: Apache-2.0
// All texts in both languages, for tests of what is said.
import { BOOKS, type BookName } from '../src/i18n/books.ts';
import { addTexts, lang } from '../src/i18n/i18n.ts';
import type { Lang } from '../src/prefs.ts';
import type { Texts } from '../src/i18n/types.ts';

export const names = Object.keys(BOOKS) as BookName[];
export const books = Object.fromEntries(await Promise.all(names.map(async (name) => {
  const [en, fr] = await Promise.all([BOOKS[name].en(), BOOKS[name].fr()]);
  addTexts('en', en.texts);
  addTexts('fr', fr.texts);
  return [name, { en: en.texts as Texts, fr: fr.texts as Texts }] as const;
}))) as Record<BookName, Record<Lang, Texts>>;

export const say = (code: Lang): void => { lang.value = code; };
