// SPDX-License-Identifier: Apache-2.0
// "View as": what somebody else would see, in this tab only. The server gives it to those who have the right users.view_as, and only to look: anything but reading is refused.
import { signal } from '@preact/signals';

const KEY = 'vigie.view-as';
function stored(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return ''; // storage is refused in some private windows, or there is none
  }
}

export const viewAs = signal(stored());

// The page begins anew, so that nothing of one person's is left on the screen of the other's.
export function setViewAs(name: string, at = '/'): void {
  try {
    if (name) sessionStorage.setItem(KEY, name);
    else sessionStorage.removeItem(KEY);
  } catch {
    return;
  }
  viewAs.value = name;
  location.assign(at);
}
