import type { ApplyProgress, RegistryChangeView } from '@gatehouse/contracts/registry/registry-resources';
import type { Command } from 'commander';
import { awaitsApproval, call, callLines, Refused } from '../api.js';
import { because, type Choice, choiceOf, choosing, type Context } from '../command.js';
import { everyPage } from '../every-page.js';
import { Failure } from '../failure.js';
import { show, table, yaml } from '../output.js';
import { readCsv } from '../registry-csv.js';
import { type ReadRegistry, readRegistry } from '../registry-yaml.js';
import { readTextFile } from '../text-file.js';

export function registryCommands(program: Command, context: Context): void {
  const { settings, output } = context;

  program
    .command('diff <file>')
    .description('what applying a registry file (YAML, JSON or .csv) would change')
    .action(async (file: string) => {
      const read = await readFileAt(file, context);
      const diff = await told(read, () =>
        call(settings, 'registryDiff', { body: { document: read.document } }),
      );
      show(output, diff, ({ changes }) => changesText(changes, 'would'));
    });

  because(program.command('apply <file>'))
    .description('apply a registry file (YAML, JSON or .csv), all or nothing')
    .action(async (file: string, { reason }: { reason?: string }) => {
      const read = await readFileAt(file, context);
      const body = { document: read.document, reason };
      const last = await told(read, () => follow(context, callLines(settings, 'registryApply', { body })));
      if (last?.type === 'pending') throw awaitsApproval(last);
      if (last?.type === 'failed') throw new Failure(`${last.title} ${last.detail ?? ''}`.trim());
      if (last?.type !== 'done')
        throw new Failure('The answer broke off; run "gatehouse diff" to see where things stand.');
      show(
        output,
        last,
        ({ changes, registryVersion }) =>
          `${changesText(changes, 'did')}\nThe registry is at version ${registryVersion}.`,
      );
    });

  program
    .command('export')
    .description('the registry as a file; API keys masked, so it can be compared but not applied')
    .action(async () => {
      show(output, await call(settings, 'registryExport', {}), yaml);
    });

  program
    .command('organisations')
    .description('list organisations')
    .option('--state <state>', 'active, suspended or retired')
    .action(async ({ state }: { state?: string }) => {
      const items = await everyPage(settings, 'organisationsList', state === undefined ? {} : { state });
      show(output, items, (rows) =>
        table(rows, [
          ['ODS', (row) => row.odsCode],
          ['Name', (row) => row.name],
          ['State', (row) => row.state],
          ['Applications', (row) => row.applications],
          ['SRO review due', (row) => row.sroReviewDueOn],
        ]),
      );
    });

  choosing(program.command('applications'))
    .description('list applications with the names they should carry, ASIDs and JWKS URLs')
    .option('--state <state>', 'draft, live, suspended or retired')
    .option('--asid <asid>', '12 digits')
    .action(async (options: Choice & { state?: string; asid?: string }) => {
      const { environment, organisation, product } = choiceOf(options);
      const query = { environment, organisation, product, state: options.state, asid: options.asid };
      const items = await everyPage(
        settings,
        'applicationsList',
        JSON.parse(JSON.stringify(query)) as object,
      );
      show(output, items, (rows) =>
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

async function readFileAt(file: string, { settings }: Context): Promise<ReadRegistry> {
  const text = await readTextFile(file);
  return file.endsWith('.csv') ? readCsv(text, file) : readRegistry(text, file, settings.variable);
}

/** Faults found by the admin API are told by their place in the file. */
async function told<T>(read: ReadRegistry, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused) || error.errors.length === 0) throw error;
    throw read.explain(
      error.errors.map(({ pointer, detail }) => ({ pointer: pointer.replace(/^\/document/, ''), detail })),
    );
  }
}

async function follow(
  { output }: Context,
  lines: AsyncIterable<ApplyProgress>,
): Promise<ApplyProgress | null> {
  let last: ApplyProgress | null = null;
  for await (const line of lines) {
    last = line;
    const text =
      line.type === 'planned'
        ? `planned: ${line.changes} to change, ${line.unchanged} unchanged`
        : line.type === 'progress'
          ? `${line.step}: ${line.done} of ${line.total}`
          : null;
    if (text !== null) output.err(output.interactive ? `\r\u001b[K${text}` : `${text}\n`);
  }
  if (output.interactive) output.err('\r\u001b[K');
  return last;
}

const SUMMARY = {
  would: ['Would create', 'change', 'retire'],
  did: ['Created', 'changed', 'retired'],
} as const;
const SIGNS = { create: '+', update: '~', retire: '-', unchanged: ' ' } as const;

function changesText(changes: readonly RegistryChangeView[], verb: keyof typeof SUMMARY): string {
  const lines = changes
    .filter(({ action }) => action !== 'unchanged')
    .flatMap(({ action, kind, key, fields }) => [
      `${SIGNS[action]} ${kind === 'messageSet' ? 'message set' : kind} ${key}`,
      ...(action === 'create'
        ? []
        : fields.map((field) => `    ${field.name}: ${text(field.before)} → ${text(field.after)}`)),
    ]);
  if (lines.length === 0) return 'Nothing to change: the registry is as the file says.';
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  const [create, update, retire] = SUMMARY[verb];
  lines.push(`${create} ${count('create')}, ${update} ${count('update')}, ${retire} ${count('retire')}.`);
  return lines.join('\n');
}

function text(value: string | string[] | null): string {
  if (value === null) return '(none)';
  return Array.isArray(value) ? `[${value.join(', ')}]` : value;
}
