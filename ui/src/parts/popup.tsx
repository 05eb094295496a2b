// SPDX-License-Identifier: Apache-2.0
// A button with a small box below it (or above, at the foot of the page): a few choices, or a small form. Closed by Esc, which gives the focus back, and by pointing elsewhere.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface PopupProps {
  label: string;
  children: (close: () => void) => ComponentChildren;
  opened?: () => void;
  up?: boolean;
}

export function Popup({ label, children, opened, up }: PopupProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    opened?.();
    const outside = (e: MouseEvent): void => { if (e.target instanceof Node && !box.current?.contains(e.target)) setOpen(false); };
    const key = (e: KeyboardEvent): void => {
      if (e.key !== 'Escape') return;
      e.preventDefault();
      e.stopPropagation();
      setOpen(false);
      box.current?.querySelector('button')?.focus();
    };
    document.addEventListener('mousedown', outside);
    document.addEventListener('keydown', key, true);
    return () => {
      document.removeEventListener('mousedown', outside);
      document.removeEventListener('keydown', key, true);
    };
  }, [open]);
  return (
    <div class="pop" ref={box}>
      <button type="button" class="btn" aria-expanded={open} onClick={() => setOpen(!open)}>{label}</button>
      {open && <div class={up ? 'popbox up' : 'popbox'} role="group" aria-label={label}>{children(() => setOpen(false))}</div>}
    </div>
  );
}
