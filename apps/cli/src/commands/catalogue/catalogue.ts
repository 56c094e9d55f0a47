import { readFile, writeFile } from 'node:fs/promises';
import {
  type Comparison,
  compareCatalogue,
  type Difference,
} from '@gatehouse/domain/ers/drift/compare-catalogue';
import type { Specification } from '@gatehouse/domain/ers/drift/specification';
import type { Command } from 'commander';
import { cataloguePatch, SOURCES, type SourceTexts } from '../../catalogue/catalogue-patch.js';
import { readSpecificationFile } from '../../catalogue/specification-file.js';
import { Failure } from '../../failure.js';
import { unreadable } from '../../files.js';
import { type Context, REASON_IN_TRAIL } from '../../options.js';
import { call } from '../../api.js';
import { count, print } from '../../output.js';

export function catalogueCommands(program: Command, { settings, output, setExitCode }: Context): void {
  const catalogue = program
    .command('catalogue')
    .description('The catalogue of e-RS interactions of this build.');

  catalogue
    .command('compare <file>')
    .description(
      'Show what an e-RS OpenAPI file (JSON or YAML, in one file) changes against the catalogue of this build. The exit code is 1 if there are differences. No gateway allows anything because of it.',
    )
    .option(
      '--patch <file>',
      'write the changed rows as a patch for git apply; run it at the root of a checkout',
    )
    .option('--record', 'let the console say that this file is newer than the build (needs --reason)')
    .option(...REASON_IN_TRAIL)
    .action(async (file: string, { patch, record, reason }: CompareOptions) => {
      if (record === true && reason === undefined) throw new Failure('--record needs --reason.', 2);
      const { specification, sha256 } = await readSpecificationFile(file);
      const comparison = compareCatalogue(specification);
      if (patch !== undefined) await writePatch(patch, specification);
      if (reason !== undefined && record === true) {
        const body = { specification: { ...specification }, sha256, reason };
        await call(settings, 'catalogueComparisonRecord', { body });
      }
      print(output, comparison, comparisonText);
      if (comparison.differences.length > 0) setExitCode(1);
    });

  catalogue
    .command('show')
    .description(
      'Show what the newest recorded e-RS specification changes against the catalogue of the gateway that answers.',
    )
    .action(async () => {
      const { comparison } = await call(settings, 'catalogueComparisonShow', {});
      print(output, comparison, () =>
        comparison === null ? 'No comparison was recorded.' : comparisonText(comparison),
      );
    });
}

interface CompareOptions {
  readonly patch?: string;
  readonly record?: true;
  readonly reason?: string;
}

/** @throws Failure if this is no checkout of the version that runs, or the patch can't be written */
async function writePatch(file: string, specification: Specification): Promise<void> {
  const texts: Record<string, string> = {};
  for (const [name, source] of Object.entries(SOURCES)) {
    texts[name] = await readFile(source, 'utf8').catch(() => {
      throw new Failure(`${source} can't be read: run --patch at the root of a checkout of Gatehouse.`, 2);
    });
  }
  const patch = cataloguePatch(specification, texts as SourceTexts);
  if (patch === null)
    throw new Failure(
      'The sources here have another catalogue than this command. Build them, then try again.',
      2,
    );
  await writeFile(file, patch).catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

function comparisonText({ version, operations, differences, remarks }: Shown): string {
  const lines = [
    `The file is version ${version} of the e-RS specification. Its ${count(operations, 'operation')} were compared with the catalogue of this build.`,
  ];
  for (const [operationId, of] of Map.groupBy(differences, (one) => one.operationId)) {
    lines.push('', `${of[0]?.interaction ?? ''}  ${operationId}`, ...of.map(differenceText));
  }
  if (remarks.length > 0) lines.push('', ...remarks.map((remark) => `Remark: ${remark}`));
  lines.push(
    '',
    differences.length === 0
      ? 'No difference: this build has what the file says.'
      : `${count(differences.length, 'difference')}. A gateway decides by the catalogue that it was built with, so nothing changes until a build has them.`,
  );
  return lines.join('\n');
}

type Shown = Pick<Comparison, 'version' | 'operations'> & {
  readonly differences: readonly ShownDifference[];
  readonly remarks: readonly string[];
};
type ShownDifference = Omit<Difference, 'aspect'> & { readonly aspect: string };

function differenceText({ aspect, builtIn, file }: ShownDifference): string {
  if (aspect === 'added') return `  + ${file ?? ''}`;
  if (aspect === 'removed') return `  - ${builtIn ?? ''}`;
  return `  ~ ${aspect}: ${builtIn ?? 'none'} → ${file ?? 'none'}`;
}
