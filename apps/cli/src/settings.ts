/** The only reader of the environment. */
import { existsSync, readFileSync } from 'node:fs';

export interface Settings {
  readonly adminUrl: string;
  readonly adminToken: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly databaseOwnerUrl: string | undefined;
  /** Any variable, for `{ env: NAME }` in a registry file. */
  readonly variable: (name: string) => string | undefined;
}

const DEFAULT_ADMIN_URL = 'http://127.0.0.1:8081';

/** Adds the variables of `.env` in the current folder, if there is one; those that are set already keep their values. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/** A variable that is set to nothing counts as not set. */
export function readSettings(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const variable = (name: string): string | undefined =>
    variables[name] === '' ? undefined : variables[name];
  return {
    adminUrl: (variable('GATEHOUSE_ADMIN_URL') ?? DEFAULT_ADMIN_URL).replace(/\/+$/, ''),
    adminToken: variable('GATEHOUSE_ADMIN_TOKEN'),
    databaseUrl: variable('DATABASE_URL'),
    databaseOwnerUrl: variable('DATABASE_OWNER_URL'),
    variable,
  };
}

/** The version of Gatehouse, from package.json. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
