import { auditDownload } from '@gatehouse/contracts/audit/audit-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { auditFilter } from '@gatehouse/contracts/operation/operation-resources';
import { HOW_TO_WRITE_A_MOMENT, readMoment, spanOf } from '@gatehouse/domain/input/moment';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { allPages } from '../all-pages.js';
import { call, callLines, callText } from '../api.js';
import { Failure } from '../failure.js';
import {
  choice,
  type Context,
  defined,
  ENVIRONMENT,
  ORGANISATION,
  REASON_IN_TRAIL,
  wholeNumber,
} from '../options.js';
import { cell, type Column, type Output, print, table } from '../output.js';
import { archiveCommands } from './evidence/archives.js';
import { keyDestructionCommand } from './evidence/key-destruction.js';
import { removalCommand } from './evidence/removal.js';
import { rollupCommands } from './evidence/rollups.js';
import { trailCommands } from './evidence/trail.js';

interface Span {
  readonly from?: string;
  readonly until?: string;
}
interface Filter extends Span {
  readonly organisation?: string;
  readonly client?: string;
  readonly user?: string;
  readonly environment?: string;
  readonly interaction?: string;
  readonly outcome?: 'COMPLETED';
  readonly kind?: 'INTENT';
  readonly event?: string;
  readonly pace?: 'slow';
  readonly by?: 'me';
  readonly code?: string;
  readonly correlationId?: string;
  readonly attemptId?: string;
  readonly upstreamRequestId?: string;
}
interface ListOptions extends Filter {
  readonly limit: number;
  readonly nhsNumber?: true;
  readonly ubrn?: true;
  readonly reason?: string;
}

interface DownloadOptions extends Filter {
  readonly format: (typeof FORMATS)[number];
  readonly reason: string;
}

type Row = Readonly<Record<string, unknown>>;

const LARGEST_SEARCH = 500;
const FORMATS = auditDownload.shape.format.unwrap().options;

export function auditCommands(program: Command, context: Context): void {
  const audit = program.command('audit').description('Search, follow and export the audit trail.');
  listCommand(audit, context);
  streamCommands(audit, context);
  trailCommands(audit, context);
  rollupCommands(audit, context, withSpan, withInstants);
  archiveCommands(audit, context);
  removalCommand(audit, context);
  keyDestructionCommand(audit, context);
}

function listCommand(audit: Command, { settings, output, ask }: Context): void {
  withFilter(audit.command('list'))
    .description('List attempts, newest first.')
    .option('--limit <rows>', 'largest number of attempts', wholeNumber(1, 100_000), 50)
    .option(
      '--nhs-number',
      'only attempts about one patient; you type the NHS number at a prompt, or it is read from standard input',
    )
    .option(
      '--ubrn',
      'only attempts about one referral; you type the UBRN at a prompt, or it is read from standard input',
    )
    .option('--reason <text>', 'why you search for a patient or referral; recorded in the trail')
    .action(async (options: ListOptions) => {
      const { limit, nhsNumber, ubrn, reason, ...filter } = options;
      if (nhsNumber === undefined && ubrn === undefined) {
        const query = withInstants(filter);
        let removed: readonly string[] = [];
        const rows = await allPages(settings, 'auditList', query, limit, ({ covers }) => {
          ({ removed } = covers);
        });
        print(output, rows, rowsText);
        noteCoverage(output, query);
        noteRemoved(output, removed);
        return;
      }
      if (nhsNumber !== undefined && ubrn !== undefined)
        throw new Failure('Use either --nhs-number or --ubrn, not both.', 2);
      if (reason === undefined)
        throw new Failure('Give a --reason for searching for a patient or referral.', 2);
      const digits = (await ask(nhsNumber === true ? 'NHS number: ' : 'UBRN: ')).replaceAll(/[\s-]/g, '');
      const subject = nhsNumber === true ? { nhsNumber: digits } : { ubrn: digits };
      const body = { ...withInstants(filter), ...subject, reason, limit: Math.min(limit, LARGEST_SEARCH) };
      const page = await call(settings, 'auditSearch', { body });
      print(output, page.items, (rows) => [rowsText(rows), staffText(page.staff)].join('\n\n'));
      noteCoverage(output, body);
      noteRemoved(output, page.covers.removed);
      if (page.keysDestroyed.length > 0)
        output.err(
          `The data key of ${page.keysDestroyed.join(', ')} was destroyed, so patients there can no longer be found.\n`,
        );
      if (page.next !== null) output.err('There are more: raise --limit, or narrow the search.\n');
    });
}

function streamCommands(audit: Command, { settings, output }: Context): void {
  withFilter(audit.command('follow'))
    .description('Print rows as they are written, until interrupted.')
    .action(async (filter: Filter) => {
      const query = withInstants(filter);
      noteCoverage(output, query);
      for await (const row of callLines(settings, 'auditFollow', { query }))
        output.out(output.json ? JSON.stringify(row) : lineText(row));
    });

  withFilter(audit.command('download'))
    .description(
      'Print every attempt that the filter finds, without its chain. The download is itself audited.',
    )
    .addOption(choice('--format <format>', 'what is printed', FORMATS).default('csv'))
    .requiredOption(...REASON_IN_TRAIL)
    .action(async ({ format, reason, ...filter }: DownloadOptions) => {
      const body = { ...withInstants(filter), format, reason };
      noteCoverage(output, body);
      for await (const line of callText(settings, 'auditDownload', { body })) output.out(line);
    });

  withSpan(audit.command('export'))
    .description(
      'Print rows with their chain, one JSON object on each line, for "gatehouse verify". The export is itself audited.',
    )
    .requiredOption(...REASON_IN_TRAIL)
    .action(async ({ reason, ...span }: Span & { readonly reason: string }) => {
      const body = { ...withInstants(span), reason };
      if (span.from === undefined && span.until === undefined) output.err('The whole trail.\n');
      noteCoverage(output, body);
      for await (const row of callLines(settings, 'auditExport', { body })) output.out(JSON.stringify(row));
    });
}

function withSpan(command: Command): Command {
  return command
    .option('--from <moment>', 'beginning: a day in London, 2026-03-02, or 2026-03-02T09:00:00Z', moment)
    .option('--until <moment>', 'end: a day, which is included, or an instant, which is not', moment);
}

function withFilter(command: Command): Command {
  return withSpan(command)
    .option(...ORGANISATION)
    .option('--client <name>', 'client')
    .option('--user <user-id>', 'CIS2 user id of a healthcare worker, 12 digits')
    .option(...ENVIRONMENT)
    .option('--interaction <id>', 'interaction: A005, …')
    .addOption(choice('--outcome <outcome>', 'outcome of the attempt', auditFilter.outcome.unwrap().options))
    .addOption(choice('--kind <kind>', 'kind of row', auditFilter.kind.unwrap().options))
    .option('--event <name>', 'name of a SYSTEM event: AUDIT_EXPORT, …')
    .addOption(choice('--pace <pace>', 'slow: a second or longer', auditFilter.pace.unwrap().options))
    .addOption(choice('--by <whom>', 'me: what you did yourself', auditFilter.by.unwrap().options))
    .option('--code <code>', 'code of Gatehouse: GW_GRANT, …')
    .option('--correlation-id <id>', "the caller's X-Correlation-ID")
    .option('--attempt-id <id>', 'Gatehouse-Attempt-Id')
    .option('--upstream-request-id <id>', 'X-Request-ID of e-RS');
}

function moment(text: string): string {
  if (readMoment(text) === null) throw new InvalidArgumentError(`To correct it, ${HOW_TO_WRITE_A_MOMENT}.`);
  return text;
}

/** The admin API takes instants; a day is the whole day in London. */
function withInstants({ user, ...filter }: Filter) {
  const { fromMs, untilMs } = spanOf(filter.from, filter.until);
  const instant = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  return defined({ ...filter, userId: user, from: instant(fromMs), until: instant(untilMs) });
}

/** A day is read in London, so what was asked for is said in instants. */
function noteCoverage(output: Output, { from, until }: Span): void {
  if (from === undefined && until === undefined) return;
  const beginning = from === undefined ? 'From the beginning' : `From ${from}`;
  output.err(`${beginning} ${until === undefined ? 'on' : `until just before ${until}`}.\n`);
}

function noteRemoved(output: Output, months: readonly string[]): void {
  const [one] = months;
  if (one === undefined) return;
  output.err(
    `The records of ${months.join(', ')} have left the database. "gatehouse audit fetch ${one}" brings them back from the archive.\n`,
  );
}

const COLUMNS: readonly Column<Row>[] = [
  ['Started', (row) => row['startedAt']],
  ['Kind', (row) => row['event'] ?? row['kind']],
  ['Organisation', (row) => row['organisation']],
  ['Client', (row) => row['client']],
  ['Interaction', (row) => row['interaction']],
  ['Outcome', (row) => row['outcome']],
  ['Status', (row) => row['status']],
  ['Code', (row) => row['code']],
  ['Attempt', (row) => row['attemptId']],
];
/** What NHS England's answer shows to be wrong (docs/diagnoses.md), and the id to quote to its support. */
const DIAGNOSIS_COLUMNS: readonly Column<Row>[] = [
  ['Diagnosis', (row) => row['diagnosis']],
  ['NHS message id', (row) => row['messageId']],
];

function columnsFor(rows: readonly Row[]): readonly Column<Row>[] {
  const diagnosed = rows.some((row) => typeof row['diagnosis'] === 'string');
  return diagnosed ? [...COLUMNS, ...DIAGNOSIS_COLUMNS] : COLUMNS;
}

function rowsText(rows: readonly Row[]): string {
  return table(rows, columnsFor(rows));
}

function staffText(staff: AnswerOf<'auditSearch'>['staff']): string {
  if (staff === null) return 'Only a role for every organisation shows which staff looked for this patient.';
  const rows = table(
    staff.items,
    [
      ['Staff', ({ actor }) => actor],
      ['When', ({ at }) => at],
      ['What', ({ what }) => (what === 'searched' ? 'searched' : 'was shown the identifier')],
      ['Reason', ({ reason }) => reason],
    ],
    'No member of staff has looked for this patient in this period.',
  );
  return staff.isWhole ? rows : `${rows}\nOlder ones were left out: choose a shorter period.`;
}

function lineText(row: Row): string {
  return columnsFor([row])
    .map(([, value]) => cell(value(row)))
    .join('  ');
}
