// SPDX-License-Identifier: Apache-2.0
// Acknowledging, taking that back, and commenting.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import type { Choice } from '../store/actions.ts';
import { Confirm } from '../parts/confirm.tsx';
import { isoOf, localInput, nextAt, WhenField } from '../parts/when.tsx';
import { perform, preview } from './act.ts';
import { ActionForm, close, CommentField, focusOn, On, oneLine, Option, Pick, useAsked } from './form.tsx';

const HOURS = ['1', '4', '8', '24', '72'] as const;
type Ends = 'never' | (typeof HOURS)[number] | 'morning' | 'monday' | 'date';

const endsOptions = (): readonly (readonly [Ends, string])[] => [
  ['never', t('ack.never')], ...HOURS.map((n) => [n, t('form.after_hours', { n: Number(n) })] as const), ['morning', t('form.morning')], ['monday', t('form.monday')], ['date', t('form.date')],
];

function endOf(ends: Ends, date: string): string {
  if (ends === 'never') return '';
  if (ends === 'date') return isoOf(date);
  return new Date(ends === 'morning' ? nextAt(8) : ends === 'monday' ? nextAt(8, 1) : Date.now() + Number(ends) * 3600_000).toISOString();
}

// How long something holds: by a choice of usual ones, or to a date.
function useEnds(): { ends: Ends; set: (ends: Ends) => void; date: string; setDate: (date: string) => void; error: string; read: () => string | null } {
  const [ends, setEnds] = useState<Ends>('never');
  const [date, setDate] = useState(() => localInput(Date.now() + 24 * 3600_000));
  const [error, setError] = useState('');
  const read = (): string | null => { // null: it is said what is wrong
    const end = endOf(ends, date);
    if (ends !== 'date' || Date.parse(end) > Date.now()) return end;
    setError(t('down.past'));
    focusOn('f-until');
    return null;
  };
  return { ends, date, error, read, set: (to) => { setEnds(to); setError(''); }, setDate: (to) => { setDate(to); setError(''); } };
}

const EndsFields = ({ label, of }: { label: string; of: ReturnType<typeof useEnds> }): JSX.Element => (
  <>
    <Pick id="f-expires" label={label} value={of.ends} options={endsOptions()} onPick={of.set} />
    {of.ends === 'date' && <WhenField id="f-until" label={t('form.until')} value={of.date} error={of.error} onText={of.setDate} />}
  </>
);

const nothing = (choice: Choice, skipped: number): string => (choice.n > 1 && skipped > 0 ? t('ack.skipped', { n: skipped }) : '');

export function AckDialog({ choice }: { choice: Choice }): JSX.Element {
  const [comment, setComment] = useState('');
  const [error, setError] = useState('');
  const [sticky, setSticky] = useState(true);
  const [notify, setNotify] = useState(true);
  const [persistent, setPersistent] = useState(false);
  const ends = useEnds();
  const many = useAsked('', () => (choice.n > 1 ? preview('acknowledge', choice, { comment: '-' }) : null));
  const send = (): Promise<void> | null => {
    const until = ends.read();
    if (comment.trim() === '') {
      setError(t('form.comment_needed'));
      focusOn('f-comment');
      return null;
    }
    return until === null ? null : perform('acknowledge', choice, { comment: oneLine(comment), sticky, notify, persistent, ...(until ? { expires: until } : {}) });
  };
  return (
    <ActionForm title={t('ack.title')} choice={choice} text={[t('ack.text'), nothing(choice, many.value?.skipped ?? 0)].filter(Boolean).join(' ')} submit={t('ack.title')} off={many.value?.total === 0} send={send}>
      <CommentField value={comment} error={error} onText={(text) => { setComment(text); setError(''); }} />
      <EndsFields label={t('ack.expires')} of={ends} />
      <details>
        <summary>{t('form.options')}</summary>
        <Option on={sticky} label={t('ack.sticky')} help={t('ack.sticky_help')} onSet={setSticky} />
        <Option on={notify} label={t('ack.notify')} onSet={setNotify} />
        <Option on={persistent} label={t('ack.persistent')} onSet={setPersistent} />
      </details>
    </ActionForm>
  );
}

// Neither can be taken back, which is said before, with how many it concerns.
export function UnackDialog({ choice }: { choice: Choice }): JSX.Element {
  const { value, wrong } = useAsked('', () => preview('unacknowledge', choice));
  return (
    <Confirm title={t('unack.title')} text={value ? t('unack.text', { n: value.total }) : wrong || t('list.loading')} submit={t('unack.submit')} off={!value?.total} onClose={close} work={() => perform('unacknowledge', choice)}>
      <On choice={choice} />
      <p class="muted">{t('act.no_way_back')}</p>
    </Confirm>
  );
}

export function CancelDialog({ choice }: { choice: Choice }): JSX.Element {
  const [mine, setMine] = useState(false);
  const { value, wrong } = useAsked(String(mine), () => preview('cancel_downtimes', choice, { mine }));
  return (
    <Confirm title={t('cancel.title')} text={value ? t('cancel.text', { n: value.total }) : wrong || t('list.loading')} submit={t('cancel.submit')} off={!value?.total} onClose={close} work={() => perform('cancel_downtimes', choice, { mine })}>
      <On choice={choice} />
      <Option on={mine} label={t('cancel.mine')} onSet={setMine} />
      <p class="muted">{t('act.no_way_back')}</p>
    </Confirm>
  );
}

export function CommentDialog({ choice }: { choice: Choice }): JSX.Element {
  const [comment, setComment] = useState('');
  const [error, setError] = useState('');
  const ends = useEnds();
  const send = (): Promise<void> | null => {
    const until = ends.read();
    if (comment.trim() !== '') return until === null ? null : perform('comment', choice, { comment: oneLine(comment), ...(until ? { expires: until } : {}) });
    setError(t('form.comment_needed'));
    focusOn('f-comment');
    return null;
  };
  return (
    <ActionForm title={t('comment.title')} choice={choice} submit={t('comment.submit')} send={send}>
      <CommentField value={comment} error={error} onText={(text) => { setComment(text); setError(''); }} />
      <EndsFields label={t('comment.expires')} of={ends} />
    </ActionForm>
  );
}
