// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that someone who chose a theme never sees a flash of the other one; and asks at once for what the application would ask for first: who is signed in, and the texts of
// the language, whose files the document names.
import { askSession } from './early.ts';
import { applyLook, browserLang, readPrefs } from './prefs.ts';

const prefs = readPrefs();
const lang = prefs.lang ?? browserLang(navigator.languages);
applyLook(prefs);
askSession(lang);
for (const href of (document.currentScript?.dataset[lang] ?? '').split(' ').filter(Boolean)) {
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = href;
  document.head.append(link);
}
