// SPDX-License-Identifier: Apache-2.0
// What is typed for a field that is still being loaded. Pure, so that it can be tested.

export interface Pressed {
  key: string;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  altGr: boolean;
}

// A letter behind AltGr comes with Ctrl and Alt on some systems; it is a letter all the same.
export const isLetter = (p: Pressed): boolean => [...p.key].length === 1 && !p.meta && (p.altGr || (!p.ctrl && !p.alt));

// The text with that key; an Enter ends it. null: the key is not for the field.
export function typed(text: string, p: Pressed): string | null {
  if (isLetter(p)) return text + p.key;
  if (p.ctrl || p.alt || p.meta) return null;
  if (p.key === 'Enter') return `${text}\n`;
  return p.key === 'Backspace' ? [...text].slice(0, -1).join('') : null;
}
