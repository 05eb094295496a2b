// SPDX-License-Identifier: Apache-2.0
// The text of a search as the page handles it: cut into terms, turned round, put together. What it means is the server's business (docs/SEARCH.md). Pure.

// Terms as they stand there; blanks within quotes part nothing.
export function termsOf(text: string): string[] {
  const found: string[] = [];
  let term = '';
  let quoted = false;
  let fresh = true; // a quote may open here
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted && c === '\\' && i + 1 < text.length) term += c + text[++i]!;
    else if (quoted || !/\s/.test(c)) {
      if (c === '"' && (quoted || fresh)) quoted = !quoted;
      fresh = !quoted && /[:,=~!-]/.test(c) && (c !== '-' || term === '');
      term += c;
    } else {
      if (term) found.push(term);
      term = '';
      fresh = true;
    }
  }
  if (term) found.push(term);
  return found;
}

// Somebody is still typing it: a key without a value, a sign, a quote that is open.
export const isUnfinished = (text: string): boolean => {
  const last = termsOf(text).at(-1) ?? '';
  const quotes = [...last.replace(/\\./g, '')].filter((c) => c === '"').length;
  return last === 'OR' || /^[!-]$/.test(last) || /^[!-]?[A-Za-z_][A-Za-z0-9_.]*:([^"]*[,=~<>])?$/.test(last) || (quotes % 2 === 1 && /^[!-]?"|[:,=~]"/.test(last));
};

// What of a text can be asked for while its last term is being typed.
export function finished(text: string): string {
  if (!isUnfinished(text)) return text.trim();
  const terms = termsOf(text).slice(0, -1);
  while (terms.at(-1) === 'OR') terms.pop();
  return terms.join(' ');
}

const isNegated = (term: string): boolean => /^!./.test(term) || /^-[^\d-]/.test(term);
export const turned = (term: string): string => (isNegated(term) ? term.slice(1) : `!${term}`);

// Without the term at this place; an OR that joined it goes too.
export function without(text: string, place: number): string {
  const terms = termsOf(text);
  const or = terms[place - 1] === 'OR' ? place - 1 : terms[place + 1] === 'OR' ? place + 1 : -1;
  return terms.filter((_, i) => i !== place && i !== or).join(' ');
}

export const turnedAt = (text: string, place: number): string => termsOf(text).map((term, i) => (i === place ? turned(term) : term)).join(' ');

export const quoted = (name: string): string => (/[\s,"*?|~=^]|\.[*+]|\$$/.test(name) || name === '' ? `"${name.replace(/["\\]/g, '\\$&')}"` : name);

// One more term; the one that says the contrary goes.
export function added(text: string, term: string): string {
  const terms = termsOf(text).filter((one) => one !== turned(term));
  return (terms.includes(term) ? terms : [...terms, term]).join(' ');
}
