// SPDX-License-Identifier: Apache-2.0
// A reason of the engine as a sentence, in the person's language and zone.
import { instant } from '../format.ts';
import { lang, said } from '../i18n/i18n.ts';
import type { Reason } from '../model.ts';
import { slowNow } from '../store/now.ts';

// The engine writes a moment in its own zone; a person reads it as all others on the page, in the browser's.
function hereMoment(text: string, reason: Reason | null | undefined): string {
  const ms = (Number(reason?.args?.[0]) || Number(reason?.args?.[1])) / 1000;
  return ms > 0 ? text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d le \d{4}-\d\d-\d\d/, instant(new Date(ms).toISOString(), slowNow.value)) : text;
}
export const told = (reason: Reason | null | undefined): string => hereMoment(said((lang.value === 'fr' ? reason?.text_fr : reason?.text_en) ?? ''), reason);
// For the middle of a sentence; a name at its head stays as it is.
export const toldWithin = (reason: Reason | null | undefined): string => {
  const text = told(reason);
  const name = (reason?.object ?? '').replace(';', ' > ');
  return name !== '' && text.startsWith(name) ? text : text.charAt(0).toLowerCase() + text.slice(1);
};
