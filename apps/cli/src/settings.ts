/** The only reader of the environment. */

/** Where the command goes and who asks. */
export interface Settings {
  readonly adminUrl: string;
  readonly adminToken: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly databaseOwnerUrl: string | undefined;
  /** Any variable, for `{ env: NAME }` in a registry file. */
  readonly variable: (name: string) => string | undefined;
}

const DEFAULT_ADMIN_URL = 'http://127.0.0.1:8081';

export function readSettings(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const given = (name: string): string | undefined => (variables[name] === '' ? undefined : variables[name]);
  return {
    adminUrl: (given('GATEHOUSE_ADMIN_URL') ?? DEFAULT_ADMIN_URL).replace(/\/+$/, ''),
    adminToken: given('GATEHOUSE_ADMIN_TOKEN'),
    databaseUrl: given('DATABASE_URL'),
    databaseOwnerUrl: given('DATABASE_OWNER_URL'),
    variable: given,
  };
}
