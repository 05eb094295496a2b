// SPDX-License-Identifier: Apache-2.0
// The QR code that an authenticator reads. What is expected was read back by a reader of another project, for each length from 1 to 666 bytes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { pathOf, qrOf, QUIET } from '../src/totp/qr.ts';

const drawn = (text: string): string => qrOf(text)!.map((row) => row.map((dark) => (dark ? '#' : '.')).join('')).join('\n');

test('corners, timing and size are those of its version', () => {
  for (const [length, size] of [[1, 21], [14, 21], [15, 25], [106, 41], [107, 45], [213, 57], [666, 97]] as const) {
    const dark = qrOf('x'.repeat(length))!;
    assert.equal(dark.length, size, `${length} bytes`);
    for (const [x, y] of [[0, 0], [size - 7, 0], [0, size - 7]] as const) {
      assert.ok([0, 1, 2, 3, 4, 5, 6].every((i) => dark[y]![x + i] && dark[y + 6]![x + i] && dark[y + i]![x] && dark[y + i]![x + 6]));
      assert.ok(!dark[y + 1]![x + 1] && dark[y + 3]![x + 3]);
    }
    for (let i = 8; i < size - 8; i++) assert.equal(dark[6]![i], i % 2 === 0);
    assert.ok(dark[size - 8]![8]);
  }
  assert.equal(qrOf('x'.repeat(667)), null);
});

test('the same text gives the picture that a reader has read', () => {
  const hash = (text: string): string => createHash('sha256').update(drawn(text)).digest('hex').slice(0, 16);
  assert.equal(hash('otpauth://totp/Vigie:marie?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Vigie'), 'b5d8c467e9862ba5');
  assert.equal(hash('é'.repeat(150)), 'fd1e710070ee7231');
});

test('the outline has a square for each dark module, behind the quiet zone', () => {
  const dark = qrOf('a')!;
  const path = pathOf(dark);
  assert.equal(path.split('M').length - 1, dark.flat().filter(Boolean).length);
  assert.ok(path.startsWith(`M${QUIET} ${QUIET}h1v1h-1z`));
});
