import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type OdsFileFault, readOdsFile } from '@gatehouse/contracts/ods/ods-file';
import type { OdsFileView } from '@gatehouse/contracts/ods/ods-routes';
import type { Command } from 'commander';
import { call } from '../api.js';
import { Failure } from '../failure.js';
import { readBytes, textOf } from '../files.js';
import { type Context, defined, withReason } from '../options.js';
import { count, fieldList, print, table } from '../output.js';

const FAULTS_SHOWN = 20;

export function odsCommands(program: Command, { settings, output }: Context): void {
  const ods = program
    .command('ods')
    .description('The names of organisations as the NHS publishes them, by ODS code.');

  withReason(ods.command('load <file>'))
    .description(
      'Load a report of the NHS’s Organisation Data Service (etr.csv, epraccur.csv, …) as it was downloaded, all of it or nothing. The console then fills in the name when somebody types an ODS code. A second run changes nothing.',
    )
    .action(async (file: string, { reason }: { reason?: string }) => {
      const { organisations, sha256 } = await readReport(file);
      output.err(`${file}: ${count(organisations.length, 'organisation')}; loading …\n`);
      const body = { fileName: basename(file), sha256, organisations: [...organisations], reason };
      print(output, await call(settings, 'odsFileLoad', { body: defined(body) }), loadedText);
    });

  ods
    .command('files')
    .description('List the files that were loaded, newest first.')
    .action(async () => {
      const { items } = await call(settings, 'odsFilesList', {});
      print(output, items, (rows) =>
        table(rows, [
          ['File', (row) => row.fileName],
          ['Organisations', (row) => row.organisations],
          ['New', (row) => row.added],
          ['Changed', (row) => row.changed],
          ['Loaded at', (row) => row.loadedAt],
          ['By', (row) => row.loadedBy],
          ['SHA-256', (row) => row.sha256],
        ]),
      );
    });

  ods
    .command('show <ods-code>')
    .description('Show what the newest loaded file that has this ODS code says about it.')
    .action(async (odsCode: string) => {
      const { published, remarkOnRegistered, hasFiles } = await call(settings, 'odsOrganisationShow', {
        params: { odsCode },
      });
      if (published === null)
        throw new Failure(
          hasFiles
            ? `No file that was loaded has ${odsCode}.`
            : 'No file was loaded yet. Load one with "gatehouse ods load FILE".',
        );
      print(output, published, ({ name, openedOn, closedOn, remark, fileName, loadedAt }) =>
        fieldList({
          ...{ 'ODS code': odsCode, name, 'opened on': openedOn, 'closed on': closedOn, remark },
          ...{ file: fileName, 'loaded at': loadedAt, 'registered here': remarkOnRegistered },
        }),
      );
    });
}

/** @throws Failure with every fault at its line */
async function readReport(file: string) {
  const bytes = await readBytes(file);
  const { organisations, faults } = readOdsFile(textOf(file, bytes));
  if (faults.length > 0) throw new Failure(faultsText(file, faults));
  return { organisations, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function faultsText(file: string, faults: readonly OdsFileFault[]): string {
  const shown = faults.slice(0, FAULTS_SHOWN).map(({ line, detail }) => `${file}:${line}: ${detail}`);
  const more = faults.length - shown.length;
  return [
    `${file} has ${count(faults.length, 'fault')}; nothing was loaded:`,
    ...shown,
    ...(more > 0 ? [`and ${count(more, 'more fault')}`] : []),
  ].join('\n');
}

function loadedText({ fileName, organisations, added, changed, sha256 }: OdsFileView): string {
  const same = organisations - added - changed;
  return [
    `Loaded ${count(organisations, 'organisation')} from ${fileName}: ${added} new, ${changed} changed, ${same} as before.`,
    `SHA-256 of the file: ${sha256}`,
  ].join('\n');
}
