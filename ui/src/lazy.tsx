// SPDX-License-Identifier: Apache-2.0
// Graphs are loaded when the first one is wanted: those who only read the list do not pay for them.
import type { JSX } from 'preact';
import { signal } from '@preact/signals';
import { t } from './i18n/i18n.ts';
import type * as Graphs from './graph/graphs.ts';

const loaded = signal<typeof Graphs | null>(null);
const failed = signal(false);
let asked = false;

// Returns what is there already; null: it is on its way, and who asked is drawn again when it has come.
export function graphs(): typeof Graphs | null {
  if (!asked) {
    asked = true;
    import('./graph/graphs.ts').then((all) => { loaded.value = all; }).catch((error: unknown) => {
      console.error(error);
      failed.value = true;
    });
  }
  return loaded.value;
}

// The network failed, or a newer Vigie has put another file in its place.
const Waiting = (): JSX.Element => (failed.value
  ? <div class="empty" role="alert"><h2>{t('graph.no_code')}</h2><p>{t('graph.no_code_text')}</p><button type="button" class="btn p" onClick={() => location.reload()}>{t('error.reload')}</button></div>
  : <p class="gwait muted" aria-busy="true">{t('list.loading')}</p>);

export function GraphsPage(): JSX.Element {
  const all = graphs();
  return all ? <all.GraphsPage /> : <main id="main" class="scroll" tabIndex={-1}><Waiting /></main>;
}

export function GraphTab(props: { id: string; subject: string; moment: string }): JSX.Element {
  const all = graphs();
  return all ? <all.GraphTab {...props} /> : <div class="body"><Waiting /></div>;
}

// Beside other things, which are worth showing without it.
export function Strip(props: { id: string; moment: string }): JSX.Element | null {
  const all = graphs();
  return all && <all.Strip {...props} />;
}

export function Spark({ id }: { id: string }): JSX.Element | null {
  const all = graphs();
  return all && <all.Spark id={id} />;
}
