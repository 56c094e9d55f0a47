import { scope, type Scope, TOKEN_ENDS } from '@gatehouse/contracts/operation/operation-resources';
import { WALL_SCOPE } from '@gatehouse/domain/governance/permissions';
import { type Command, InvalidArgumentError } from 'commander';
import { allPages } from '../all-pages.js';
import { call } from '../api.js';
import { commaSeparated, type Context, defined, wholeNumber, withReason } from '../options.js';
import { fieldList, print, table } from '../output.js';

interface CreateOptions {
  readonly label: string;
  readonly scopes: Scope[];
  readonly expiresInDays?: number;
  readonly reason?: string;
}

export function tokenCommands(program: Command, { settings, output }: Context): void {
  const tokens = program.command('tokens').description('Create and revoke tokens of the admin API.');

  withReason(tokens.command('create'))
    .description(
      'Create a token that has at most your own scopes. It is shown once. Created with a token, it stops with that token at the latest.',
    )
    .requiredOption('--label <text>', 'who or what will use it; recorded with every change it makes')
    .requiredOption('--scopes <list>', `separated by commas: ${scope.options.join(', ')}`, scopeList)
    .option('--expires-in-days <days>', 'days until it expires; 30 if left out', wholeNumber(1, 366))
    .action(async (options: CreateOptions) => {
      const created = await call(settings, 'tokenCreate', { body: defined(options) });
      print(output, created, ({ token, tokenId, scopes, endsAt, endsBecause }) =>
        [
          fieldList({
            token,
            'token id': tokenId,
            scopes,
            'stops at': endsAt,
            because: TOKEN_ENDS[endsBecause],
          }),
          'The token is not shown again.',
        ].join('\n'),
      );
    });

  withReason(tokens.command('revoke <token-id>'))
    .description(
      'Revoke a token and all that were created with it, with immediate effect. You must have every scope that it has.',
    )
    .action(async (tokenId: string, options: { reason?: string }) => {
      const revoked = await call(settings, 'tokenRevoke', { params: { tokenId }, body: defined(options) });
      print(output, revoked, ({ state }) => `Token ${tokenId} is ${state}.`);
    });

  tokens
    .command('wall-links')
    .description(
      'List the wall links, with who created each and when it will stop: all of them for a token of a service, otherwise your own.',
    )
    .action(async () => {
      const all = await allPages(settings, 'tokenList', {});
      const links = all.filter(({ scopes }) => scopes.includes(WALL_SCOPE));
      print(output, links, (rows) =>
        table(rows, [
          ['Token id', (row) => row.tokenId],
          ['Label', (row) => row.label],
          ['State', (row) => row.state],
          ['Created by', (row) => row.person],
          ['Stops', (row) => row.endsAt],
          ['Because', (row) => TOKEN_ENDS[row.endsBecause]],
        ]),
      );
    });

  tokens
    .command('list')
    .description('List tokens, with when and why each will stop.')
    .action(async () => {
      print(output, await allPages(settings, 'tokenList', {}), (rows) =>
        table(rows, [
          ['Token id', (row) => row.tokenId],
          ['Label', (row) => row.label],
          ['Scopes', (row) => row.scopes],
          ['State', (row) => row.state],
          ['Owner', (row) => row.person],
          ['Created with', (row) => row.parentTokenId],
          ['Stops', (row) => row.endsAt],
          ['Because', (row) => TOKEN_ENDS[row.endsBecause]],
        ]),
      );
    });
}

function scopeList(text: string): Scope[] {
  const parsed = scope.array().nonempty().safeParse(commaSeparated(text));
  if (!parsed.success) throw new InvalidArgumentError(`The scopes are ${scope.options.join(', ')}.`);
  return parsed.data;
}
