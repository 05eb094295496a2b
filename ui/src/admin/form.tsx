// SPDX-License-Identifier: Apache-2.0
// What the pages of the administration are made of: dialogs that say a refusal beside its field, blocks with a table, a menu of a row.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, errorText } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Modal } from '../parts/bits.tsx';
import { Icon } from '../parts/icons.tsx';
import { toast } from '../store/toast.ts';
import './admin.css';

export type Errors = Readonly<Record<string, string>>;

interface FormProps {
  title: string;
  text?: ComponentChildren;
  submit: string;
  wide?: boolean;
  bad?: boolean; // it takes something away
  check?: () => Errors; // what is wrong before it is sent, by field
  send: () => Promise<string>; // what to say when it is done; nothing: who sent goes on by itself
  done?: () => void;
  close: () => void;
  fields?: readonly string[]; // a refusal of one of these is said there, by whoever draws it
  children?: (errors: Errors) => ComponentChildren;
}

const focusOn = (field: string): void => {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`#f-${field}, #f-${field} input, #f-${field} button`)?.focus());
};

export function Form(props: FormProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const [errors, setErrors] = useState<Errors>({});
  const show = (found: Errors): boolean => {
    setErrors(found);
    const first = Object.keys(found)[0];
    if (first) focusOn(first);
    return first !== undefined;
  };
  const refuse = (reason: unknown): void => {
    const field = reason instanceof ApiError ? (reason.field ?? '').split('/')[0]! : '';
    if (field && props.fields?.includes(field)) show({ [field]: errorText(reason) });
    else setRefused(errorText(reason));
  };
  const go = async (e: Event): Promise<void> => {
    e.preventDefault();
    setRefused('');
    if (busy || show(props.check?.() ?? {})) return;
    setBusy(true);
    try {
      const said = await props.send();
      if (said) {
        toast(said);
        props.close();
      }
      props.done?.();
    } catch (reason) {
      refuse(reason);
    }
    setBusy(false);
  };
  return (
    <Modal title={props.title} wide={props.wide ?? false} onClose={props.close}>
      <form class="dlg-form" noValidate onSubmit={(e) => void go(e)} aria-busy={busy}>
        {props.text && <div class="muted">{props.text}</div>}
        {refused && <p class="alert" role="alert">{refused}</p>}
        {props.children?.(errors)}
        <div class="foot">
          <button type="button" class="btn" onClick={props.close}>{t('form.cancel')}</button>
          <button type="submit" class={props.bad ? 'btn p bad' : 'btn p'} disabled={busy} {...(props.children ? {} : { autofocus: true })}>{props.submit}</button>
        </div>
      </form>
    </Modal>
  );
}

export const Said = ({ id, error, help }: { id: string; error: string | undefined; help?: ComponentChildren }): JSX.Element => (
  <p id={id} class={error ? 'err' : 'help'} {...(error ? { role: 'alert' } : {})}>{error || help}</p>
);

export function TextField(props: { name: string; label: string; value: string; error: string | undefined; help?: string; first?: boolean; onText: (text: string) => void }): JSX.Element {
  const id = `f-${props.name}`;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input id={id} type="text" autofocus={props.first ?? false} autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={64} value={props.value}
        aria-invalid={Boolean(props.error)} aria-describedby={`${id}-help`} onInput={(e) => props.onText(e.currentTarget.value)} />
      <Said id={`${id}-help`} error={props.error} help={props.help} />
    </div>
  );
}

export const Sure = (props: { title: string; text: string; submit: string; send: () => Promise<string>; done: () => void; close: () => void }): JSX.Element => <Form {...props} bad />;

// A part of a page, with what may be done to all of it.
export const Block = (props: { title?: string; text?: ComponentChildren; act?: JSX.Element | false | null; children: ComponentChildren }): JSX.Element => (
  <section class="block">
    {(props.title || props.text || props.act) && <header class="row"><div>{props.title && <h2>{props.title}</h2>}{props.text && <p>{props.text}</p>}</div>{props.act}</header>}
    {props.children}
  </section>
);

// A table that becomes cards where there is no room for columns: each cell says its column by `data-k`.
export const Table = (props: { label: string; heads: readonly string[]; children: ComponentChildren }): JSX.Element => (
  <div class="x" tabIndex={0} role="region" aria-label={props.label}>
    <table class="grid carded">
      <caption class="sr">{props.label}</caption>
      <thead><tr>{props.heads.map((head) => <th scope="col" key={head}>{head || <span class="sr">{t('admin.acts')}</span>}</th>)}</tr></thead>
      <tbody>{props.children}</tbody>
    </table>
  </div>
);

export interface Act {
  text: string;
  run: () => void;
  bad?: boolean;
}

// What else may be done to a row.
export function More({ label, acts }: { label: string; acts: readonly Act[] }): JSX.Element | null {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  const box = useRef<HTMLSpanElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const close = (focus: boolean): void => {
    setAt(null);
    if (focus) box.current?.querySelector('button')?.focus();
  };
  useEffect(() => {
    if (!at) return undefined;
    const place = menu.current!;
    place.style.left = `${Math.max(8, Math.min(at.x - place.offsetWidth, innerWidth - place.offsetWidth - 8))}px`;
    place.style.top = `${at.y + place.offsetHeight < innerHeight ? at.y : Math.max(8, at.y - place.offsetHeight - 36)}px`;
    place.querySelector('button')?.focus();
    const away = (e: Event): void => { if (!(e.target instanceof Node && box.current?.contains(e.target))) close(false); };
    document.addEventListener('mousedown', away);
    document.addEventListener('scroll', away, true);
    return () => {
      document.removeEventListener('mousedown', away);
      document.removeEventListener('scroll', away, true);
    };
  }, [at]);
  if (acts.length === 0) return null;
  const key = (e: KeyboardEvent): void => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const to = items.indexOf(document.activeElement as HTMLElement) + (e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0);
    if (e.key === 'Escape') close(true);
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') items[(to + items.length) % items.length]?.focus();
    else if (e.key === 'Tab') return close(false);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const open = (e: MouseEvent): void => {
    const b = (e.currentTarget as HTMLElement).getBoundingClientRect();
    setAt(at ? null : { x: b.right, y: b.bottom + 4 });
  };
  return (
    <span ref={box} onKeyDown={key}>
      <button type="button" class="btn icon" aria-haspopup="menu" aria-expanded={at !== null} aria-label={label} data-tip={t('admin.more')} onClick={open}><Icon name="dots" /></button>
      {at && <div class="cellmenu" role="menu" ref={menu} aria-label={label}>{acts.map((act) => <button type="button" role="menuitem" key={act.text} class={act.bad ? 'bad-t' : ''} onClick={() => { close(true); act.run(); }}>{act.text}</button>)}</div>}
    </span>
  );
}

// A text that is shown once.
export function Secret({ text, label }: { text: string; label: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => { navigator.clipboard?.writeText(text).then(() => setCopied(true), () => undefined); };
  return <div class="secret"><code aria-label={label}>{text}</code><button type="button" class="btn" onClick={copy}>{t(copied ? 'admin.copied' : 'admin.copy')}</button><span class="sr" role="status">{copied && t('admin.copied')}</span></div>;
}

// Of what is read from the server: why it could not be, or that it is coming.
export const Coming = ({ failed }: { failed: string }): JSX.Element => (failed ? <p class="alert" role="alert">{failed}</p> : <p class="muted" aria-busy="true">{t('list.loading')}</p>);

export const Page = ({ title, act, children }: { title: string; act?: JSX.Element | false | null; children: ComponentChildren }): JSX.Element => (
  <main id="main" class="scroll" tabIndex={-1}>
    <div class="plat"><div class="bar"><h1 tabIndex={-1}>{title}</h1><span class="sp" />{act}</div>{children}</div>
  </main>
);
