import { WRITE_INTERACTIONS } from '@gatehouse/contracts/governance/governance-resources';
import { capability } from '@gatehouse/contracts/registry/identifiers';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { choice, type Context, defined, ENVIRONMENT, ORGANISATION, withReason } from '../../options.js';
import { fieldList, print, table } from '../../output.js';

interface GrantOptions {
  readonly environment: string;
  readonly organisation: string;
  readonly product: string;
  readonly capability: 'referrer' | 'provider';
  readonly interaction: (typeof WRITE_INTERACTIONS)[number];
  readonly useCaseReference: string;
  readonly expiresOn: string;
  readonly reason?: string;
}
interface ExceptionView {
  readonly id: string;
  readonly interaction: string;
  readonly state: string;
  readonly expiresAt: string;
}

export function exceptionCommands(program: Command, context: Context): void {
  const exception = program
    .command('exception')
    .description('Allow an application-restricted application a single kind of write.');
  grantCommand(exception, context);
  cosignCommands(exception, context);
  endAndListCommands(exception, context);
}

function grantCommand(exception: Command, { settings, output }: Context): void {
  withReason(exception.command('grant'))
    .description(
      'Prepare a write exception for one application-restricted application. It is closed until the SRO co-signs.',
    )
    .requiredOption(...ENVIRONMENT)
    .requiredOption(...ORGANISATION)
    .requiredOption('--product <name>', 'product')
    .addOption(choice('--capability <capability>', 'capability', capability.options).makeOptionMandatory())
    .addOption(choice('--interaction <id>', 'interaction', WRITE_INTERACTIONS).makeOptionMandatory())
    .requiredOption('--use-case-reference <text>', 'use case that NHS England approved')
    .requiredOption('--expires-on <date>', 'last day, YYYY-MM-DD, in London')
    .action(async (options: GrantOptions) => {
      print(output, await call(settings, 'exceptionGrant', { body: defined(options) }), exceptionText);
    });
}

function cosignCommands(exception: Command, { settings, output }: Context): void {
  withReason(exception.command('link <id>'))
    .description('Create the one-time link by which the SRO co-signs. It is shown once.')
    .action(async (id: string, { reason }: { reason?: string }) => {
      const link = await call(settings, 'exceptionLink', { params: { id }, body: defined({ reason }) });
      print(output, link, ({ url, expiresAt }) => fieldList({ url, 'expires at': expiresAt }));
    });

  withReason(exception.command('cosign <id>'))
    .description('Record that the SRO has co-signed on paper. Only then is the exception open.')
    .requiredOption('--reference <text>', 'where the signed paper is kept')
    .action(async (id: string, { reference, reason }: { reference: string; reason?: string }) => {
      const body = { reference, ...defined({ reason }) };
      print(output, await call(settings, 'exceptionCosign', { params: { id }, body }), exceptionText);
    });
}

function endAndListCommands(exception: Command, { settings, output }: Context): void {
  exception
    .command('revoke <id>')
    .description('Revoke a write exception, with immediate effect.')
    .requiredOption('--reason <text>', 'why; recorded with the change')
    .action(async (id: string, body: { reason: string }) => {
      const revoked = await call(settings, 'exceptionRevoke', { params: { id }, body });
      print(output, revoked, ({ state }) => `Write exception ${id} is ${state}.`);
    });

  exception
    .command('list')
    .description('List write exceptions.')
    .option(...ORGANISATION)
    .action(async (options: { organisation?: string }) => {
      print(output, await allPages(settings, 'exceptionList', defined(options)), (rows) =>
        table(rows, [
          ['Id', (row) => row.id],
          ['Environment', (row) => row.environment],
          ['Organisation', (row) => row.organisations],
          ['Product', (row) => row.product],
          ['Capability', (row) => row.capability],
          ['Interaction', (row) => row.interaction],
          ['State', (row) => row.state],
          ['Expires', (row) => row.expiresAt],
        ]),
      );
    });
}

function exceptionText({ id, interaction, state, expiresAt }: ExceptionView): string {
  return fieldList({ id, interaction, state, 'expires at': expiresAt });
}
