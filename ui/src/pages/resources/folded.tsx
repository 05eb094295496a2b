// SPDX-License-Identifier: Apache-2.0
// Rows that stand for several: how many are in which state, and the way to them.
import type { JSX } from 'preact';
import { num } from '../../format.ts';
import { t } from '../../i18n/i18n.ts';
import { STATES, type Folded, type Row } from '../../model.ts';
import { go, route } from '../../route.ts';
import { Shape } from '../../parts/icons.tsx';
import { added, quoted } from '../../search.ts';

// What the row stands for, as a list of its own; the filter that is on stays, so that the numbers agree.
function openFolded(row: Row): void {
  const { view, q } = route.peek();
  const plain = { view: 'all', open: '' } as const;
  if (view === 'problems') go({ ...plain, under: row.id });
  else if (view === 'hosts') go({ ...plain, q: added(q, `host:=${quoted(row.host)}`) });
  else go({ ...plain, q: added(q, `service:=${quoted(row.service ?? '')}`) });
}

const label = (folded: Folded): string => {
  const n = folded.count;
  if (route.value.view === 'problems') return t('list.follow', { n });
  return route.value.view === 'hosts' ? t('list.parts', { n }) : t('list.places', { n });
};

export function FoldedCell({ row, folded }: { row: Row; folded: Folded }): JSX.Element {
  const states = STATES.filter((s) => (folded.counts[s] ?? 0) > 0);
  return (
    <span class="folded">
      {(route.value.view !== 'problems' || folded.count > 0) && <button type="button" class="btn fold" onClick={() => openFolded(row)}>{label(folded)}</button>}
      {route.value.view !== 'problems' && states.map((s) => <span key={s} class={`cnt s-${s}`} data-tip={t(`state.${s}`)}><Shape state={s} /><span class="sr">{t(`state.${s}`)} </span>{num(folded.counts[s] ?? 0, 0)}</span>)}
      {route.value.view !== 'services' && <span class="o">{row.output}</span>}
    </span>
  );
}
