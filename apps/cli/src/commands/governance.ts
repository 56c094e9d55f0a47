import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SroAppointmentView } from '@gatehouse/contracts/governance/governance-resources';
import type { Command } from 'commander';
import { call } from '../api.js';
import { because, type Context, defined, listOf, wholeNumber } from '../command.js';
import { everyPage } from '../every-page.js';
import { Failure } from '../failure.js';
import { record, show, table } from '../output.js';

interface AppointOptions {
  readonly organisation: string;
  readonly environments: string[];
  readonly name: string;
  readonly email: string;
  readonly jobTitle: string;
  readonly spineUserId: string;
  readonly cioName: string;
  readonly authorityReference: string;
  readonly authorityDate: string;
  readonly authorityDocument?: string;
  readonly authorityDocumentSha256?: string;
  readonly deputy?: true;
  readonly startsOn?: string;
  readonly succeeds?: string;
  readonly reviewDueOn?: string;
  readonly graceDays?: number;
  readonly reason?: string;
}

export function governanceCommands(program: Command, context: Context): void {
  sroCommands(program.command('sro').description('senior responsible owners'), context);
  exceptionCommands(program.command('exception').description('write exceptions'), context);
  assuranceCommands(
    program.command('assurance').description('lowest authentication assurance level taken'),
    context,
  );
}

function sroCommands(sro: Command, { settings, output }: Context): void {
  const shown = (appointment: SroAppointmentView) => {
    show(output, appointment, ({ id, name, organisation, environments, state, reviewDueOn }) =>
      record({ id, name, organisation, environments, state, 'review due on': reviewDueOn }),
    );
  };

  because(sro.command('appoint'))
    .description('appoint one, on the written authority of the CIO')
    .requiredOption('--organisation <ods>', 'ODS code')
    .requiredOption('--environments <list>', 'int,prod', listOf)
    .requiredOption('--name <name>', 'of the senior responsible owner')
    .requiredOption('--email <address>', 'of the senior responsible owner')
    .requiredOption('--job-title <title>', 'of the senior responsible owner')
    .requiredOption(
      '--spine-user-id <id>',
      '12 digits; a current Spine profile with a role at the organisation',
    )
    .requiredOption('--cio-name <name>', 'who gave the authority')
    .requiredOption('--authority-reference <text>', 'reference of the written authority')
    .requiredOption('--authority-date <date>', 'YYYY-MM-DD')
    .option('--authority-document <file>', 'the document; only its SHA-256 is sent')
    .option('--authority-document-sha256 <hex>', 'its SHA-256, instead of the document')
    .option('--deputy', 'as a deputy, who keeps access open while there is no owner')
    .option('--starts-on <date>', 'first day in force, YYYY-MM-DD; from the acceptance if left out')
    .option('--succeeds <id>', 'appointment that ends once this one is accepted')
    .option('--review-due-on <date>', 'YYYY-MM-DD; a year from now if left out')
    .option('--grace-days <days>', 'default 0', wholeNumber)
    .action(async (options: AppointOptions) => {
      const {
        cioName,
        authorityReference,
        authorityDate,
        authorityDocument,
        authorityDocumentSha256,
        deputy,
        ...rest
      } = options;
      const documentSha256 = await hashOf(authorityDocument, authorityDocumentSha256);
      const authority = { cioName, reference: authorityReference, date: authorityDate, documentSha256 };
      const role = deputy === true ? 'deputy' : 'owner';
      shown(await call(settings, 'sroAppoint', { body: { ...defined(rest), role, authority } }));
      if (!output.json)
        output.out(
          'Proposed. It opens nothing before the SRO accepts: "gatehouse sro link" makes their one-time link.',
        );
    });

  because(sro.command('link <id>'))
    .description('make the one-time link by which the senior responsible owner accepts; it is shown once')
    .action(async (id: string, { reason }: { reason?: string }) => {
      const made = await call(settings, 'sroLink', { params: { id }, body: defined({ reason }) });
      show(output, made, ({ url, expiresAt }) => record({ url, 'expires at': expiresAt }));
    });

  sro
    .command('outlook')
    .description('whose application-restricted access closes next, and what stops with it')
    .option('--days <days>', 'how far to look ahead; default 90', wholeNumber)
    .action(async ({ days }: { days?: number }) => {
      const { items } = await call(settings, 'sroOutlook', { query: defined({ days }) });
      show(output, items, (rows) =>
        table(rows, [
          ['Organisation', (row) => row.organisation],
          ['Environment', (row) => row.environment],
          ['Access', (row) => row.gate],
          ['Open until', (row) => row.openUntil],
          ['SRO', (row) => row.sro?.name ?? null],
          ['Applications', (row) => row.applications.length],
          ['Requests in 7 days', (row) => row.requests],
        ]),
      );
    });

  because(sro.command('accept <id>'))
    .description('record that the senior responsible owner has accepted')
    .option('--on <date>', 'the day of acceptance, YYYY-MM-DD; now if left out')
    .action(async (id: string, { on, reason }: { on?: string; reason?: string }) => {
      shown(await call(settings, 'sroAccept', { params: { id }, body: defined({ acceptedOn: on, reason }) }));
    });

  because(sro.command('review <id>'))
    .description('record a review')
    .option('--due <date>', 'when the next one is due, YYYY-MM-DD; a year from now if left out')
    .action(async (id: string, { due, reason }: { due?: string; reason?: string }) => {
      shown(
        await call(settings, 'sroReview', {
          params: { id },
          body: defined({ reviewDueOn: due, reason }),
        }),
      );
    });

  sro
    .command('withdraw <id>')
    .description('withdraw an appointment; application-restricted access of the organisation closes at once')
    .requiredOption('--reason <text>', 'why; kept with the change')
    .action(async (id: string, { reason }: { reason: string }) => {
      shown(await call(settings, 'sroWithdraw', { params: { id }, body: { reason } }));
    });

  sro
    .command('list')
    .option('--organisation <ods>', 'ODS code')
    .action(async ({ organisation }: { organisation?: string }) => {
      const items = await everyPage(settings, 'sroList', defined({ organisation }));
      show(output, items, (rows) =>
        table(rows, [
          ['Id', (row) => row.id],
          ['Organisation', (row) => row.organisation],
          ['Environments', (row) => row.environments],
          ['Name', (row) => row.name],
          ['State', (row) => row.state],
          ['Review due', (row) => row.reviewDueOn],
        ]),
      );
    });
}

async function hashOf(file: string | undefined, sha256: string | undefined): Promise<string> {
  if ((file === undefined) === (sha256 === undefined)) {
    throw new Failure(
      'Give the written authority by --authority-document FILE or --authority-document-sha256 HEX.',
      2,
    );
  }
  if (file === undefined) return sha256 ?? '';
  try {
    return createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  } catch {
    throw new Failure(`${file} can't be read.`, 2);
  }
}

interface GrantOptions {
  readonly environment: string;
  readonly organisation: string;
  readonly product: string;
  readonly capability: 'referrer' | 'provider';
  readonly interaction: 'A013' | 'A028' | 'A036';
  readonly useCaseReference: string;
  readonly expiresOn: string;
  readonly reason?: string;
}

function exceptionCommands(exception: Command, { settings, output }: Context): void {
  because(exception.command('grant'))
    .description('open A013, A028 or A036 to one application-restricted application')
    .requiredOption('--environment <name>', 'int, prod, …')
    .requiredOption('--organisation <ods>', 'ODS code')
    .requiredOption('--product <name>', 'product')
    .requiredOption('--capability <capability>', 'referrer or provider')
    .requiredOption('--interaction <id>', 'A013, A028 or A036')
    .requiredOption('--use-case-reference <text>', 'the use case NHS England approved')
    .requiredOption('--expires-on <date>', 'YYYY-MM-DD; ends with that day in London')
    .action(async (options: GrantOptions) => {
      const granted = await call(settings, 'exceptionGrant', { body: defined(options) });
      show(output, granted, ({ id, interaction, state, expiresAt }) =>
        record({ id, interaction, state, 'expires at': expiresAt }),
      );
    });

  because(exception.command('link <id>'))
    .description('make the one-time link by which the senior responsible owner co-signs; it is shown once')
    .action(async (id: string, { reason }: { reason?: string }) => {
      const made = await call(settings, 'exceptionLink', { params: { id }, body: defined({ reason }) });
      show(output, made, ({ url, expiresAt }) => record({ url, 'expires at': expiresAt }));
    });

  because(exception.command('cosign <id>'))
    .description('record the co-signature of the senior responsible owner; only then is anything opened')
    .requiredOption('--reference <text>', 'where the signed paper is kept')
    .action(async (id: string, { reference, reason }: { reference: string; reason?: string }) => {
      const body = { reference, ...defined({ reason }) };
      const signed = await call(settings, 'exceptionCosign', { params: { id }, body });
      show(output, signed, ({ interaction, state, expiresAt }) =>
        record({ id, interaction, state, 'expires at': expiresAt }),
      );
    });

  exception
    .command('revoke <id>')
    .description('close a write exception at once')
    .requiredOption('--reason <text>', 'why; kept with the change')
    .action(async (id: string, { reason }: { reason: string }) => {
      const revoked = await call(settings, 'exceptionRevoke', { params: { id }, body: { reason } });
      show(output, revoked, ({ state }) => `The exception is ${state}.`);
    });

  exception
    .command('list')
    .option('--organisation <ods>', 'ODS code')
    .action(async ({ organisation }: { organisation?: string }) => {
      const items = await everyPage(settings, 'exceptionList', defined({ organisation }));
      show(output, items, (rows) =>
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

function assuranceCommands(assurance: Command, { settings, output }: Context): void {
  because(assurance.command('set <level>'))
    .description('set the floor: 2 or 3')
    .option('--organisation <ods>', 'for one organisation; for all if left out')
    .action(async (level: string, options: { organisation?: string; reason?: string }) => {
      if (level !== '2' && level !== '3') throw new Failure('The level is 2 or 3.', 2);
      const body = { minimumLevel: level === '2' ? (2 as const) : (3 as const), ...defined(options) };
      const floor = await call(settings, 'assuranceSet', { body });
      show(
        output,
        floor,
        ({ organisation, minimumLevel }) => `${organisation ?? 'All organisations'}: AAL${minimumLevel}.`,
      );
    });

  assurance.command('list').action(async () => {
    const { items } = await call(settings, 'assuranceList', {});
    show(output, items, (rows) =>
      table(rows, [
        ['Organisation', (row) => row.organisation ?? '(all)'],
        ['Lowest level', (row) => row.minimumLevel],
      ]),
    );
  });
}
