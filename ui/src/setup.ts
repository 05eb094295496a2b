// SPDX-License-Identifier: Apache-2.0
// The code of a set-up link: 256 bits in base64url. A link that a terminal broke in two has blanks in it when it is pasted.
export const CODE_LENGTH = 43;
export const codeIn = (text: string): string | null => /(?:^|#)setup=(.*)$/s.exec(text.replace(/\s+/g, ''))?.[1] ?? null;

export function tokenIn(text: string): string {
  const code = codeIn(text) ?? '';
  return code.length === CODE_LENGTH && /^[A-Za-z0-9_-]+$/.test(code) ? code : '';
}
