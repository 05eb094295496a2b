// SPDX-License-Identifier: Apache-2.0
// A QR code (ISO/IEC 18004) of a text, drawn here so that a secret never leaves the page: bytes, error correction M, versions 1 to 20 (666 bytes).

// By version, from 1: check bytes of a block, and how many blocks there are.
const CHECK = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
const LEVEL_M = 0;

/* ---- bytes ---- */

// Multiplication in GF(256) with x^8 + x^4 + x^3 + x^2 + 1.
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
    if ((b >> bit) & 1) product ^= a;
  }
  return product & 0xff;
}

// The coefficients of (x - 1)(x - 2)(x - 4)..., without the first.
function divisor(degree: number): number[] {
  const poly = Array<number>(degree).fill(0);
  poly[degree - 1] = 1;
  for (let i = 0, root = 1; i < degree; i++, root = times(root, 2)) {
    for (let k = 0; k < degree; k++) poly[k] = times(poly[k]!, root) ^ (poly[k + 1] ?? 0);
  }
  return poly;
}

function checkBytes(data: readonly number[], by: readonly number[]): number[] {
  const rest = by.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ rest.shift()!;
    rest.push(0);
    by.forEach((coefficient, i) => { rest[i]! ^= times(coefficient, factor); });
  }
  return rest;
}

// How many modules are free for bytes.
function roomOf(version: number): number {
  const marks = version >= 2 ? Math.floor(version / 7) + 2 : 0;
  const around = version >= 2 ? (25 * marks - 10) * marks - 55 : 0;
  return (16 * version + 128) * version + 64 - around - (version >= 7 ? 36 : 0);
}
const bytesOf = (version: number): number => Math.floor(roomOf(version) / 8);
const dataOf = (version: number): number => bytesOf(version) - CHECK[version - 1]! * BLOCKS[version - 1]!;

function dataBytes(text: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const put = (value: number, n: number): void => { for (let i = n - 1; i >= 0; i--) bits.push((value >> i) & 1); };
  put(4, 4);
  put(text.length, version < 10 ? 8 : 16);
  for (const byte of text) put(byte, 8);
  const room = dataOf(version) * 8;
  put(0, Math.min(4, room - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const bytes: number[] = [];
  for (let i = 0; i < bits.length; i += 8) bytes.push(Number.parseInt(bits.slice(i, i + 8).join(''), 2));
  for (let pad = 0xec; bytes.length < room / 8; pad ^= 0xec ^ 0x11) bytes.push(pad);
  return bytes;
}

// Cut into blocks, each with its check bytes, and woven.
function woven(data: readonly number[], version: number): number[] {
  const [count, check] = [BLOCKS[version - 1]!, CHECK[version - 1]!];
  const short = count - (bytesOf(version) % count);
  const shortLength = Math.floor(bytesOf(version) / count) - check;
  const by = divisor(check);
  const blocks: { data: number[]; check: number[] }[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    const part = data.slice(at, at + shortLength + (i < short ? 0 : 1));
    at += part.length;
    blocks.push({ data: part, check: checkBytes(part, by) });
  }
  const out: number[] = [];
  for (let i = 0; i <= shortLength; i++) for (const block of blocks) if (i < block.data.length) out.push(block.data[i]!);
  for (let i = 0; i < check; i++) for (const block of blocks) out.push(block.check[i]!);
  return out;
}

/* ---- modules ---- */

export type Modules = boolean[][];

interface Grid {
  size: number;
  dark: Modules;
  fixed: Modules; // not for bytes
}

function marksOf(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, i) => version * 4 + 10 - (count - 2 - i) * step)];
}

function set(g: Grid, x: number, y: number, dark: boolean): void {
  if (x < 0 || y < 0 || x >= g.size || y >= g.size) return;
  g.dark[y]![x] = dark;
  g.fixed[y]![x] = true;
}

function square(g: Grid, x: number, y: number, reach: number, dark: (ring: number) => boolean): void {
  for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++) set(g, x + dx, y + dy, dark(Math.max(Math.abs(dx), Math.abs(dy))));
}

function remainder(value: number, degree: number, by: number): number {
  let rest = value;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * by);
  return rest;
}

function drawFormat(g: Grid, mask: number): void {
  const data = (LEVEL_M << 3) | mask;
  const bits = ((data << 10) | remainder(data, 10, 0x537)) ^ 0x5412;
  const bit = (i: number): boolean => ((bits >> i) & 1) === 1;
  for (let i = 0; i < 6; i++) set(g, 8, i, bit(i));
  set(g, 8, 7, bit(6));
  set(g, 8, 8, bit(7));
  set(g, 7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(g, 14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(g, g.size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(g, 8, g.size - 15 + i, bit(i));
  set(g, 8, g.size - 8, true);
}

function drawVersion(g: Grid, version: number): void {
  if (version < 7) return;
  const bits = (version << 12) | remainder(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const [a, b] = [g.size - 11 + (i % 3), Math.floor(i / 3)];
    set(g, a, b, ((bits >> i) & 1) === 1);
    set(g, b, a, ((bits >> i) & 1) === 1);
  }
}

function blank(version: number): Grid {
  const size = version * 4 + 17;
  const rows = (): Modules => Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const g: Grid = { size, dark: rows(), fixed: rows() };
  for (let i = 0; i < size; i++) {
    set(g, 6, i, i % 2 === 0);
    set(g, i, 6, i % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) square(g, x, y, 4, (ring) => ring !== 2 && ring !== 4);
  const marks = marksOf(version);
  const last = marks[marks.length - 1];
  for (const x of marks) for (const y of marks) if (!((x === 6 && (y === 6 || y === last)) || (x === last && y === 6))) square(g, x, y, 2, (ring) => ring !== 1);
  drawFormat(g, 0);
  drawVersion(g, version);
  return g;
}

// Up and down in pairs of columns, from the right.
function drawBytes(g: Grid, bytes: readonly number[]): void {
  let at = 0;
  for (let right = g.size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < g.size; step++) {
      const y = ((right + 1) & 2) === 0 ? g.size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (g.fixed[y]![x] || at >= bytes.length * 8) continue;
        g.dark[y]![x] = ((bytes[at >> 3]! >> (7 - (at & 7))) & 1) === 1;
        at++;
      }
    }
  }
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0, (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function masked(g: Grid, mask: number): Modules {
  const copy: Grid = { size: g.size, fixed: g.fixed, dark: g.dark.map((row, y) => row.map((dark, x) => (g.fixed[y]![x] ? dark : dark !== MASKS[mask]!(x, y)))) };
  drawFormat(copy, mask);
  return copy.dark;
}

// How hard it is to read: long runs, squares, what looks like a corner, and too much of one colour.
function penalty(dark: Modules): number {
  const size = dark.length;
  let sum = 0;
  for (const rows of [dark, dark.map((_, x) => dark.map((row) => row[x]!))]) {
    for (const row of rows) {
      const text = row.map((one) => (one ? '1' : '0')).join('');
      for (const run of text.match(/1{5,}|0{5,}/g) ?? []) sum += run.length - 2;
      for (let i = 0; i + 11 <= size; i++) if (/^(00001011101|10111010000)/.test(text.slice(i, i + 11))) sum += 40;
    }
  }
  let count = 0;
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
    if (dark[y]![x]) count++;
    if (x > 0 && y > 0 && dark[y]![x] === dark[y - 1]![x] && dark[y]![x] === dark[y]![x - 1] && dark[y]![x] === dark[y - 1]![x - 1]) sum += 3;
  }
  return sum + Math.floor(Math.abs((count * 20) / (size * size) - 10)) * 10;
}

// null: the text is too long.
export function qrOf(text: string): Modules | null {
  const bytes = new TextEncoder().encode(text);
  const version = CHECK.findIndex((_, i) => bytes.length * 8 + 4 + (i + 1 < 10 ? 8 : 16) <= dataOf(i + 1) * 8) + 1;
  if (version === 0) return null;
  const g = blank(version);
  drawBytes(g, woven(dataBytes(bytes, version), version));
  const all = MASKS.map((_, mask) => masked(g, mask));
  return all.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

// As the outline of an SVG, with the quiet zone that readers need.
export const QUIET = 4;
export function pathOf(dark: Modules): string {
  return dark.flatMap((row, y) => row.map((one, x) => (one ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ''))).join('');
}
