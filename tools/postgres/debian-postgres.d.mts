export interface PostgresPrograms {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
}

export function debianPostgres(): PostgresPrograms | undefined;
