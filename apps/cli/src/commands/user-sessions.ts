import { userSessionState, type UserSessionView } from '@gatehouse/contracts/users/user-session-routes';
import type { Command } from 'commander';
import { allPages } from '../all-pages.js';
import { call } from '../api.js';
import { Failure } from '../failure.js';
import {
  choice,
  type Context,
  defined,
  ENVIRONMENT,
  ORGANISATION,
  REASON_IN_TRAIL,
  wholeNumber,
} from '../options.js';
import { fieldList, print, table } from '../output.js';

const USER = ['--user <user-id>', 'CIS2 user id, 12 digits'] as const;

interface EndOptions {
  readonly user?: string;
  readonly environment?: string;
  readonly reason: string;
}

export function userSessionCommands(program: Command, { settings, output }: Context): void {
  const sessions = program
    .command('user-sessions')
    .description('List and end the sessions of healthcare workers.');

  sessions
    .command('list')
    .description('List sessions, newest first.')
    .addOption(choice('--state <state>', 'state of the session', userSessionState.options))
    .option(...USER)
    .option('--client <name>', 'client that opened the session')
    .option(...ENVIRONMENT)
    .option(...ORGANISATION)
    .option('--limit <rows>', 'largest number of sessions', wholeNumber(1, 100_000), 50)
    .action(async ({ limit, user, ...filter }: { limit: number; user?: string }) => {
      const query = defined({ ...filter, userId: user });
      print(output, await allPages(settings, 'userSessionList', query, limit), (rows) =>
        table(rows, [
          ['Session', (row) => row.id],
          ['User', (row) => row.userId],
          ['State', (row) => row.state],
          ['Client', (row) => `${row.client} in ${row.environment}`],
          ['Organisation', (row) => row.organisation],
          ['Function', (row) => row.businessFunction],
          ['Signed in', (row) => row.authenticatedAt],
          ['Last active', (row) => row.lastActiveAt],
        ]),
      );
    });

  sessions
    .command('end [session]')
    .description('End one session, or with --user every live session of a user.')
    .option(...USER)
    .option('--environment <name>', 'with --user: only sessions in this environment')
    .requiredOption(...REASON_IN_TRAIL)
    .action(async (id: string | undefined, { user, environment, reason }: EndOptions) => {
      if ((id === undefined) === (user === undefined))
        throw new Failure('Name one session, or a user with --user.', 2);
      if (id !== undefined) {
        const ended = await call(settings, 'userSessionEnd', { params: { id }, body: { reason } });
        print(output, ended, sessionText);
        return;
      }
      const body = { userId: user ?? '', reason, ...defined({ environment }) };
      const answer = await call(settings, 'userSessionsEnd', { body });
      print(output, answer, ({ ended }) => `Sessions ended: ${ended}`);
    });
}

function sessionText({ id, userId, client, environment, state, endedAt }: UserSessionView): string {
  return fieldList({
    session: id,
    user: userId,
    client: `${client} in ${environment}`,
    state,
    'ended at': endedAt,
  });
}
