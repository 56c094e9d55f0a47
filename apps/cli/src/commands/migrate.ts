import { migrate } from '@gatehouse/db/migrate';
import type { Command } from 'commander';
import { databaseFailure } from '../cause.js';
import { Failure } from '../failure.js';
import type { Context } from '../options.js';
import type { Settings } from '../settings.js';

export function migrateCommand(program: Command, { settings, output }: Context): void {
  program
    .command('migrate')
    .description(
      'Bring the database to the schema of this version. It connects as the owner (DATABASE_OWNER_URL) and grants the running role (the user of DATABASE_URL) its rights. A second run changes nothing.',
    )
    .action(async () => {
      const { ownerUrl, runningRole } = rolesOf(settings);
      const log = (line: string) => {
        output.out(line);
      };
      await migrate(ownerUrl, { runningRole, log }).catch((error: unknown) => {
        throw databaseFailure(error, 'DATABASE_OWNER_URL');
      });
    });
}

/** @throws Failure unless the two URLs name two roles */
function rolesOf({ databaseOwnerUrl, databaseUrl }: Settings): { ownerUrl: string; runningRole: string } {
  if (databaseOwnerUrl === undefined || databaseUrl === undefined)
    throw new Failure('Set DATABASE_OWNER_URL (the owner) and DATABASE_URL (the running role).', 2);
  const runningRole = userOf(databaseUrl);
  if (runningRole === '')
    throw new Failure('DATABASE_URL names no user. Its user is the running role, so it is needed.', 2);
  if (runningRole === userOf(databaseOwnerUrl))
    throw new Failure(
      'DATABASE_URL and DATABASE_OWNER_URL name the same user. The running role must not own the tables, or it could change the audit trail.',
      2,
    );
  return { ownerUrl: databaseOwnerUrl, runningRole };
}

function userOf(url: string): string {
  return decodeURIComponent(URL.parse(url)?.username ?? '');
}
