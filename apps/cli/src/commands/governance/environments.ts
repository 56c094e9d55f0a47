import { Argument, type Command } from 'commander';
import { call } from '../../api.js';
import type { Context } from '../../options.js';
import { print, table } from '../../output.js';

export function environmentCommands(program: Command, { settings, output }: Context): void {
  const environments = program
    .command('environments')
    .description('List environments, and set whether changes that matter need a second person.');

  environments
    .command('list')
    .description('List the environments.')
    .action(async () => {
      const { items } = await call(settings, 'environmentList', {});
      print(output, items, (rows) =>
        table(rows, [
          ['Environment', (row) => row.name],
          ['Kind', (row) => row.kind],
          ['Production', (row) => (row.isProduction ? 'yes' : 'no')],
          ['Served here', (row) => (row.isServed ? 'yes' : 'no')],
          ['Four eyes', (row) => (row.fourEyes ? 'on' : 'off')],
        ]),
      );
    });

  environments
    .command('four-eyes')
    .description(
      'Set whether changes that matter need a second person. Where they do, so does switching it off.',
    )
    .argument('<environment>', 'environment: int, prod, …')
    .addArgument(new Argument('<setting>', 'on or off').choices(['on', 'off']))
    .requiredOption('--reason <text>', 'why; recorded with the change')
    .action(async (environment: string, setting: 'on' | 'off', { reason }: { reason: string }) => {
      const request = { params: { environment }, body: { fourEyes: setting === 'on', reason } };
      const changed = await call(settings, 'environmentFourEyes', request);
      print(output, changed, ({ name, fourEyes }) => `${name}: four eyes ${fourEyes ? 'on' : 'off'}.`);
    });
}
