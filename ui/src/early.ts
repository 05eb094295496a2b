// SPDX-License-Identifier: Apache-2.0
// The first question of every page is who is signed in. boot.ts asks it while the application is still being read; api.ts takes the answer, once.
import { storedViewAs } from './prefs.ts';

const holder = globalThis as { vigieSession?: Promise<Response> | undefined };

export function askSession(lang: string): void {
  const as = storedViewAs();
  const asked = fetch('/api/v1/session', { headers: { Accept: 'application/json', 'Accept-Language': lang, ...(as && { 'X-View-As': as }) }, credentials: 'same-origin', cache: 'no-store' });
  asked.catch(() => undefined); // who takes the answer hears of it
  holder.vigieSession = asked;
}

export function takeSession(): Promise<Response> | undefined {
  const asked = holder.vigieSession;
  holder.vigieSession = undefined;
  return asked;
}
