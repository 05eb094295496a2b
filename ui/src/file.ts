// SPDX-License-Identifier: Apache-2.0
// What is kept as a file: names, rows of a table as CSV, and the way to the person's disk.

// A spreadsheet takes a cell that begins with one of these for a formula.
export function cell(text: string): string {
  const safe = /^\s*[=+\-@]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

// Texts are made safe, numbers stay as they are; null is empty.
export function csv(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  return rows.map((row) => `${row.map((v) => (typeof v === 'string' ? cell(v) : String(v ?? ''))).join(',')}\r\n`).join('');
}

// to: seconds; its day stands in the name.
export function nameOfFile(title: string, to: number, usual: string, ending: string): string {
  const day = new Date(to * 1000).toISOString().slice(0, 10);
  const plain = title.normalize('NFKD').replace(/[^\w.-]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 80);
  return `${plain || usual}_${day}.${ending}`;
}

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
