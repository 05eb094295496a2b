// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typed, type Pressed } from '../src/ahead.ts';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({ key, ctrl: false, alt: false, meta: false, altGr: false, ...more });

test('what is typed ahead is what a field would have', () => {
  assert.equal(typed('we', press('b')), 'web');
  assert.equal(typed('web', press(' ')), 'web ');
  assert.equal(typed('web', press('Enter')), 'web\n');
  assert.equal(typed('web', press('Backspace')), 'we');
  assert.equal(typed('a😀', press('Backspace')), 'a');
  assert.equal(typed('', press('Backspace')), '');
  assert.equal(typed('', press('@', { ctrl: true, alt: true, altGr: true })), '@', 'AltGr');
  assert.equal(typed('', press('€', { altGr: true })), '€');
});

test('other keys are not for the field', () => {
  for (const one of [press('r', { ctrl: true }), press('x', { alt: true }), press('c', { meta: true }), press('Tab'), press('ArrowDown'), press('Backspace', { ctrl: true }), press('Escape')]) assert.equal(typed('a', one), null, one.key);
});
