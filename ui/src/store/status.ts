// SPDX-License-Identifier: Apache-2.0
// How Vigie itself does: read every few seconds on any page, because a full disk must be said loudly wherever one looks.
import { computed, effect, signal } from '@preact/signals';
import { api, session } from '../api.ts';
import { lang, t } from '../i18n/i18n.ts';
import type { Status, Warning } from '../model.ts';

export const status = signal<Status | null>(null);

const POLL_MS = 10000;
let timer: ReturnType<typeof setTimeout> | undefined;

// The page is of one build; when the server is of another, the page may speak wrongly with it.
let firstBuild = '';
export const updated = signal(false);

export const degraded = computed(() => status.value?.journal?.degraded || '');

export function warningText(warning: string | Warning): string {
  if (typeof warning === 'string') return warning;
  return (lang.value === 'fr' ? warning.text_fr : warning.text_en) || warning.text || warning.text_en || warning.code || '';
}

export const warnings = computed(() => {
  const s = status.value;
  const own = [s?.process?.one_process ? t('note.one_process') : '', s?.process?.rights_warning ?? ''];
  return [...new Set([...(s?.warnings ?? []).filter((w) => typeof w === 'string' || w.code !== 'journal_degraded').map(warningText), ...own])].filter(Boolean);
});

export async function readStatus(): Promise<void> {
  clearTimeout(timer);
  if (!session.peek()) return;
  if (!document.hidden) {
    try {
      const answer = await api<Status>('GET', '/status');
      const build = `${answer.version} ${answer.build ?? ''}`;
      firstBuild ||= build;
      updated.value = build !== firstBuild;
      status.value = answer;
    } catch {
      // The banner says it when nobody answers; the figures stay as they were.
    }
  }
  clearTimeout(timer);
  timer = setTimeout(() => void readStatus(), POLL_MS);
}

export function startStatus(): void {
  effect(() => {
    if (session.value) queueMicrotask(() => void readStatus());
  });
}
