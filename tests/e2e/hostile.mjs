// SPDX-License-Identifier: Apache-2.0
// What plugins, people and browsers may hand in: markup, sequences of terminals, text turned round, zero bytes, bytes that are no UTF-8, ten megabytes. And how a page looks at itself for what became of it.
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script>"><svg onload=alert(3)> &lt;b&gt;';
const TURNED = String.raw`\342\200\256`; // U+202E: what follows goes from right to left

// Name, script, what the list shows of it.
const PLUGINS = [
  ['Markup', `cat <<'END'\n${MARKUP}|'<i>x</i>'=1;2;3\n<iframe src=javascript:alert(4)></iframe>\n<a href=javascript:alert(5)>long</a>\nEND\nexit 1`, MARKUP.replaceAll(';', ':')],
  ['Terminal', String.raw`printf '\033[31mred\033[0m \033]0;title\007\033[2J end\n'; exit 1`, /^ ?\[31mred ?\[0m .*end$/],
  ['Turned round', `printf 'DISK ${TURNED}KO si lla\\n${TURNED}long\\n'; exit 2`, 'DISK \u202eKO si lla'],
  ['Zero bytes', String.raw`printf 'before\0after\n'; exit 1`, /^before.?after$/],
  ['Other bytes', String.raw`printf 'caf\351 \377\376 \303\n'; exit 1`, /^café ÿþ/],
  ['Ten megabytes', String.raw`head -c 10485760 /dev/zero | tr '\0' x; exit 1`, /^x{500,}$/],
  ['Long lines', String.raw`echo many; yes 'a line of it <b>all</b>' | head -c 10485760; exit 1`, 'many'],
];

// As startVigie wants them.
export function hostileServices() {
  const dir = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'hostile-'));
  chmodSync(dir, 0o755);
  return PLUGINS.map(([name, script]) => {
    const file = join(dir, name.replaceAll(' ', '-'));
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return [name, file];
  });
}
export const HOSTILE = PLUGINS.map(([name, , shown]) => [name, shown]);

// Runs in the page: a line for each place where foreign text is more than text.
export function spoiled() {
  const lines = [];
  for (const el of document.querySelectorAll('[onerror], [onload], iframe, img[src="x"], a[href^="javascript:" i], body script:not([src])')) lines.push(`markup: ${el.outerHTML.slice(0, 120)}`);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const turns = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
  const isolates = (el) => {
    const style = getComputedStyle(el);
    return style.display !== 'inline' || /isolate|plaintext/.test(style.unicodeBidi);
  };
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const text = node.nodeValue;
    const where = () => `<${node.parentElement.tagName.toLowerCase()} class="${node.parentElement.className}"> ${JSON.stringify(text.slice(0, 60))}`;
    if (/[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(text)) lines.push(`control character: ${where()}`);
    if (!turns.test(text) || text.startsWith('\u2068')) continue;
    // What is turned round must not turn round what stands behind it.
    let box = node.parentElement;
    while (!isolates(box)) box = box.parentElement;
    const behind = document.createRange();
    behind.setStartAfter(node);
    behind.setEndAfter(box);
    if (/^[^\n]*\S/.test(String(behind))) lines.push(`turns its surroundings round: ${where()}`); // a line of its own is
  }
  for (const el of document.querySelectorAll('[data-tip], [aria-label], [title]')) {
    for (const name of ['data-tip', 'aria-label', 'title']) if (/[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(el.getAttribute(name) ?? '')) lines.push(`control character: ${name} of ${el.outerHTML.slice(0, 120)}`);
  }
  return lines;
}
