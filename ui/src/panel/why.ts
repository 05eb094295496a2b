// SPDX-License-Identifier: Apache-2.0
// Why a resource is as it is, in a sentence or two: the measurement that crossed its limit where there is one, else the engine's
// reason; then, for a problem, why nobody (or who) was told.
import { figure, instant, parseRange } from '../format.ts';
import { quantity, rangeWords } from '../quantity.ts';
import { lang, said, t } from '../i18n/i18n.ts';
import { isProblem, type Detail, type Perf, type Reason } from '../model.ts';
import { alerts } from './perf.tsx';
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
const codeOf = (reason: Reason | null | undefined): string => (reason?.code ?? '').toUpperCase();

function crossed(perf: readonly Perf[], which: 'crit' | 'warn'): string {
  for (const p of perf) {
    const value = figure(p.value);
    const range = parseRange(p[which]);
    if (value === null || range === null || !alerts(range, value)) continue;
    const words = { name: p.label, value: quantity(value, p.unit ?? ''), range: rangeWords(range, p.unit ?? '') };
    return t(which === 'crit' ? 'why.critical' : 'why.warning', words);
  }
  return '';
}

function ofState(d: Detail): string {
  if (d.state === 'pending') return t(d.passive ? 'panel.no_result' : 'why.pending');
  const plain = ['', 'NONE', 'STATE_RESULT'].includes(codeOf(d.why));
  if (!plain) return told(d.why);
  if (!isProblem(d.state)) return t('why.fine');
  const perf = d.perfdata ?? [];
  const limit = d.state === 'critical' || d.state === 'down' ? crossed(perf, 'crit') : d.state === 'warning' ? crossed(perf, 'warn') : '';
  return limit || t('why.result');
}

function ofNotice(d: Detail): string {
  const code = codeOf(d.why_notify);
  if (!isProblem(d.state) || code === '' || code === 'NONE') return '';
  if (!code.startsWith('NOTIFY_') || /^NOTIFY_(INTERVAL|ONCE)$/.test(code)) return told(d.why_notify);
  return t((d.notification_number ?? 0) > 0 ? 'why.nobody.again' : 'why.nobody', { reason: toldWithin(d.why_notify) });
}

export const whyOf = (d: Detail): string => [ofState(d), ofNotice(d)].filter(Boolean).join(' ');
