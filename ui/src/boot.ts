// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that someone who chose a theme never sees a flash of the other one.
import { applyLook, readPrefs } from './prefs.ts';

applyLook(readPrefs());
