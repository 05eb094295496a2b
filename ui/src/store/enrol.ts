// SPDX-License-Identifier: Apache-2.0
import { signal } from '@preact/signals';

// A second factor that a role requires is being turned on: the page waits, also while the recovery codes are on the screen.
export const enrolling = signal(false);
