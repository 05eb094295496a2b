// SPDX-License-Identifier: Apache-2.0
// A scope as text (docs/USERS.md) and as what one edits.
import { t } from '../i18n/i18n.ts';
import type { Scope } from './model.ts';

export const KINDS = ['hostgroup', 'servicegroup', 'host', 'service', 'contact'] as const;
export type Kind = (typeof KINDS)[number];

export interface Term {
  not: boolean;
  kind: Kind;
  name: string; // of a group or contact; a pattern of hosts
  service: string; // a pattern of services, of kind service
}

// Where the host's pattern ends: at the first "/" that is not quoted.
function slash(text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '/') return i;
  }
  return -1;
}

export function readTerm(text: string): Term {
  const not = text.startsWith('!');
  const plain = not ? text.slice(1) : text;
  const colon = plain.indexOf(':');
  const kind = KINDS.find((one) => one === plain.slice(0, colon)) ?? 'host';
  const rest = plain.slice(colon + 1);
  const at = kind === 'service' ? slash(rest) : -1;
  return at < 0 ? { not, kind, name: rest, service: '' } : { not, kind, name: rest.slice(0, at), service: rest.slice(at + 1) };
}

export const writeTerm = (term: Term): string => `${term.not ? '!' : ''}${term.kind}:${term.name.trim()}${term.kind === 'service' ? `/${term.service.trim()}` : ''}`;
export const isWhole = (term: Term): boolean => term.name.trim() !== '' && (term.kind !== 'service' || term.service.trim() !== '');
// A name as a pattern that fits nothing else.
export const quoted = (name: string): string => name.replace(/[*?\\/]/g, '\\$&');

// "hosts of the group linux, but not the hosts db*"
export function scopeWords(scope: Scope): string {
  if (scope === null) return t('scope.all');
  const terms = scope.map(readTerm);
  const say = (term: Term): string => t(`scope.word_${term.kind}`, { name: term.name, service: term.service });
  const [seen, left] = [terms.filter((one) => !one.not), terms.filter((one) => one.not)];
  if (seen.length === 0) return t('scope.nothing');
  const words = seen.map(say).join(', ');
  return left.length > 0 ? t('scope.but', { seen: words, left: left.map(say).join(', ') }) : words;
}

// The value of a suggestion of the search bar: KEY:NAME, with quotes where it has blanks.
export function suggested(text: string): string {
  const value = text.replace(/^\s*[!-]?[\w.]+:=?/, '').trimEnd();
  return value.startsWith('"') ? value.slice(1).replace(/"$/, '').replace(/\\(["\\])/g, '$1') : value;
}
