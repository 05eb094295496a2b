// SPDX-License-Identifier: Apache-2.0
// Writes the assets as a C table (declared in src/role/assets.h). gcc 12 has no #embed, so bytes become string literals,
// which compile an order of magnitude faster than lists of numbers.

const LINE = 96;

function escape(byte) {
  if (byte === 0x22) return '\\"';
  if (byte === 0x5c) return '\\\\';
  if (byte === 0x3f) return '\\077'; // '?' would begin a trigraph
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return '\\' + byte.toString(8).padStart(3, '0'); // three octal digits never swallow what follows
}

function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += LINE) {
    lines.push('  "' + Array.from(bytes.subarray(at, at + LINE), escape).join('') + '"');
  }
  return lines.join('\n');
}

export function emitC(assets) {
  const out = ['/* SPDX-License-Identifier: Apache-2.0 */',
    '/* Made by ui/build.mjs from ui/src: the web application. Not to be edited. */',
    '#include "role/assets.h"', ''];
  const blobs = new Map(); // pages share one document: its bytes stand once
  const blob = (bytes, hint) => {
    const key = bytes.toString('latin1');
    const known = blobs.get(key);
    if (known) return known;
    const name = `${hint}_${blobs.size}`;
    out.push(`static const unsigned char ${name}[${bytes.length + 1}] =`, literal(bytes) + ';', '');
    blobs.set(key, name);
    return name;
  };
  const rows = assets.map((a) => {
    const data = blob(a.data, 'data');
    const coded = (bytes, hint) => (bytes ? `${blob(bytes, hint)}, ${bytes.length}` : '0, 0');
    return `  { "${a.path}", "${a.type}", "\\"${a.etag}\\"", ${data}, ${a.data.length}, ${coded(a.gz, 'gz')}, ${coded(a.br, 'br')}, ${a.immutable} },`;
  });
  out.push('const struct asset assets[] = {', ...rows, '};', `const unsigned n_assets = ${assets.length};`, '');
  return out.join('\n');
}
