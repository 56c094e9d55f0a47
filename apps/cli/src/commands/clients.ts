import type { Command } from 'commander';
import { call } from '../api.js';
import { because, type Context, defined, wholeNumber } from '../command.js';
import { everyPage } from '../every-page.js';
import { record, show, table } from '../output.js';

export function clientCommands(program: Command, { settings, output }: Context): void {
  const clients = program.command('clients').description('clients and their keys');

  clients
    .command('list')
    .option('--environment <name>', 'int, prod, …')
    .action(async ({ environment }: { environment?: string }) => {
      const items = await everyPage(settings, 'clientsList', defined({ environment }));
      show(output, items, (rows) =>
        table(rows, [
          ['Client', (row) => row.name],
          ['Environment', (row) => row.environment],
          ['State', (row) => row.state],
          ['Grants', (row) => row.grants.length],
          ['Workload', (row) => row.workload?.subject ?? null],
          [
            'Keys',
            (row) =>
              row.keys.map(
                ({ keyId, state, expiresAt }) => `${keyId} ${state} until ${expiresAt.slice(0, 10)}`,
              ),
          ],
        ]),
      );
    });

  because(clients.command('issue-key <client>'))
    .description('issue a key; it is shown once')
    .requiredOption('--environment <name>', 'int, prod, …')
    .option('--expires-in-days <days>', 'default 90', wholeNumber)
    .option('--label <text>', 'to tell two keys apart')
    .action(
      async (
        client: string,
        options: { environment: string; expiresInDays?: number; label?: string; reason?: string },
      ) => {
        const { environment, ...body } = options;
        const issued = await call(settings, 'clientKeyIssue', {
          params: { environment, client },
          body: defined(body),
        });
        show(output, issued, ({ key, keyId, expiresAt }) =>
          [
            record({ key, 'key id': keyId, 'expires at': expiresAt }),
            'This is the only time the key is shown. Put it where the service reads its secrets.',
          ].join('\n'),
        );
      },
    );

  because(clients.command('revoke-key <key-id>'))
    .description('revoke a key at once')
    .action(async (keyId: string, options: { reason?: string }) => {
      const revoked = await call(settings, 'clientKeyRevoke', { params: { keyId }, body: defined(options) });
      show(output, revoked, ({ state }) => `Key ${keyId} is ${state}.`);
    });
}
