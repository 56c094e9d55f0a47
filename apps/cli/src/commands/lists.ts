import { applicationFilter, organisationFilter } from '@gatehouse/contracts/registry/registry-resources';
import type { Command } from 'commander';
import { allPages } from '../all-pages.js';
import { choice, type Context, defined, ENVIRONMENT, ORGANISATION } from '../options.js';
import { print, table } from '../output.js';

const HEALTH = choice(
  '--health <health>',
  'whether calls work, or why they are refused',
  applicationFilter.shape.health.unwrap().options,
);

/** The filters of the list of organisations. */
export const withOrganisationFilter = (command: Command): Command =>
  command
    .addOption(
      choice('--state <state>', 'state of the organisation', organisationFilter.shape.state.unwrap().options),
    )
    .addOption(HEALTH);

/** The filters of the list of applications. */
export const withApplicationFilter = (command: Command): Command =>
  command
    .option(...ENVIRONMENT)
    .option(...ORGANISATION)
    .option('--product <name>', 'product')
    .addOption(
      choice('--state <state>', 'state of the application', applicationFilter.shape.state.unwrap().options),
    )
    .option('--asid <asid>', 'ASID, 12 digits')
    .addOption(HEALTH);

export function listCommands(program: Command, { settings, output }: Context): void {
  withOrganisationFilter(program.command('organisations'))
    .description('List organisations.')
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

  withApplicationFilter(program.command('applications'))
    .description(
      'List applications, by the names they should have at NHS England, with their ASIDs and JWKS URLs.',
    )
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
