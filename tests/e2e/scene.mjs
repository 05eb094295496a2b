// SPDX-License-Identifier: Apache-2.0
// What every page's test begins and ends with: one real Vigie, one browser, the first user signed in; in the end nothing went wrong in the browser and Vigie ended well.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { launch, newPage } from './browser.mjs';
import { listOf, signUp } from './list.mjs';
import { startVigie } from './vigie.mjs';

export const USER = 'marie';
export const PASSWORD = 'brume lente 42';
export const LIVE_MS = 150000; // what comes by itself, on a machine that does much else

// Take what you need of it in beforeEach: hooks of the top run side by side. signedUp: false leaves the set-up to the test. more, quiet, others: services and other objects beside the usual ones (vigie.mjs). What it returns is filled before the first test: page, context, browser, vigie, wrongs; and listOf's helpers.
export function scene({ signedUp = true, more = [], quiet = 0, others = '' } = {}) {
  const s = {};
  before(async () => {
    s.vigie = await startVigie(more, quiet, others).catch((error) => {
      console.error(error.message); // once, not once a step
      process.exit(1);
    });
    s.browser = await launch();
    Object.assign(s, await newPage(s.browser));
    if (signedUp) await signUp(s.page, s.vigie, USER, PASSWORD);
  });
  // A step that failed half-way must not take the others with it.
  beforeEach(async () => {
    await s.context.setOffline(false);
    if (s.page.url().startsWith('http')) await s.page.evaluate(() => localStorage.clear());
  });
  after(async () => {
    await s.browser?.close();
    const code = await s.vigie?.stop();
    if (s.vigie?.own) assert.equal(code, 0, 'SIGTERM ends Vigie with 0');
  });
  return Object.assign(s, listOf(() => s));
}

// The last step of a page's test. `but`: what the test itself provoked.
export function clean(s, but = () => false) {
  test('nothing went wrong in the browser on the way', () => {
    assert.deepEqual(s.wrongs.filter((wrong) => !but(wrong)), []);
  });
}
