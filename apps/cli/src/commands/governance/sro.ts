import { createHash } from 'node:crypto';
import type { SroAppointmentView } from '@gatehouse/contracts/governance/governance-resources';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import { Failure } from '../../failure.js';
import { readBytes } from '../../files.js';
import {
  commaSeparated,
  type Context,
  defined,
  ORGANISATION,
  wholeNumber,
  withReason,
} from '../../options.js';
import { fieldList, print, table } from '../../output.js';

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

export function sroCommands(program: Command, context: Context): void {
  const sro = program
    .command('sro')
    .description('Appoint senior responsible owners (SROs) and record their reviews.');
  appointCommand(sro, context);
  acceptanceCommands(sro, context);
  termCommands(sro, context);
  listCommands(sro, context);
}

function appointCommand(sro: Command, { settings, output }: Context): void {
  withReason(sro.command('appoint'))
    .description("Propose an SRO or a deputy, on the written authority of the organisation's CIO.")
    .requiredOption(...ORGANISATION)
    .requiredOption('--environments <list>', 'environments, separated by commas: int,prod', commaSeparated)
    .requiredOption('--name <name>', 'name of the SRO')
    .requiredOption('--email <address>', 'email address of the SRO')
    .requiredOption('--job-title <title>', 'job title of the SRO')
    .requiredOption(
      '--spine-user-id <id>',
      'Spine user id of the SRO, 12 digits; their current profile has a role at the organisation',
    )
    .requiredOption('--cio-name <name>', 'CIO who gave the authority')
    .requiredOption('--authority-reference <text>', 'reference of the written authority')
    .requiredOption('--authority-date <date>', 'date of the written authority, YYYY-MM-DD')
    .option('--authority-document <file>', 'the written authority; only its SHA-256 is sent')
    .option('--authority-document-sha256 <hex>', 'its SHA-256, instead of the document')
    .option('--deputy', 'appoint a deputy, who keeps access open while there is no SRO')
    .option('--starts-on <date>', 'first day in force, YYYY-MM-DD; the day of acceptance if left out')
    .option('--succeeds <id>', 'appointment that ends when this one starts, once this one is accepted')
    .option('--review-due-on <date>', 'day of the first review, YYYY-MM-DD; a year from now if left out')
    .option(
      '--grace-days <days>',
      'days that access stays open after an overdue review; 0 if left out',
      wholeNumber(0, 90),
    )
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
      const documentSha256 = await documentHash(authorityDocument, authorityDocumentSha256);
      const authority = { cioName, reference: authorityReference, date: authorityDate, documentSha256 };
      const role = deputy === true ? 'deputy' : 'owner';
      const appointment = await call(settings, 'sroAppoint', { body: { ...defined(rest), role, authority } });
      print(output, appointment, (proposed) =>
        [
          appointmentText(proposed),
          'Proposed. It opens no access until the SRO accepts.',
          `Next: gatehouse sro link ${proposed.id} creates the one-time link by which they accept.`,
        ].join('\n'),
      );
    });
}

function acceptanceCommands(sro: Command, { settings, output }: Context): void {
  withReason(sro.command('link <id>'))
    .description('Create the one-time link by which the SRO accepts. It is shown once.')
    .action(async (id: string, { reason }: { reason?: string }) => {
      const link = await call(settings, 'sroLink', { params: { id }, body: defined({ reason }) });
      print(output, link, ({ url, expiresAt }) => fieldList({ url, 'expires at': expiresAt }));
    });

  withReason(sro.command('accept <id>'))
    .description('Record that the SRO has accepted on paper. From then on the appointment is in force.')
    .option('--on <date>', 'day of the acceptance, YYYY-MM-DD; now if left out')
    .action(async (id: string, { on, reason }: { on?: string; reason?: string }) => {
      const body = defined({ acceptedOn: on, reason });
      print(output, await call(settings, 'sroAccept', { params: { id }, body }), appointmentText);
    });
}

function termCommands(sro: Command, { settings, output }: Context): void {
  withReason(sro.command('review <id>'))
    .description('Record a review.')
    .option('--due <date>', 'day of the next review, YYYY-MM-DD; a year from now if left out')
    .action(async (id: string, { due, reason }: { due?: string; reason?: string }) => {
      const body = defined({ reviewDueOn: due, reason });
      print(output, await call(settings, 'sroReview', { params: { id }, body }), appointmentText);
    });

  sro
    .command('withdraw <id>')
    .description(
      "Withdraw an appointment. The organisation's application-restricted access closes immediately, unless another appointment is in force.",
    )
    .requiredOption('--reason <text>', 'why; recorded with the change')
    .action(async (id: string, body: { reason: string }) => {
      print(output, await call(settings, 'sroWithdraw', { params: { id }, body }), appointmentText);
    });
}

function listCommands(sro: Command, { settings, output }: Context): void {
  sro
    .command('list')
    .description('List appointments.')
    .option(...ORGANISATION)
    .action(async (options: { organisation?: string }) => {
      print(output, await allPages(settings, 'sroList', defined(options)), (rows) =>
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

  sro
    .command('outlook')
    .description('Show whose application-restricted access closes next, and which traffic stops with it.')
    .option('--days <days>', 'days to look ahead; 90 if left out', wholeNumber(0, 730))
    .action(async (options: { days?: number }) => {
      const { items } = await call(settings, 'sroOutlook', { query: defined(options) });
      print(output, items, (rows) =>
        table(
          rows,
          [
            ['Organisation', (row) => row.organisation],
            ['Environment', (row) => row.environment],
            ['Access', (row) => row.gate],
            ['Open until', (row) => row.openUntil],
            ['SRO', (row) => row.sro?.name ?? null],
            ['Applications', (row) => row.applications.length],
            ['Requests in 7 days', (row) => row.requests],
          ],
          'No access closes in that time.',
        ),
      );
    });
}

function appointmentText(appointment: SroAppointmentView): string {
  const { id, name, organisation, environments, state, reviewDueOn } = appointment;
  return fieldList({ id, name, organisation, environments, state, 'review due on': reviewDueOn });
}

async function documentHash(file: string | undefined, sha256: string | undefined): Promise<string> {
  if (sha256 !== undefined && file === undefined) return sha256;
  if (file === undefined || sha256 !== undefined)
    throw new Failure(
      'Name the written authority with either --authority-document FILE or --authority-document-sha256 HEX.',
      2,
    );
  return createHash('sha256')
    .update(await readBytes(file))
    .digest('hex');
}
