import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { unreadable } from '../files.js';
import type { Context } from '../options.js';
import { count, print } from '../output.js';
import { verifyExport, type VerifyReport } from '../verify/verify-export.js';

export function verifyCommand(program: Command, { output, setExitCode }: Context): void {
  program
    .command('verify <file>')
    .description(
      'Verify an audit export offline; only the file is needed. The exit code is 1 if anything is wrong.',
    )
    .action(async (file: string) => {
      const report = await verifyExport(await linesOf(file));
      print(output, report, reportText);
      if (!report.ok) setExitCode(1);
    });
}

/** @throws Failure if the file can't be read */
async function linesOf(file: string): Promise<AsyncIterable<string>> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if ((await handle.stat()).isDirectory()) throw unreadable(file, { code: 'EISDIR' });
  return createInterface({ input: handle.createReadStream({ encoding: 'utf8' }), crlfDelay: Infinity });
}

function reportText(report: VerifyReport): string {
  const { ok, whole, rows, writers, attempts, open: openAttempts, faultCount, faults } = report;
  const extent = whole ? 'the whole trail' : 'a part of the trail, by start time';
  const lines = [
    `${count(rows, 'row')} of ${count(writers, 'writer')} about ${count(attempts, 'attempt')}: ${extent}.`,
  ];
  if (openAttempts > 0)
    lines.push(`Still in progress when the export was made: ${count(openAttempts, 'attempt')}.`);
  for (const { line, what } of faults) lines.push(`line ${line}: ${what}`);
  if (faultCount > faults.length) lines.push(`… and ${faultCount - faults.length} more.`);
  lines.push(
    ok
      ? 'Verified: every chain is unbroken and every row is as it was written.'
      : `NOT verified: ${count(faultCount, 'fault')}.`,
  );
  return lines.join('\n');
}
