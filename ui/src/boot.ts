// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that someone who chose a theme never sees a flash of the other one; and asks for the texts of the language at once, whose files the document names.
import { applyLook, browserLang, readPrefs } from './prefs.ts';

const prefs = readPrefs();
applyLook(prefs);
for (const href of (document.currentScript?.dataset[prefs.lang ?? browserLang(navigator.languages)] ?? '').split(' ').filter(Boolean)) {
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = href;
  document.head.append(link);
}
