// SPDX-License-Identifier: Apache-2.0
// Events out of pieces: however the network cuts them, they are the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventReader } from '../src/sse.ts';

const TEXT = 'retry: 2000\n\nid: 1-2\nevent: row\ndata: {"a":1}\n\n:\n\nevent: resync\ndata: {}\n\ndata: one\ndata:two\n\nevent: gone\n\nevent: counts\r\ndata: é: x\r\n\r\n';
const WANT = [['row', '{"a":1}'], ['resync', '{}'], ['message', 'one\ntwo'], ['counts', 'é: x']];

test('events are the same, however they are cut', () => {
  for (let size = 1; size <= TEXT.length; size++) {
    const heard: string[][] = [];
    const read = eventReader((name, data) => heard.push([name, data]));
    for (let at = 0; at < TEXT.length; at += size) read(TEXT.slice(at, at + size));
    assert.deepEqual(heard, WANT, `in pieces of ${size}`);
  }
});

test('what is not whole yet is not said', () => {
  const heard: string[] = [];
  const read = eventReader((name) => heard.push(name));
  read('event: row\ndata: {}\n');
  assert.deepEqual(heard, []);
  read('\n');
  assert.deepEqual(heard, ['row']);
});
