// SPDX-License-Identifier: Apache-2.0
// What a catalogue is. {name} is filled in; a value {one, other} is chosen by {n}.
export interface Plural {
  one: string;
  other: string;
}
export type Texts = Readonly<Record<string, string | Plural>>;
// Another language has the same keys, and a plural where English has one.
export type Translation<T extends Texts> = { readonly [K in keyof T]: T[K] extends string ? string : Plural };
