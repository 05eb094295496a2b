// SPDX-License-Identifier: Apache-2.0
// What the set-up page says while a password is typed. The role auth has the last word.

export const MIN_LENGTH = 12;
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn'];

export interface Verdict {
  length: boolean;
  name: boolean;
  varied: boolean;
}

// How much of the text only continues a row of keys or repeats what stood before.
function predictable(text: string): number {
  let count = 0;
  for (let i = 1; i < text.length; i++) {
    const pair = text.slice(i - 1, i + 1);
    const back = pair[1]! + pair[0]!;
    const repeats = text.lastIndexOf(pair, i - 2) >= 0;
    if (pair[0] === pair[1] || repeats || ROWS.some((row) => row.includes(pair) || row.includes(back))) count++;
  }
  return count;
}

export function judge(password: string, user: string): Verdict {
  const low = password.toLowerCase();
  const name = user.trim().toLowerCase();
  const letters = Array.from(password).length;
  return {
    length: letters >= MIN_LENGTH,
    name: letters > 0 && (name.length < 3 || !low.includes(name)),
    varied: letters > 0 && new Set(low).size >= 5 && predictable(low) < low.length / 2,
  };
}

export const goodPassword = (v: Verdict): boolean => v.length && v.name && v.varied;
export const goodUser = (user: string): boolean => /^[A-Za-z0-9._@-]{1,64}$/.test(user);
