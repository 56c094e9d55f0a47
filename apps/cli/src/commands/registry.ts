import type { ApplyProgress, RegistryChangeView } from '@gatehouse/contracts/registry/registry-resources';
import type { Command } from 'commander';
import { awaitsApproval, call, callLines, Rejection } from '../api.js';
import { Failure } from '../failure.js';
import { readTextFile } from '../files.js';
import { type Context, withReason } from '../options.js';
import { type Output, print } from '../output.js';
import { exportText, withoutApiKeys } from '../registry-file/export.js';
import { readCsv } from '../registry-file/csv.js';
import type { RegistryInput } from '../registry-file/registry-input.js';
import { readYaml } from '../registry-file/yaml.js';

export function registryCommands(program: Command, context: Context): void {
  const { settings, output } = context;

  program
    .command('diff <file>')
    .description(
      'Show what applying a registry file (YAML, JSON or .csv) would change. + is created, ~ changed, - retired.',
    )
    .action(async (file: string) => {
      const input = await readRegistryFile(file, context);
      const diff = await withPlaces(input, () =>
        call(settings, 'registryDiff', { body: { document: input.document } }),
      );
      print(output, diff, ({ changes, remarks }) =>
        [...remarks.map((remark) => `Remark: ${remark}`), changesText(changes, 'would')].join('\n'),
      );
    });

  withReason(program.command('apply <file>'))
    .description(
      'Apply a registry file (YAML, JSON or .csv), all of it or nothing. Applied twice, it changes nothing.',
    )
    .action(async (file: string, { reason }: { reason?: string }) => {
      const input = await readRegistryFile(file, context);
      const body = { document: input.document, reason };
      const last = await withPlaces(input, () =>
        showProgress(output, callLines(settings, 'registryApply', { body })),
      );
      if (last?.type === 'pending') throw awaitsApproval(last);
      if (last?.type === 'failed') throw new Failure(`${last.title} ${last.detail ?? ''}`.trim());
      if (last?.type !== 'done')
        throw new Failure(
          'The connection was lost. Run "gatehouse diff" to see whether the file was applied.',
        );
      print(
        output,
        last,
        ({ changes, registryVersion }) =>
          `${changesText(changes, 'did')}\nThe registry is at version ${registryVersion}.`,
      );
    });

  program
    .command('export')
    .description(
      'Print the registry as a file that can be applied again. Secrets are left out, so that they stay as they are; a comment shows each API key masked.',
    )
    .action(async () => {
      const exported = await call(settings, 'registryExport', {});
      print(output, withoutApiKeys(exported), () => exportText(exported));
    });
}

async function readRegistryFile(file: string, { settings }: Context): Promise<RegistryInput> {
  const text = await readTextFile(file);
  return file.endsWith('.csv') ? readCsv(text, file) : readYaml(text, file, settings.variable);
}

/** Reports the faults that the admin API found by their place in the file. */
async function withPlaces<T>(input: RegistryInput, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Rejection) || error.faults.length === 0) throw error;
    throw input.explain(
      error.faults.map(({ pointer, detail }) => ({ pointer: pointer.replace(/^\/document/, ''), detail })),
    );
  }
}

/** Prints the progress to stderr and returns the last line. */
async function showProgress(
  output: Output,
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
const KINDS: Readonly<Record<RegistryChangeView['kind'], string>> = {
  organisation: 'organisation',
  product: 'product',
  messageSet: 'message set',
  application: 'application',
  cis2Client: 'CIS2 client',
  client: 'client',
};
const SIGNS = { create: '+', update: '~', retire: '-', unchanged: ' ' } as const;

function changesText(changes: readonly RegistryChangeView[], tense: keyof typeof SUMMARY): string {
  const lines = changes
    .filter(({ action }) => action !== 'unchanged')
    .flatMap(({ action, kind, key, fields }) => [
      `${SIGNS[action]} ${KINDS[kind]} ${key}`,
      ...(action === 'create'
        ? []
        : fields.map((field) => `    ${field.name}: ${valueText(field.before)} → ${valueText(field.after)}`)),
    ]);
  if (lines.length === 0) return 'Nothing to change: the registry already matches the file.';
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  const [created, changed, retired] = SUMMARY[tense];
  lines.push(`${created} ${count('create')}, ${changed} ${count('update')}, ${retired} ${count('retire')}.`);
  return lines.join('\n');
}

function valueText(value: string | string[] | null): string {
  if (value === null) return '(none)';
  return Array.isArray(value) ? `[${value.join(', ')}]` : value;
}
