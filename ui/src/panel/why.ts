// SPDX-License-Identifier: Apache-2.0
// Why a resource is as it is, in a sentence or two: the measurement that crossed its limit where there is one, else the engine's
// reason; then, for a problem, why nobody (or who) was told.
import { told, toldWithin } from '../event/reason.ts';
import { figure, parseRange } from '../format.ts';
import { quantity, rangeWords } from '../quantity.ts';
import { t } from '../i18n/i18n.ts';
import { isProblem, type Detail, type Perf, type Reason } from '../model.ts';
import { alerts } from './perf.tsx';

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
