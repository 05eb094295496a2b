// SPDX-License-Identifier: Apache-2.0
// How Vigie itself does: read every few seconds on any page, because a full disk must be said loudly wherever one looks.
import { computed, effect, signal } from '@preact/signals';
import { api, session } from '../api.ts';
import { lang, said, t } from '../i18n/i18n.ts';
import type { Reload, Status, Warning } from '../model.ts';

export const status = signal<Status | null>(null);

const POLL_MS = 10000;
let timer: ReturnType<typeof setTimeout> | undefined;

// The page is of one build; when the server is of another, the page may speak wrongly with it.
let firstBuild = '';
export const updated = signal(false);

export const degraded = computed(() => status.value?.journal?.degraded || '');

// What of the record cannot be written: all of it, something beside the journal, or nothing for now because the disk does not answer; empty: all is written.
export const writing = computed<'' | 'all' | 'part' | 'stands'>(() => {
  const codes = (status.value?.warnings ?? []).map((w) => (typeof w === 'string' ? '' : w.code));
  if (degraded.value) return 'all';
  if (codes.includes('journal_stands')) return 'stands';
  return codes.includes('record_waits') ? 'part' : '';
});

export function warningText(warning: string | Warning): string {
  if (typeof warning === 'string') return warning;
  return said((lang.value === 'fr' ? warning.text_fr : warning.text_en) || warning.text || warning.text_en || warning.code || '');
}

// What is said on every page: something that people expect does not happen.
export const warnings = computed(() => (status.value?.warnings ?? [])
  .filter((w) => typeof w === 'string' || w.code !== 'journal_degraded').map(warningText).filter(Boolean));

// The parent's warnings are for its log, in English; the four of them have their words here.
function rightsText(warning: string): string {
  if (warning === '') return '';
  if (warning.includes('no such user')) return t('note.rights_nobody');
  if (warning.startsWith('nagios_user')) return t('note.rights_root');
  return t(warning.includes('ordinary user') ? 'note.rights_ordinary' : 'note.rights_users');
}

// The last reload, if it was refused: the configuration before it is in force.
export const refused = computed<Reload | null>(() => (status.value?.reload && !status.value.reload.ok ? status.value.reload : null));
// How many warnings there are of the configuration in force.
export const doubtful = computed(() => status.value?.config_warning_count ?? status.value?.config_warnings?.length ?? 0);

// What is said on Platform: how this Vigie was started.
export const remarks = computed(() => {
  const process = status.value?.process;
  return [process?.one_process ? t('note.one_process') : '', rightsText(process?.rights_warning ?? '')].filter(Boolean);
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
