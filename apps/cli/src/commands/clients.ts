import type { Command } from 'commander';
import { allPages } from '../all-pages.js';
import { call } from '../api.js';
import { type Context, defined, ENVIRONMENT, wholeNumber, withReason } from '../options.js';
import { fieldList, print, table } from '../output.js';

interface IssueOptions {
  readonly environment: string;
  readonly expiresInDays?: number;
  readonly label?: string;
  readonly reason?: string;
}

export function clientCommands(program: Command, { settings, output }: Context): void {
  const clients = program.command('clients').description('List clients, and issue and revoke their keys.');

  clients
    .command('list')
    .description('List clients with their grants and keys.')
    .option(...ENVIRONMENT)
    .action(async (options: { environment?: string }) => {
      print(output, await allPages(settings, 'clientsList', defined(options)), (rows) =>
        table(rows, [
          ['Client', (row) => row.name],
          ['Environment', (row) => row.environment],
          ['State', (row) => row.state],
          ['Grants', (row) => row.grants.length],
          ['Workload', (row) => row.workload?.subject ?? null],
          ['Keys', (row) => row.keys.map(keyText)],
        ]),
      );
    });

  withReason(clients.command('issue-key <client>'))
    .description('Issue a key, which is shown once. A client may have two usable keys at a time.')
    .requiredOption(...ENVIRONMENT)
    .option('--expires-in-days <days>', 'days until it expires; 90 if left out', wholeNumber(1, 366))
    .option('--label <text>', 'name that tells two keys of a client apart')
    .action(async (client: string, options: IssueOptions) => {
      const { environment, ...body } = options;
      const issued = await call(settings, 'clientKeyIssue', {
        params: { environment, client },
        body: defined(body),
      });
      print(output, issued, ({ key, keyId, expiresAt }) =>
        [
          fieldList({ key, 'key id': keyId, 'expires at': expiresAt }),
          'The key is not shown again. Put it where the service reads its secrets.',
        ].join('\n'),
      );
    });

  withReason(clients.command('revoke-key <key-id>'))
    .description('Revoke a key, with immediate effect.')
    .action(async (keyId: string, options: { reason?: string }) => {
      const revoked = await call(settings, 'clientKeyRevoke', { params: { keyId }, body: defined(options) });
      print(output, revoked, ({ state }) => `Key ${keyId} is ${state}.`);
    });
}

function keyText(key: {
  readonly keyId: string;
  readonly state: string;
  readonly expiresAt: string;
}): string {
  return `${key.keyId} ${key.state} until ${key.expiresAt.slice(0, 10)}`;
}
