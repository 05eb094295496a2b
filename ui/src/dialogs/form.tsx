// SPDX-License-Identifier: Apache-2.0
// What the forms that act on resources have in common: to which, the comment, options, what is refused, and with which names.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, errorText } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { nameOf } from '../model.ts';
import { chosen, dialog, type Choice } from '../store/actions.ts';
import { refresh } from '../store/list.ts';
import { Modal } from '../parts/bits.tsx';
import { troubles } from './act.ts';

export const close = (): void => { dialog.value = null; };

export const On = ({ choice }: { choice: Choice }): JSX.Element => (
  <p class="sub">{choice.filter ? t('form.on_all', { n: choice.n }) : t('form.on', { n: choice.n, name: choice.rows[0] ? nameOf(choice.rows[0]) : '' })}</p>
);

// What the server says to a question that is asked anew whenever `key` changes; null: not yet.
export function useAsked<T>(key: string, ask: () => Promise<T> | null, waitMs = 0): { value: T | null; wrong: string } {
  const [answer, setAnswer] = useState<{ value: T | null; wrong: string }>({ value: null, wrong: '' });
  useEffect(() => {
    let mine = true;
    const timer = setTimeout(() => {
      ask()?.then((value) => { if (mine) setAnswer({ value, wrong: '' }); }, (error: unknown) => { if (mine) setAnswer({ value: null, wrong: errorText(error) }); });
    }, waitMs);
    return () => {
      mine = false;
      clearTimeout(timer);
    };
  }, [key]);
  return answer;
}

interface FormProps {
  title: string;
  choice: Choice;
  text?: string;
  submit: string;
  off?: boolean;
  children: ComponentChildren;
  send: () => Promise<void> | null; // null: something is still wrong, and said beside its field
}

// There are more, or fewer, than were shown: the list is read again, and it is asked once more.
async function chooseAgain(): Promise<void> {
  await refresh();
  const open = dialog.peek();
  if (open?.choice.filter) dialog.value = { ...open, choice: chosen() };
}

export function ActionForm({ title, choice, text, submit, off, children, send }: FormProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<{ text: string; list: string[] } | null>(null);
  const go = async (e: Event): Promise<void> => {
    e.preventDefault();
    const sent = send();
    if (!sent) return;
    setBusy(true);
    try {
      await sent;
      close();
    } catch (error) {
      setWrong({ text: errorText(error), list: error instanceof ApiError ? troubles(error.problems) : [] });
      if (error instanceof ApiError && error.status === 409 && error.field === 'expected') await chooseAgain();
      setBusy(false);
    }
  };
  return (
    <Modal title={title} onClose={close}>
      <form class="dlg-form" noValidate onSubmit={(e) => void go(e)}>
        <div><On choice={choice} />{text && <p class="sub">{text}</p>}</div>
        {wrong && <div class="alert" role="alert"><p>{wrong.text}</p>{wrong.list.length > 0 && <ul>{wrong.list.map((one) => <li key={one}>{one}</li>)}</ul>}</div>}
        {children}
        <div class="foot">
          <button type="button" class="btn" onClick={close}>{t('form.cancel')}</button>
          <button type="submit" class="btn p" disabled={busy || off}>{submit}</button>
        </div>
      </form>
    </Modal>
  );
}

interface TextProps {
  id: string;
  label: string;
  value: string;
  error: string;
  help: string;
  rows?: number;
  first?: boolean; // it has the focus at first
  onText: (text: string) => void;
}

export const TextField = (props: TextProps): JSX.Element => (
  <div class="field">
    <label for={props.id}>{props.label}</label>
    <textarea id={props.id} autofocus={props.first} rows={props.rows ?? 3} maxLength={4000} value={props.value} aria-invalid={props.error !== ''} aria-describedby={`${props.id}-help`}
      onInput={(e) => props.onText(e.currentTarget.value)}
      onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.currentTarget.form?.requestSubmit(); }} />
    <p id={`${props.id}-help`} class={props.error ? 'err' : 'help'}>{props.error || props.help}</p>
  </div>
);

export const CommentField = (props: { value: string; error: string; help?: string; onText: (text: string) => void }): JSX.Element => (
  <TextField id="f-comment" label={t('form.comment')} first value={props.value} error={props.error} help={props.help ?? t('form.comment_help')} onText={props.onText} />
);

// A comment is one line of the record; the field is tall because people write in paragraphs.
export const oneLine = (text: string): string => text.trim().replace(/\s*[\r\n\t]+\s*/g, ' ');

export const Option = (props: { on: boolean; label: string; help?: string; onSet: (on: boolean) => void }): JSX.Element => (
  <label class="opt">
    <input type="checkbox" checked={props.on} onChange={(e) => props.onSet(e.currentTarget.checked)} />
    <span>{props.label}{props.help && <small>{props.help}</small>}</span>
  </label>
);

export function Pick<T extends string>(props: { id: string; label: string; value: T; options: readonly (readonly [T, string])[]; onPick: (value: T) => void }): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      <select id={props.id} value={props.value} onChange={(e) => props.onPick(e.currentTarget.value as T)}>{props.options.map(([value, text]) => <option key={value} value={value} selected={value === props.value}>{text}</option>)}</select>
    </div>
  );
}

export const focusOn = (id: string): void => { document.getElementById(id)?.focus(); };
