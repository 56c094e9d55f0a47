import type { AnswerOf } from '@gatehouse/contracts/routes';
import type { Command } from 'commander';
import { allPages } from '../all-pages.js';
import { call } from '../api.js';
import { Failure } from '../failure.js';
import { type Context, defined, ENVIRONMENT } from '../options.js';
import { fieldList, print, table } from '../output.js';

interface Choice {
  readonly environment: string;
  readonly product: string;
}

export function cis2ClientCommands(program: Command, { settings, output }: Context): void {
  const clients = program
    .command('cis2-clients')
    .description('CIS2 clients: the registrations under which the users of a product sign in.');

  clients
    .command('list', { isDefault: true })
    .description('List CIS2 clients.')
    .option(...ENVIRONMENT)
    .option('--product <name>', 'product')
    .action(async (options: object) => {
      print(output, await allPages(settings, 'cis2ClientsList', defined(options)), (rows) =>
        table(rows, [
          ['Product', (row) => row.product],
          ['Environment', (row) => row.environment],
          ['Client id', (row) => row.clientId],
          ['Authentication', (row) => row.auth],
          ['Signing algorithm', (row) => (row.auth === 'private_key_jwt' ? row.signingAlgorithm : null)],
          ['State', (row) => row.state],
        ]),
      );
    });

  clients
    .command('show')
    .description('Show a CIS2 client with its keys, and the exact values to register with NHS CIS2.')
    .requiredOption(...ENVIRONMENT)
    .requiredOption('--product <name>', 'product')
    .action(async ({ environment, product }: Choice) => {
      const [row] = await allPages(settings, 'cis2ClientsList', { environment, product });
      if (row === undefined) throw new Failure(`${product} has no CIS2 client in ${environment}.`, 1);
      print(output, await call(settings, 'cis2ClientShow', { params: { id: row.id } }), clientText);
    });
}

function clientText({
  product,
  environment,
  clientId,
  auth,
  state,
  keys,
  toRegister,
}: AnswerOf<'cis2ClientShow'>) {
  return fieldList({
    product,
    environment,
    'client id': clientId,
    authentication: auth,
    state,
    ...Object.fromEntries(toRegister.map(({ name, value }) => [name, value])),
    ...Object.fromEntries(keys.map(({ kid, state: keyState }) => [`key ${kid}`, keyState])),
  });
}
