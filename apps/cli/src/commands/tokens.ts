import type { Scope } from '@gatehouse/contracts/operation/operation-resources';
import type { Command } from 'commander';
import { call } from '../api.js';
import { because, type Context, defined, listOf, wholeNumber } from '../command.js';
import { everyPage } from '../every-page.js';
import { record, show, table } from '../output.js';

export function tokenCommands(program: Command, { settings, output }: Context): void {
  const tokens = program.command('tokens').description('tokens of the admin API');

  because(tokens.command('create'))
    .description('create a token with at most your own scopes; it is shown once')
    .requiredOption('--label <text>', 'who or what will use it; named in every change it makes')
    .requiredOption('--scopes <list>', 'registry,governance,audit', listOf)
    .option('--expires-in-days <days>', 'default 30', wholeNumber)
    .action(async (options: { label: string; scopes: string[]; expiresInDays?: number; reason?: string }) => {
      const { scopes, ...rest } = options;
      const made = await call(settings, 'tokenCreate', {
        body: { ...defined(rest), scopes: scopes as Scope[] },
      });
      show(output, made, ({ token, tokenId, expiresAt }) =>
        [
          record({ token, 'token id': tokenId, scopes: made.scopes, 'expires at': expiresAt }),
          'This is the only time the token is shown.',
        ].join('\n'),
      );
    });

  because(tokens.command('revoke <token-id>'))
    .description('revoke a token at once')
    .action(async (tokenId: string, options: { reason?: string }) => {
      const revoked = await call(settings, 'tokenRevoke', { params: { tokenId }, body: defined(options) });
      show(output, revoked, ({ state }) => `Token ${tokenId} is ${state}.`);
    });

  tokens.command('list').action(async () => {
    show(output, await everyPage(settings, 'tokenList', {}), (rows) =>
      table(rows, [
        ['Token id', (row) => row.tokenId],
        ['Label', (row) => row.label],
        ['Scopes', (row) => row.scopes],
        ['State', (row) => row.state],
        ['Expires', (row) => row.expiresAt],
      ]),
    );
  });
}
