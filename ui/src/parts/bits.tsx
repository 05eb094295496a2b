// SPDX-License-Identifier: Apache-2.0
// Small parts used everywhere: keys, times with their exact value, tooltips, toasts, modal dialogs.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import { duration, exact, relative, seconds } from '../format.ts';
import { lang, setPrefs, t } from '../i18n/i18n.ts';
import type { Lang } from '../prefs.ts';
import { now, slowNow } from '../store/now.ts';
import { dismiss, spoken, toast, toasts, type Toast } from '../store/toast.ts';
import { Icon } from './icons.tsx';

export const keyName = (k: string): string => (k === 'Enter' ? t('key.enter') : k === 'Esc' ? t('key.esc') : k);
export const Kbd = ({ k }: { k: string }): JSX.Element => <kbd class="kbd" aria-hidden="true">{keyName(k)}</kbd>;

interface AgeProps {
  at: string | null | undefined;
  bare?: boolean; // "18 s" rather than "18 s ago"
  fast?: boolean;
  stop?: boolean; // reachable by Tab, so that the exact time is too
}

export function Age({ at, bare, fast, stop }: AgeProps): JSX.Element {
  const time = fast ? now.value : slowNow.value;
  const then = seconds(at);
  if (then === null) return <span>—</span>;
  const passed = time / 1000 - then;
  const text = bare ? duration(passed) : relative(at, time);
  return <time dateTime={at ?? ''} data-tip={exact(at)} {...(stop ? { tabIndex: 0 } : {})}>{text}</time>;
}

// One tooltip for the whole page: it follows [data-tip] under the pointer or with the focus.
const tip = signal<{ text: string; x: number; y: number } | null>(null);

function showTip(target: EventTarget | null): void {
  const host = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
  const word = host?.dataset['tipWithout'] ? host.querySelector<HTMLElement>(host.dataset['tipWithout']) : null; // said already where that is shown
  if (!host?.dataset['tip'] || word?.offsetParent || host.getAttribute('aria-expanded') === 'true') {
    tip.value = null;
    return;
  }
  const box = host.getBoundingClientRect();
  tip.value = { text: host.dataset['tip'], x: box.left + box.width / 2, y: box.bottom + 6 };
}

export function Tip(): JSX.Element | null {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const over = (e: MouseEvent): void => showTip(e.target);
    const focus = (e: FocusEvent): void => { if (e.target instanceof Element && e.target.matches(':focus-visible')) showTip(e.target); };
    const hide = (): void => { tip.value = null; };
    document.addEventListener('mouseover', over);
    document.addEventListener('focusin', focus);
    document.addEventListener('focusout', hide);
    document.addEventListener('scroll', hide, true);
    document.addEventListener('keydown', hide);
    document.addEventListener('mousedown', hide);
  }, []);
  const at = tip.value;
  useEffect(() => {
    const el = ref.current;
    if (!el || !at) return;
    const left = Math.max(8, Math.min(at.x - el.offsetWidth / 2, innerWidth - el.offsetWidth - 8));
    const below = at.y + el.offsetHeight < innerHeight - 4;
    el.style.left = `${left}px`;
    el.style.top = `${below ? at.y : at.y - el.offsetHeight - 34}px`;
  }, [at]);
  return at ? <div class="tip" role="tooltip" ref={ref}>{at.text}</div> : null;
}

function ToastView({ toast: one }: { toast: Toast }): JSX.Element {
  return (
    <div class={one.bad ? 'toast bad' : 'toast'}>
      <div class="what">
        <span>{one.text}</span>
        {one.progress && <Progress label={one.text} done={one.progress.done} of={one.progress.of} />}
        {one.list && one.list.length > 0 && <ul>{one.list.map((line) => <li key={line}>{line}</li>)}</ul>}
      </div>
      {one.acts?.map((act) => <button type="button" key={act.text} onClick={() => { dismiss(one.id); act.run(); }}>{act.text}</button>)}
      <button type="button" aria-label={t('help.close_button')} onClick={() => dismiss(one.id)}><Icon name="close" /></button>
    </div>
  );
}

// A bar that moves is not read out at each step: the region is only for what is said once.
export const Toasts = (): JSX.Element => (
  <>
    <div class="sr" aria-live="polite">{spoken}</div>
    <div class="toasts" role="status" aria-live={toasts.value.some((one) => one.progress) ? 'off' : 'polite'}>{toasts.value.map((one) => <ToastView key={one.id} toast={one} />)}</div>
  </>
);

interface ModalProps {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

// The browser's own modal dialog: it keeps the focus inside and gives it back.
export function Modal({ title, wide, onClose, children }: ModalProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const el = ref.current;
    const before = document.activeElement;
    el?.showModal();
    return () => {
      el?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      // The list may have been drawn anew meanwhile: then the row that was current takes the focus.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) document.querySelector<HTMLElement>('tr.cur [data-row]')?.focus({ preventScroll: true });
      });
    };
  }, []);
  const click = (e: MouseEvent): void => {
    if (e.target === ref.current) onClose(); // the veil
  };
  return (
    <dialog ref={ref} class={wide ? 'wide' : ''} aria-labelledby="dlg-title" onCancel={(e) => { e.preventDefault(); onClose(); }} onMouseDown={click}>
      <div class="dlg">
        <h2 id="dlg-title">{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

export function Segments<T extends string>(props: { label: string; value: T; options: readonly (readonly [T, string])[]; onPick: (value: T) => void; class?: string }): JSX.Element {
  return (
    <div class={`seg ${props.class ?? ''}`} role="group" aria-label={props.label} lang={lang.value}>
      {props.options.map(([value, text]) => (
        <button type="button" key={value} aria-pressed={props.value === value} onClick={() => props.onPick(value)}>{text}</button>
      ))}
    </div>
  );
}

export async function pickLang(code: Lang): Promise<void> {
  if (!await setPrefs({ lang: code })) toast(t('part.lang_failed'), true);
}

// How far long work is: `of` unknown as long as it is not known how much there is.
export const Progress = ({ label, done, of }: { label: string; done: number; of?: number | undefined }): JSX.Element => (
  <progress aria-label={label} {...(of === undefined ? {} : { max: Math.max(1, of), value: Math.min(done, of) })} />
);
