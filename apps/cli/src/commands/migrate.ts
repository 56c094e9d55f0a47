import { migrate } from '@gatehouse/db/migrate';
import type { Command } from 'commander';
import type { Context } from '../command.js';
import { Failure } from '../failure.js';
import type { Settings } from '../settings.js';

export function migrateCommand(program: Command, { settings, output }: Context): void {
  program
    .command('migrate')
    .description('bring the database to the schema of this version (DATABASE_OWNER_URL, DATABASE_URL)')
    .action(async () => {
      const { ownerUrl, runningRole } = rolesOf(settings);
      await migrate(ownerUrl, {
        runningRole,
        log: (line) => {
          output.out(line);
        },
      });
    });
}

function rolesOf({ databaseOwnerUrl, databaseUrl }: Settings): { ownerUrl: string; runningRole: string } {
  if (databaseOwnerUrl === undefined || databaseUrl === undefined) {
    throw new Failure('Set DATABASE_OWNER_URL (the owner) and DATABASE_URL (the running role).', 2);
  }
  const runningRole = decodeURIComponent(URL.parse(databaseUrl)?.username ?? '');
  if (runningRole === '') throw new Failure('DATABASE_URL names no user: that user is the running role.', 2);
  if (runningRole === decodeURIComponent(URL.parse(databaseOwnerUrl)?.username ?? '')) {
    throw new Failure(
      'DATABASE_URL and DATABASE_OWNER_URL name the same user. The running role must not own the tables: else it could change the audit trail.',
      2,
    );
  }
  return { ownerUrl: databaseOwnerUrl, runningRole };
}
