// SPDX-License-Identifier: Apache-2.0
// Made by build.mjs of src/api/right.def: the words of each right, English and French.
declare module 'vigie:rights' {
  export const RIGHTS: Readonly<Record<string, readonly [string, string]>>;
}
