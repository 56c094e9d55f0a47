import type { Sql } from 'postgres';

export function newPassword(): string;
export function nextLogin(login: string): string;
export function loginSecret(parts: {
  readonly login: string;
  readonly password: string;
  readonly host: string;
  readonly port: string;
  readonly ca: string;
}): { readonly login: string; readonly url: string };
export function createRoles(sql: Sql): Promise<void>;
export function setPassword(sql: Sql, login: string, password: string): Promise<void>;
