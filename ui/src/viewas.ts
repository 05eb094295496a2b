// SPDX-License-Identifier: Apache-2.0
// "View as": what somebody else would see, in this tab only. The server gives it to those who have the right users.view_as, and only to look: anything but reading is refused.
import { signal } from '@preact/signals';
import { storedViewAs, VIEW_AS_KEY } from './prefs.ts';

export const viewAs = signal(storedViewAs());

// The page begins anew, so that nothing of one person's is left on the screen of the other's.
export function setViewAs(name: string, at = '/'): void {
  try {
    if (name) sessionStorage.setItem(VIEW_AS_KEY, name);
    else sessionStorage.removeItem(VIEW_AS_KEY);
  } catch {
    return;
  }
  viewAs.value = name;
  location.assign(at);
}
