import type { Command } from 'commander';
import { call, callLines } from '../api.js';
import { type Context, defined, wholeNumber } from '../command.js';
import { everyPage } from '../every-page.js';
import { Failure } from '../failure.js';
import { cell, type Column, show, table } from '../output.js';

interface Filter {
  readonly from?: string;
  readonly until?: string;
  readonly organisation?: string;
  readonly client?: string;
  readonly environment?: string;
  readonly interaction?: string;
  readonly outcome?: 'COMPLETED';
  readonly kind?: 'INTENT';
  readonly code?: string;
  readonly correlationId?: string;
  readonly attemptId?: string;
  readonly upstreamRequestId?: string;
}

type Row = Readonly<Record<string, unknown>>;

export function auditCommands(program: Command, { settings, output, ask }: Context): void {
  const audit = program.command('audit').description('the audit trail');

  filtering(audit.command('list'))
    .description('attempts, newest first')
    .option('--limit <rows>', 'default 50', wholeNumber)
    .option('--nhs-number', 'about one patient; the number is asked for, or read from standard input')
    .option('--ubrn', 'about one referral; the UBRN is asked for, or read from standard input')
    .option('--reason <text>', 'why a patient or referral is looked up; kept in the trail')
    .action(async (options: Filter & { limit?: number; nhsNumber?: true; ubrn?: true; reason?: string }) => {
      const { limit = 50, nhsNumber, ubrn, reason, ...given } = options;
      const filter = instants(given);
      if (nhsNumber === undefined && ubrn === undefined) {
        show(output, await everyPage(settings, 'auditList', filter, limit), rowsText);
        return;
      }
      if (nhsNumber !== undefined && ubrn !== undefined)
        throw new Failure('Look for one of the two at a time.', 2);
      if (reason === undefined) throw new Failure('Say with --reason why this person is looked up.', 2);
      const digits = (await ask(nhsNumber === true ? 'NHS number: ' : 'UBRN: ')).replaceAll(/[\s-]/g, '');
      const subject = nhsNumber === true ? { nhsNumber: digits } : { ubrn: digits };
      const body = { ...filter, ...subject, reason, limit: Math.min(limit, 500) };
      const page = await call(settings, 'auditSearch', { body });
      show(output, page.items, rowsText);
      if (page.next !== null) output.err('There is more: raise --limit, or narrow it down.\n');
    });

  filtering(audit.command('follow'))
    .description('rows as they are written, until interrupted')
    .action(async (options: Filter) => {
      for await (const row of callLines(settings, 'auditFollow', { query: instants(options) })) {
        output.out(output.json ? JSON.stringify(row) : lineText(row));
      }
    });

  audit
    .command('export')
    .description('rows with their chain, one JSON object a line, for "gatehouse verify"')
    .option('--from <instant>', 'YYYY-MM-DD or an instant')
    .option('--until <instant>', 'YYYY-MM-DD or an instant, not included')
    .action(async (options: Pick<Filter, 'from' | 'until'>) => {
      for await (const row of callLines(settings, 'auditExport', { query: instants(options) })) {
        output.out(JSON.stringify(row));
      }
    });
}

function filtering(command: Command): Command {
  return command
    .option('--from <instant>', 'YYYY-MM-DD or an instant')
    .option('--until <instant>', 'YYYY-MM-DD or an instant, not included')
    .option('--organisation <ods>', 'ODS code')
    .option('--client <name>', 'client')
    .option('--environment <name>', 'int, prod, …')
    .option('--interaction <id>', 'A005')
    .option('--outcome <outcome>', 'COMPLETED, REFUSED, NOT_SENT, FAILED, UNKNOWN or WITHHELD')
    .option('--kind <kind>', 'INTENT, OUTCOME, END, DENIED or SYSTEM')
    .option('--code <code>', 'GW_GRANT, …')
    .option('--correlation-id <id>', 'X-Correlation-ID of the caller')
    .option('--attempt-id <id>', 'Gatehouse-Attempt-Id')
    .option('--upstream-request-id <id>', 'X-Request-ID of e-RS');
}

/** A day means its beginning by UTC. */
function instants<F extends Pick<Filter, 'from' | 'until'>>(filter: F) {
  const instant = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    const ms = Date.parse(text);
    if (Number.isNaN(ms))
      throw new Failure(`${text} is no date: write 2026-03-02 or 2026-03-02T09:00:00Z.`, 2);
    return new Date(ms).toISOString();
  };
  return defined({ ...filter, from: instant(filter.from), until: instant(filter.until) });
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

function rowsText(rows: readonly Row[]): string {
  return table(rows, COLUMNS, 'No rows.');
}

function lineText(row: Row): string {
  return COLUMNS.map(([, value]) => cell(value(row))).join('  ');
}
