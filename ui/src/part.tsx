// SPDX-License-Identifier: Apache-2.0
// A part of the application that is loaded when it is first wanted: its code (which brings its style sheet) and its books of texts.
import type { JSX } from 'preact';
import { signal } from '@preact/signals';
import { openBook, t } from './i18n/i18n.ts';
import type { BookName } from './i18n/books.ts';

export class Part<T> {
  private readonly loaded = signal<T | null>(null);
  readonly failed = signal(false);
  private asked: Promise<T> | null = null;
  constructor(private readonly code: () => Promise<T>, private readonly books: readonly BookName[] = []) {}

  // Before it is wanted: it will be there sooner.
  fetch(): void {
    this.ready().catch(() => undefined);
  }

  // Its code, when it has come.
  ready(): Promise<T> {
    this.asked ??= Promise.all([this.code(), ...this.books.map(openBook)]).then(([code]) => (this.loaded.value = code), (error: unknown) => {
      console.error(error);
      this.failed.value = true;
      throw error;
    });
    return this.asked;
  }

  // What is there already; null: it is on its way, and who asked is drawn again when it has come.
  get(): T | null {
    this.fetch();
    return this.loaded.value;
  }
}

// Shown instead of a part that is not there: after 100 ms that it is coming, or that it cannot (the network failed, or a newer Vigie has put another file in its place).
export const Waiting = ({ part }: { part: Part<unknown> }): JSX.Element => (part.failed.value
  ? <div class="empty" role="alert"><h2>{t('part.failed')}</h2><p>{t('part.failed_text')}</p><button type="button" class="btn p" onClick={() => location.reload()}>{t('error.reload')}</button></div>
  : <p class="coming muted" role="status" aria-busy="true"><span class="skel" />{t('list.loading')}</p>);

// Adds a style sheet; the build makes it of `import './NAME.css'` in a part that is loaded later.
export function addStyle(href: string): Promise<void> {
  if (document.querySelector(`link[rel=stylesheet][href="${href}"]`)) return Promise.resolve();
  return new Promise((done, fail) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.onload = () => done();
    link.onerror = () => { link.remove(); fail(new Error(`${href} could not be loaded`)); };
    link.href = href;
    document.head.append(link);
  });
}
