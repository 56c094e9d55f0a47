/** Rotation policies, and how far each rotation is: `gatehouse keys policy …` and `gatehouse keys rotations`. */
import type { RotationView } from '@gatehouse/contracts/operation/rotation-routes';
import { EVERY_DAYS } from '@gatehouse/domain/rotation/rotation';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { type Context, defined, wholeNumber, withReason } from '../../options.js';
import { fieldList, print, table } from '../../output.js';

interface Choice {
  readonly organisation?: string;
  readonly product?: string;
  readonly environment?: string;
}

export function rotationCommands(keys: Command, { settings, output }: Context): void {
  const policy = keys.command('policy').description('Say how often signing keys rotate by themselves.');

  withReason(policy.command('set'))
    .description(
      'Rotate the signing keys of an organisation’s applications of a product automatically, or those of the product’s CIS2 client.',
    )
    .option('--organisation <ods-code>', 'ODS code; the CIS2 client of the product if left out')
    .requiredOption('--product <name>', 'name of the product')
    .requiredOption('--environment <name>', 'name of the environment')
    .option(
      '--every-days <days>',
      'longest time that a key signs, in days',
      wholeNumber(EVERY_DAYS.least, EVERY_DAYS.most),
      EVERY_DAYS.usual,
    )
    .action(async (options: Required<Omit<Choice, 'organisation'>> & Choice & { everyDays: number }) => {
      const set = await call(settings, 'rotationPolicySet', {
        body: { ...defined(options), product: options.product, environment: options.environment },
      });
      print(output, set, fieldList);
    });

  withReason(policy.command('remove <id>'))
    .description('Remove a policy. Its keys stay as they are.')
    .action(async (id: string, options: { reason?: string }) => {
      const removed = await call(settings, 'rotationPolicyRemove', {
        params: { id },
        body: defined(options),
      });
      print(output, removed, fieldList);
    });

  withChoice(policy.command('list'))
    .description('List the policies.')
    .action(async (options: Choice) => {
      print(output, await allPages(settings, 'rotationPolicyList', defined(options)), (rows) =>
        table(
          rows,
          [
            ['Id', (row) => row.id],
            ['Organisation', (row) => row.organisation ?? '(CIS2 client)'],
            ['Product', (row) => row.product],
            ['Environment', (row) => row.environment],
            ['Every', (row) => `${row.everyDays} days`],
            ['Set by', (row) => row.setBy],
          ],
          'No keys rotate by themselves.',
        ),
      );
    });

  withChoice(keys.command('rotations'))
    .description('List the rotations: the next step, when, why it waits, and what failed.')
    .option('--failing', 'only those whose last step failed')
    .action(async ({ failing, ...options }: Choice & { failing?: true }) => {
      const query = { ...defined(options), ...(failing ? { only: 'failing' as const } : {}) };
      print(output, await allPages(settings, 'rotationList', query), (rows) =>
        table(
          rows,
          [
            ['Owner', (row) => row.owner.name],
            ['Next step', (row) => row.next?.step],
            ['From', (row) => row.next?.from],
            ['Because', because],
          ],
          'No keys rotate by themselves.',
        ),
      );
    });
}

function because({ failure, waitsBecause }: RotationView): string {
  if (failure === null) return waitsBecause ?? 'It is due now.';
  const { step, failures, cause, whoActs, meanwhile, triedAgainAt } = failure;
  return `${step} failed ${failures} times: ${cause} Who must act: ${whoActs}. ${meanwhile} Tried again at ${triedAgainAt}.`;
}

function withChoice(command: Command): Command {
  return command
    .option('--organisation <ods-code>', 'ODS code')
    .option('--product <name>', 'name of the product')
    .option('--environment <name>', 'name of the environment');
}
