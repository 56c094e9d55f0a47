import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { call } from '../../api.js';
import { type Context, defined, withReason } from '../../options.js';
import { print, table } from '../../output.js';

export function assuranceCommands(program: Command, { settings, output }: Context): void {
  const assurance = program
    .command('assurance')
    .description('Set the lowest authentication assurance level (AAL) that is accepted from users.');

  withReason(assurance.command('set'))
    .description('Set the lowest level, for all organisations or for one.')
    .argument('<level>', '2 or 3', assuranceLevel)
    .option('--organisation <ods-code>', 'ODS code; all organisations if left out')
    .action(async (minimumLevel: 2 | 3, options: { organisation?: string; reason?: string }) => {
      const floor = await call(settings, 'assuranceSet', { body: { minimumLevel, ...defined(options) } });
      print(
        output,
        floor,
        ({ organisation, minimumLevel: level }) => `${organisation ?? 'All organisations'}: AAL${level}.`,
      );
    });

  assurance
    .command('list')
    .description('List the lowest levels that are set.')
    .action(async () => {
      const { items } = await call(settings, 'assuranceList', {});
      print(output, items, (rows) =>
        table(
          rows,
          [
            ['Organisation', (row) => row.organisation ?? '(all)'],
            ['Lowest level', (row) => row.minimumLevel],
          ],
          'None is set.',
        ),
      );
    });
}

function assuranceLevel(text: string): 2 | 3 {
  if (text !== '2' && text !== '3') throw new InvalidArgumentError('It must be 2 or 3.');
  return text === '2' ? 2 : 3;
}
