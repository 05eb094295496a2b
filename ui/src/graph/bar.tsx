// SPDX-License-Identifier: Apache-2.0
// What stands above graphs: which time, how near, which other days beside.
import type { JSX } from 'preact';
import { t } from '../i18n/i18n.ts';
import { Icon } from '../parts/icons.tsx';
import { Segments } from '../parts/bits.tsx';
import { go, route } from '../route.ts';
import { spanText } from './time.ts';
import { RANGES, type View } from './view.ts';

const COMPARES = ['1d', '7d', '28d'] as const;

const Move = (props: { icon: 'left' | 'right' | 'nearer' | 'farther' | 'reset'; text: string; act: () => void; off?: boolean }): JSX.Element => (
  <button type="button" class="btn icon" aria-label={props.text} data-tip={props.text} disabled={props.off === true} onClick={props.act}><Icon name={props.icon} /></button>
);

function Compare(): JSX.Element {
  const on = route.value.compare;
  const toggle = (one: string): void => go({ compare: COMPARES.filter((c) => (c === one ? !on.includes(c) : on.includes(c))) }, 'replace');
  return (
    <div class="cmps" role="group" aria-label={t('graph.compare')}>
      <span class="muted" aria-hidden="true">{t('graph.compare')}</span>
      {COMPARES.map((c) => <button type="button" key={c} class="chip plain" aria-pressed={on.includes(c)} data-tip={t(`graph.ago_${c}`)} onClick={() => toggle(c)}>{t(`graph.short_${c}`)}</button>)}
    </div>
  );
}

export function TimeBar({ view, busy, compare }: { view: View; busy: boolean; compare: boolean }): JSX.Element {
  const live = route.value.from === 0;
  const w = view.window.value;
  const ahead = w.to >= Date.now() / 1000 - 5;
  return (
    <div class="tbar">
      <Segments label={t('graph.range')} value={live ? route.value.range : ''} options={RANGES.map((r) => [r as string, t(`graph.range_${r}`)] as const)} onPick={(r) => view.pick(r)} />
      <div class="moves" role="group" aria-label={t('graph.moves')}>
        <Move icon="left" text={t('graph.left')} act={() => view.pan(-0.5)} />
        <Move icon="right" text={t('graph.right')} act={() => view.pan(0.5)} off={ahead} />
        <Move icon="nearer" text={t('graph.nearer')} act={() => view.zoom(0.5, view.cursor.peek())} />
        <Move icon="farther" text={t('graph.farther')} act={() => view.zoom(2, view.cursor.peek())} />
        <Move icon="reset" text={t('graph.reset')} act={() => { view.reset(); }} off={live} />
      </div>
      {compare && <Compare />}
      <span class="when" aria-live="polite" aria-busy={busy}>{spanText(w.from, w.to)}{busy && <i class="busy" aria-hidden="true" />}</span>
      <span class="sr" id="graph-keys">{t('graph.keys')}</span>
    </div>
  );
}
