// SPDX-License-Identifier: Apache-2.0
// Graphs are loaded when the first one is wanted: those who only read the list do not pay for them.
import type { JSX } from 'preact';
import { signal } from '@preact/signals';
import { t } from './i18n/i18n.ts';
import type { Perf } from './model.ts';
import type * as Graphs from './graph/graphs.ts';
import type * as Sparks from './graph/spark.tsx';

// A part of the application that is loaded when it is first asked for.
class Part<T> {
  private readonly loaded = signal<T | null>(null);
  readonly failed = signal(false);
  private asked = false;
  constructor(private readonly load: () => Promise<T>) {}

  // Returns what is there already; null: it is on its way, and who asked is drawn again when it has come.
  get(): T | null {
    if (!this.asked) {
      this.asked = true;
      this.load().then((all) => { this.loaded.value = all; }).catch((error: unknown) => {
        console.error(error);
        this.failed.value = true;
      });
    }
    return this.loaded.value;
  }
}

const graphs = new Part<typeof Graphs>(() => import('./graph/graphs.ts'));
const spark = new Part<typeof Sparks>(() => import('./graph/spark.tsx'));

// The network failed, or a newer Vigie has put another file in its place.
const Waiting = (): JSX.Element => (graphs.failed.value
  ? <div class="empty" role="alert"><h2>{t('graph.no_code')}</h2><p>{t('graph.no_code_text')}</p><button type="button" class="btn p" onClick={() => location.reload()}>{t('error.reload')}</button></div>
  : <p class="gwait muted" aria-busy="true">{t('list.loading')}</p>);

export function GraphsPage(): JSX.Element {
  const all = graphs.get();
  return all ? <all.GraphsPage /> : <main id="main" class="scroll" tabIndex={-1}><Waiting /></main>;
}

export function GraphTab(props: { id: string; subject: string; moment: string; perf: readonly Perf[] | undefined }): JSX.Element {
  const all = graphs.get();
  return all ? <all.GraphTab {...props} /> : <div class="body"><Waiting /></div>;
}

// Beside other things, which are worth showing without it.
export function Strip(props: { id: string; moment: string }): JSX.Element | null {
  const all = graphs.get();
  return all && <all.Strip {...props} />;
}

// The small lines of the list, which pays for no more than these.
export function Spark({ id }: { id: string }): JSX.Element | null {
  const part = spark.get();
  return part && <part.Spark id={id} />;
}
