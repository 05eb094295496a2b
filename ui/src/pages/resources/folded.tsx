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
  go({ view: 'all', open: '', q: added(q, view === 'hosts' ? `host:=${quoted(row.host)}` : `service:=${quoted(row.service ?? '')}`) });
}

export function FoldedCell({ row, folded }: { row: Row; folded: Folded }): JSX.Element {
  const hosts = route.value.view === 'hosts';
  const states = STATES.filter((s) => (folded.counts[s] ?? 0) > 0);
  return (
    <span class="folded">
      <button type="button" class="btn fold" onClick={() => openFolded(row)}>{t(hosts ? 'list.parts' : 'list.places', { n: folded.count })}</button>
      {states.map((s) => <span key={s} class={`cnt s-${s}`} data-tip={t(`state.${s}`)}><Shape state={s} /><span class="sr">{t(`state.${s}`)} </span>{num(folded.counts[s] ?? 0, 0)}</span>)}
      {hosts && <span class="o">{row.output}</span>}
    </span>
  );
}
