// SPDX-License-Identifier: Apache-2.0
// The forms that act on resources, and the list of keys.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { errorText } from '../api.ts';
import { prefs, setPrefs, t } from '../i18n/i18n.ts';
import { nameOf, type Row } from '../model.ts';
import { KEYS } from '../keys.ts';
import { PAGES } from '../pages.ts';
import { may } from '../rights.ts';
import { DEFAULT_ROUTE, go } from '../route.ts';
import { acknowledge, addComment, dialog, planDowntime } from '../store/actions.ts';
import { Kbd, keyName, Modal } from '../parts/bits.tsx';

const close = (): void => { dialog.value = null; };

const On = ({ rows }: { rows: Row[] }): JSX.Element => (
  <p class="sub">{t('form.on', { n: rows.length, name: rows[0] ? nameOf(rows[0]) : '' })}</p>
);

interface FormProps {
  title: string;
  rows: Row[];
  text?: string;
  submit: string;
  children: ComponentChildren;
  send: () => Promise<unknown[]> | null; // null: something is still wrong, and said beside its field
}

function ActionForm({ title, rows, text, submit, children, send }: FormProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const go = async (e: Event): Promise<void> => {
    e.preventDefault();
    const sent = send();
    if (!sent) return;
    setBusy(true);
    const errors = await sent;
    setBusy(false);
    if (errors.length < rows.length) close();
    else setError(errorText(errors[0]));
  };
  return (
    <Modal title={title} onClose={close}>
      <form class="dlg-form" noValidate onSubmit={(e) => void go(e)}>
        <div><On rows={rows} />{text && <p class="sub">{text}</p>}</div>
        {error && <p class="alert" role="alert">{error}</p>}
        {children}
        <div class="foot">
          <button type="button" class="btn" onClick={close}>{t('form.cancel')}</button>
          <button type="submit" class="btn p" disabled={busy}>{submit}</button>
        </div>
      </form>
    </Modal>
  );
}

function CommentField(props: { value: string; error: string; help?: string; onText: (text: string) => void }): JSX.Element {
  return (
    <div class="field">
      <label for="f-comment">{t('form.comment')}</label>
      <textarea id="f-comment" autofocus rows={3} maxLength={1000} value={props.value} aria-invalid={props.error !== ''} aria-describedby="f-comment-help"
        onInput={(e) => props.onText(e.currentTarget.value)}
        onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.currentTarget.form?.requestSubmit(); }} />
      <p id="f-comment-help" class={props.error ? 'err' : 'help'}>{props.error || (props.help ?? t('form.comment_help'))}</p>
    </div>
  );
}

// A comment is one line of the record; the field is tall because people write in paragraphs.
const oneLine = (text: string): string => text.trim().replace(/\s*[\r\n\t]+\s*/g, ' ');

const Option = (props: { on: boolean; label: string; help?: string; onSet: (on: boolean) => void }): JSX.Element => (
  <label class="opt">
    <input type="checkbox" checked={props.on} onChange={(e) => props.onSet(e.currentTarget.checked)} />
    <span>{props.label}{props.help && <small>{props.help}</small>}</span>
  </label>
);

const ENDS_AFTER = [0, 1, 4, 8, 24, 72]; // hours; 0: not by itself

function AckDialog({ rows }: { rows: Row[] }): JSX.Element {
  const [comment, setComment] = useState('');
  const [error, setError] = useState('');
  const [sticky, setSticky] = useState(true);
  const [notify, setNotify] = useState(true);
  const [persistent, setPersistent] = useState(false);
  const [hours, setHours] = useState(0); // 0: it does not end by itself
  const send = (): Promise<unknown[]> | null => {
    if (comment.trim() === '') {
      setError(t('form.comment_needed'));
      document.getElementById('f-comment')?.focus();
      return null;
    }
    const expires = hours > 0 ? { expires: new Date(Date.now() + hours * 3600_000).toISOString() } : {};
    return acknowledge(rows, { comment: oneLine(comment), sticky, notify, persistent, ...expires });
  };
  return (
    <ActionForm title={t('ack.title')} rows={rows} text={t('ack.text')} submit={t('ack.title')} send={send}>
      <CommentField value={comment} error={error} onText={(text) => { setComment(text); setError(''); }} />
      <div class="field">
        <label for="f-expires">{t('ack.expires')}</label>
        <select id="f-expires" value={String(hours)} onChange={(e) => setHours(Number(e.currentTarget.value))}>{ENDS_AFTER.map((n) => <option key={n} value={String(n)} selected={n === hours}>{n === 0 ? t('ack.never') : t('down.hours', { n })}</option>)}</select>
      </div>
      <details>
        <summary>{t('form.options')}</summary>
        <Option on={sticky} label={t('ack.sticky')} help={t('ack.sticky_help')} onSet={setSticky} />
        <Option on={notify} label={t('ack.notify')} onSet={setNotify} />
        <Option on={persistent} label={t('ack.persistent')} onSet={setPersistent} />
      </details>
    </ActionForm>
  );
}

// <input type=datetime-local> speaks the local time without a zone.
export function localInput(ms: number): string {
  const d = new Date(ms);
  return new Date(ms - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function tomorrowMorning(): number {
  const d = new Date();
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + 1, 8).getTime();
}

interface When {
  start: string;
  end: string;
  flexible: boolean;
  minutes: string;
}

function whenError(when: When): { field: 'end' | 'minutes'; text: string } | null {
  const start = Date.parse(when.start);
  const end = Date.parse(when.end);
  if (!(end > start)) return { field: 'end', text: t('down.end_first') };
  if (end <= Date.now()) return { field: 'end', text: t('down.past') };
  if (when.flexible && !(Number(when.minutes) >= 1)) return { field: 'minutes', text: t('down.bad_duration') };
  return null;
}

function WhenFields({ when, set, error }: { when: When; set: (patch: Partial<When>) => void; error: ReturnType<typeof whenError> }): JSX.Element {
  const last = (hours: number): void => set({ start: localInput(Date.now()), end: localInput(Date.now() + hours * 3600_000) });
  return (
    <>
      <fieldset class="field">
        <legend>{t('down.quick')}</legend>
        <div class="presets">
          {[1, 2, 4, 24].map((n) => <button type="button" class="btn" key={n} onClick={() => last(n)}>{t('down.hours', { n })}</button>)}
          <button type="button" class="btn" onClick={() => set({ start: localInput(Date.now()), end: localInput(tomorrowMorning()) })}>{t('down.morning')}</button>
        </div>
      </fieldset>
      <div class="row2">
        <div class="field">
          <label for="f-start">{t('down.start')}</label>
          <input id="f-start" type="datetime-local" value={when.start} onInput={(e) => set({ start: e.currentTarget.value })} />
        </div>
        <div class="field">
          <label for="f-end">{t('down.end')}</label>
          <input id="f-end" type="datetime-local" value={when.end} aria-invalid={error?.field === 'end'} aria-describedby="f-end-err" onInput={(e) => set({ end: e.currentTarget.value })} />
          <p id="f-end-err" class="err">{error?.field === 'end' ? error.text : ''}</p>
        </div>
      </div>
      <details>
        <summary>{t('form.options')}</summary>
        <Option on={when.flexible} label={t('down.flexible')} onSet={(flexible) => set({ flexible })} />
        {when.flexible && (
          <div class="field">
            <label for="f-min">{t('down.duration')}</label>
            <input id="f-min" type="number" min="1" value={when.minutes} aria-invalid={error?.field === 'minutes'} onInput={(e) => set({ minutes: e.currentTarget.value })} />
            {error?.field === 'minutes' && <p class="err">{error.text}</p>}
          </div>
        )}
      </details>
    </>
  );
}

function DowntimeDialog({ rows }: { rows: Row[] }): JSX.Element {
  const [when, setWhen] = useState<When>(() => ({ start: localInput(Date.now()), end: localInput(Date.now() + 7200_000), flexible: false, minutes: '60' }));
  const [comment, setComment] = useState('');
  const [error, setError] = useState('');
  const [timeError, setTimeError] = useState<ReturnType<typeof whenError>>(null);
  const send = (): Promise<unknown[]> | null => {
    const wrong = whenError(when);
    setTimeError(wrong);
    setError(comment.trim() === '' ? t('form.comment_needed') : '');
    if (comment.trim() === '') document.getElementById('f-comment')?.focus();
    else if (wrong) document.getElementById(wrong.field === 'end' ? 'f-end' : 'f-min')?.focus();
    if (wrong || comment.trim() === '') return null;
    const iso = (text: string): string => new Date(text).toISOString();
    const span = (Date.parse(when.end) - Date.parse(when.start)) / 1000;
    return planDowntime(rows, {
      start: iso(when.start), end: iso(when.end), fixed: !when.flexible, comment: oneLine(comment),
      duration_s: when.flexible ? Math.round(Number(when.minutes) * 60) : Math.round(span),
    });
  };
  const set = (patch: Partial<When>): void => {
    setTimeError(null);
    setWhen({ ...when, ...patch });
  };
  return (
    <ActionForm title={t('down.title')} rows={rows} text={t('down.text')} submit={t('down.submit')} send={send}>
      <CommentField value={comment} error={error} help={t('form.comment_help_downtime')} onText={(text) => { setComment(text); setError(''); }} />
      <WhenFields when={when} set={set} error={timeError} />
    </ActionForm>
  );
}

function CommentDialog({ rows }: { rows: Row[] }): JSX.Element {
  const [comment, setComment] = useState('');
  const [error, setError] = useState('');
  const send = (): Promise<unknown[]> | null => {
    if (comment.trim() !== '') return addComment(rows, oneLine(comment));
    setError(t('form.comment_needed'));
    return null;
  };
  return (
    <ActionForm title={t('comment.title')} rows={rows} submit={t('comment.submit')} send={send}>
      <CommentField value={comment} error={error} onText={(text) => { setComment(text); setError(''); }} />
    </ActionForm>
  );
}

const KeysOf = ({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }): JSX.Element => (
  <section class="keys-of">
    <h3>{title}</h3>
    <div class="keys">{rows.map(([keys, text]) => <div key={keys}><span>{text}</span><span>{keys.split(' ').map((k) => <kbd class="kbd" key={k}>{keyName(k)}</kbd>)}</span></div>)}</div>
  </section>
);

const rowsOf = (where: 'anywhere' | 'list'): (readonly [string, string])[] => KEYS.filter((row) => row.where === where && row.name !== 'place').map((row) => [row.keys, t(`help.${row.name}`)] as const);
const places = (): (readonly [string, string])[] => PAGES.flatMap((row) => ('key' in row && may(row.right) ? [[`g ${row.key}`, t(`page.${row.name}`)] as const] : []));

function HelpDialog(): JSX.Element {
  return (
    <Modal title={t('help.title')} wide onClose={close}>
      <KeysOf title={t('help.anywhere')} rows={rowsOf('anywhere')} />
      <KeysOf title={t('help.place')} rows={places()} />
      <KeysOf title={t('help.list')} rows={rowsOf('list')} />
      <section class="keys-of"><h3>{t('page.graphs')}</h3><p class="muted">{t('graph.keys')}</p></section>
      <Option on={prefs.value.keys} label={t('help.switch')} help={t('help.switch_help')} onSet={(keys) => void setPrefs({ keys })} />
      <div class="foot"><a class="btn" href="/components" onClick={(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey) return; e.preventDefault(); close(); go({ ...DEFAULT_ROUTE, page: 'components' }); }}>{t('page.components')}</a><button type="button" class="btn p" autofocus onClick={close}>{t('help.close_button')} <Kbd k="Esc" /></button></div>
    </Modal>
  );
}

export function Dialogs(): JSX.Element | null {
  const open = dialog.value;
  if (!open) return null;
  if (open.name === 'ack') return <AckDialog rows={open.targets} />;
  if (open.name === 'downtime') return <DowntimeDialog rows={open.targets} />;
  if (open.name === 'comment') return <CommentDialog rows={open.targets} />;
  return <HelpDialog />;
}
