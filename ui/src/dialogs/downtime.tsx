// SPDX-License-Identifier: Apache-2.0
// Planning a downtime: when, for what besides, and what that would mean, before it is done.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { moment } from '../format.ts';
import { t } from '../i18n/i18n.ts';
import { personOf } from '../person.ts';
import type { Choice } from '../store/actions.ts';
import { slowNow } from '../store/now.ts';
import { isoOf, localInput, nextAt, WhenField } from '../parts/when.tsx';
import { perform, whichOf } from './act.ts';
import { ActionForm, CommentField, focusOn, oneLine, Option, Pick, useAsked } from './form.tsx';

const ASK_MS = 300;
const NAMES = 5;
type Children = 'none' | 'plain' | 'triggered';

interface Plan {
  start: string;
  end: string;
  flexible: boolean;
  minutes: string;
  services: boolean;
  children: Children;
}

interface Impact {
  hosts: number;
  services: number;
  quiet_services: number;
  contacts: string[];
  contact_count: number;
  hosts_behind: string[];
  hosts_behind_count: number;
  overlaps: { id: string; host: string; service?: string; start: string; end: string; author: string; comment: string }[];
  overlap_count: number;
}

type Wrong = { field: 'f-start' | 'f-end' | 'f-min'; text: string } | null;

function wrongIn(plan: Plan): Wrong {
  const [start, end] = [Date.parse(plan.start), Date.parse(plan.end)];
  if (!Number.isFinite(start)) return { field: 'f-start', text: t('down.no_start') };
  if (!(end > start)) return { field: 'f-end', text: t('down.end_first') };
  if (end <= Date.now()) return { field: 'f-end', text: t('down.past') };
  if (plan.flexible && !(Number(plan.minutes) >= 1)) return { field: 'f-min', text: t('down.bad_duration') };
  return null;
}

const membersOf = (plan: Plan, hosts: boolean): Record<string, unknown> => ({
  start: isoOf(plan.start), end: isoOf(plan.end), fixed: !plan.flexible,
  ...(plan.flexible ? { duration_s: Math.round(Number(plan.minutes) * 60) } : {}),
  ...(hosts && plan.services ? { services: true } : {}), ...(hosts && plan.children !== 'none' ? { children: plan.children } : {}),
});

function WhenFields({ plan, set, wrong }: { plan: Plan; set: (patch: Partial<Plan>) => void; wrong: Wrong }): JSX.Element {
  const from = (): number => Date.parse(plan.start) || Date.now(); // a length counts from what stands in the field
  const lasts = (hours: number): void => set({ end: localInput(from() + hours * 3600_000) });
  const starts = (ms: number): void => set({ start: localInput(ms), end: localInput(ms + Math.max(3600_000, Date.parse(plan.end) - Date.parse(plan.start) || 0)) });
  const at = (field: string): string => (wrong?.field === field ? wrong.text : '');
  return (
    <>
      <div class="row2 even">
        <WhenField id="f-start" label={t('down.start')} value={plan.start} error={at('f-start')} onText={(start) => set({ start })} />
        <WhenField id="f-end" label={t('down.end')} value={plan.end} error={at('f-end')} onText={(end) => set({ end })} />
      </div>
      <fieldset class="field">
        <legend>{t('down.begins')}</legend>
        <div class="presets">
          <button type="button" class="btn" onClick={() => starts(Date.now())}>{t('down.now')}</button>
          <button type="button" class="btn" onClick={() => starts(nextAt(0))}>{t('down.midnight')}</button>
          <button type="button" class="btn" onClick={() => starts(nextAt(8))}>{t('down.tomorrow')}</button>
          <button type="button" class="btn" onClick={() => starts(nextAt(22, 6))}>{t('down.saturday')}</button>
        </div>
      </fieldset>
      <fieldset class="field">
        <legend>{t('down.quick')}</legend>
        <div class="presets">
          {[1, 2, 4, 24].map((n) => <button type="button" class="btn" key={n} onClick={() => lasts(n)}>{t('down.hours', { n })}</button>)}
          <button type="button" class="btn" onClick={() => set({ end: localInput(nextAt(8)) })}>{t('form.morning')}</button>
          <button type="button" class="btn" onClick={() => set({ end: localInput(nextAt(8, 1)) })}>{t('form.monday')}</button>
        </div>
      </fieldset>
    </>
  );
}

function Options({ plan, set, wrong, hosts }: { plan: Plan; set: (patch: Partial<Plan>) => void; wrong: Wrong; hosts: boolean }): JSX.Element {
  const short = wrong?.field === 'f-min' ? wrong.text : '';
  const kinds: readonly (readonly [Children, string])[] = [['none', t('down.children_none')], ['plain', t('down.children_plain')], ['triggered', t('down.children_triggered')]];
  return (
    <>
      {hosts && <Option on={plan.services} label={t('down.services')} help={t('down.services_help')} onSet={(services) => set({ services })} />}
      <details open={plan.flexible || undefined}>
        <summary>{t('form.options')}</summary>
        {hosts && <Pick<Children> id="f-children" label={t('down.children')} value={plan.children} options={kinds} onPick={(children) => set({ children })} />}
        <Option on={plan.flexible} label={t('down.flexible')} onSet={(flexible) => set({ flexible })} />
        {plan.flexible && (
          <div class="field">
            <label for="f-min">{t('down.duration')}</label>
            <input id="f-min" type="number" min="1" value={plan.minutes} aria-invalid={short !== ''} aria-describedby="f-min-err" onInput={(e) => set({ minutes: e.currentTarget.value })} />
            <p id="f-min-err" class="err">{short}</p>
          </div>
        )}
      </details>
    </>
  );
}

const names = (list: readonly string[], count: number): string => {
  const shown = list.slice(0, NAMES).join(', ');
  return count > NAMES ? t('down.names_more', { names: shown, n: count - Math.min(NAMES, list.length) }) : shown;
};

function ImpactLines({ of }: { of: Impact }): JSX.Element {
  const lines: ComponentChildren[] = [
    <b>{t('down.covers', { what: [of.hosts > 0 ? t('down.n_hosts', { n: of.hosts }) : '', of.services > 0 ? t('down.n_services', { n: of.services }) : ''].filter(Boolean).join(t('down.and')) || t('down.nothing') })}</b>,
    of.quiet_services > 0 && t('down.quiet', { n: of.quiet_services }),
    of.contact_count > 0 ? t('down.contacts', { n: of.contact_count, names: names(of.contacts, of.contact_count) }) : t('down.no_contacts'),
    of.hosts_behind_count > 0 && t('down.behind', { n: of.hosts_behind_count, names: names(of.hosts_behind, of.hosts_behind_count) }),
    ...of.overlaps.slice(0, 3).map((o) => t('down.overlap', { name: o.service ? `${o.host} › ${o.service}` : o.host, text: o.comment, who: personOf(o.author), start: moment(o.start, slowNow.value), end: moment(o.end, slowNow.value) })),
    of.overlap_count > 3 && t('down.overlap_more', { n: of.overlap_count - 3 }),
  ];
  return <ul>{lines.filter(Boolean).map((line, i) => <li key={i}>{line}</li>)}</ul>;
}

// Asked anew whenever something changes; the old answer stands, paler, until the new one is there.
function Preview({ choice, plan, hosts }: { choice: Choice; plan: Plan; hosts: boolean }): JSX.Element {
  const wrong = wrongIn(plan);
  const body = { ...whichOf(choice), ...membersOf(plan, hosts) };
  const { value, wrong: refused } = useAsked(wrong ? '' : JSON.stringify(body), () => (wrong ? null : api<Impact>('POST', '/downtimes/preview', { body })), ASK_MS);
  return (
    <section class="impact" aria-live="polite" aria-label={t('down.preview')}>
      <h3>{t('down.preview')}</h3>
      {wrong ? <p class="muted">{wrong.text}</p> : refused ? <p class="err">{refused}</p> : value ? <ImpactLines of={value} /> : <p class="muted">{t('list.loading')}</p>}
    </section>
  );
}

export function DowntimeDialog({ choice }: { choice: Choice }): JSX.Element {
  const hosts = choice.filter ? choice.filter['kind'] !== 'service' : choice.rows.some((row) => row.kind === 'host');
  const [plan, setPlan] = useState<Plan>(() => ({ start: localInput(Date.now()), end: localInput(Date.now() + 7200_000), flexible: false, minutes: '60', services: true, children: 'none' }));
  const [comment, setComment] = useState('');
  const [error, setError] = useState('');
  const [wrong, setWrong] = useState<Wrong>(null);
  const send = (): Promise<void> | null => {
    const bad = wrongIn(plan);
    setWrong(bad);
    setError(comment.trim() === '' ? t('form.comment_needed') : '');
    if (comment.trim() === '') focusOn('f-comment');
    else if (bad) focusOn(bad.field);
    return bad || comment.trim() === '' ? null : perform('downtime', choice, { ...membersOf(plan, hosts), comment: oneLine(comment) });
  };
  const set = (patch: Partial<Plan>): void => {
    setWrong(null);
    setPlan({ ...plan, ...patch });
  };
  return (
    <ActionForm title={t('down.title')} choice={choice} text={t('down.text')} submit={t('down.submit')} send={send}>
      <CommentField value={comment} error={error} help={t('form.comment_help_downtime')} onText={(text) => { setComment(text); setError(''); }} />
      <WhenFields plan={plan} set={set} wrong={wrong} />
      <Options plan={plan} set={set} wrong={wrong} hosts={hosts} />
      <Preview choice={choice} plan={plan} hosts={hosts} />
    </ActionForm>
  );
}
