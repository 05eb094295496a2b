// SPDX-License-Identifier: Apache-2.0
// The colours of the style sheet, for a canvas; a new set when theme or contrast change.
import { signal } from '@preact/signals';
import { SLOTS, type Palette } from './draw.ts';

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const state = { ok: of('ok'), up: of('ok'), warning: of('warn-fill'), critical: of('crit'), down: of('crit'), unknown: of('unk'), unreachable: of('unr') };
  return {
    text: of('text'), muted: of('muted'), grid: of('line-2'), edge: of('edge'), surface: of('surface'), accent: of('accent'), hatch: of('hatch'), warn: of('warn-fill'), crit: of('crit'),
    state, line: Array.from({ length: SLOTS }, (_, i) => of(`g${i + 1}`)), font: of('font'), high: document.documentElement.dataset['contrast'] === 'high',
  };
}

export const palette = signal<Palette | null>(null);
let watching = false;

export function watchPalette(): void {
  if (watching) return;
  watching = true;
  palette.value = read();
  new MutationObserver(() => { palette.value = read(); }).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-contrast'] });
}
