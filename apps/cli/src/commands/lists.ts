import { applicationFilter, organisationFilter } from '@gatehouse/contracts/registry/registry-resources';
import type { Command } from 'commander';
import { allPages } from '../all-pages.js';
import { choice, type Context, defined, ENVIRONMENT, ORGANISATION } from '../options.js';
import { print, table } from '../output.js';

export const HEALTH = choice(
  '--health <health>',
  'whether calls work, or why they are refused',
  applicationFilter.shape.health.unwrap().options,
);

export function listCommands(program: Command, { settings, output }: Context): void {
  program
    .command('organisations')
    .description('List organisations.')
    .addOption(
      choice('--state <state>', 'state of the organisation', organisationFilter.shape.state.unwrap().options),
    )
    .addOption(HEALTH)
    .action(async (options: object) => {
      print(output, await allPages(settings, 'organisationsList', defined(options)), (rows) =>
        table(rows, [
          ['ODS', (row) => row.odsCode],
          ['Name', (row) => row.name],
          ['State', (row) => row.state],
          ['Applications', (row) => row.applications],
          ['SRO review due', (row) => row.sroReviewDueOn],
        ]),
      );
    });

  program
    .command('applications')
    .description(
      'List applications, by the names they should have at NHS England, with their ASIDs and JWKS URLs.',
    )
    .option(...ENVIRONMENT)
    .option(...ORGANISATION)
    .option('--product <name>', 'product')
    .addOption(
      choice('--state <state>', 'state of the application', applicationFilter.shape.state.unwrap().options),
    )
    .option('--asid <asid>', 'ASID, 12 digits')
    .addOption(HEALTH)
    .action(async (options: object) => {
      print(output, await allPages(settings, 'applicationsList', defined(options)), (rows) =>
        table(rows, [
          ['Name', (row) => row.name],
          ['State', (row) => row.state],
          ['ASID', (row) => row.asid],
          ['API key', (row) => row.apiKey],
          ['JWKS URL', (row) => row.jwksUrl],
        ]),
      );
    });
}
