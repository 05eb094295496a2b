// SPDX-License-Identifier: Apache-2.0
// What the API says of people, and how it is read: lists come in pages.
import { api } from '../api.ts';
import type { Right } from '../rights.ts';

export type Scope = readonly string[] | null; // null: everything

export interface Account {
  user: string;
  role: string | null;
  scope: Scope;
  groups: string[];
  totp: boolean;
  totp_required: boolean;
  created: string | null;
  password_changed: string | null;
  last_sign_in: string | null;
  sessions: number;
}

export interface UserGroup {
  name: string;
  role: string | null;
  scope: Scope;
  members: string[];
}

export interface Role {
  name: string;
  built_in: boolean;
  rights: Right[];
  totp_required: boolean;
  used_by: number;
}

export interface RightRow {
  right: Right;
  text: string;
  privileged: boolean;
}

export interface Token {
  name: string;
  role: string | null;
  scope: Scope;
  rights: Right[];
  created: string | null;
  expires: string | null;
  by: string;
}

export interface OpenSession {
  id: string;
  user: string;
  source: string;
  created: string | null;
  used: string | null;
  expires: string | null;
  current: boolean;
}

// All pages of a list.
async function all<T>(path: string, key: string): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Record<string, unknown> = await api<Record<string, unknown>>('GET', cursor ? `${path}?${new URLSearchParams({ cursor })}` : path);
    found.push(...((page[key] ?? []) as T[]));
    cursor = (page['next'] as string | null | undefined) ?? null;
  }
  return found;
}

export const readUsers = (): Promise<Account[]> => all('/users', 'users');
export const readUserGroups = (): Promise<UserGroup[]> => all('/user-groups', 'groups');
export const readTokens = (): Promise<Token[]> => all('/tokens', 'tokens');
export const readRoles = (): Promise<{ roles: Role[]; rights: RightRow[] }> => api('GET', '/roles');
export const readSessions = async (user: string): Promise<OpenSession[]> => (await api<{ sessions: OpenSession[] }>('GET', user ? `/sessions?${new URLSearchParams({ user })}` : '/sessions')).sessions;

export const BUILT_IN: readonly string[] = ['viewer', 'operator', 'admin'];

// Names of roles to choose from: those there are, where one may see them.
export async function roleNames(): Promise<string[]> {
  try {
    return (await readRoles()).roles.map((role) => role.name);
  } catch {
    return [...BUILT_IN];
  }
}
