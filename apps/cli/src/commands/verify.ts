import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { Context } from '../command.js';
import { Failure } from '../failure.js';
import { show } from '../output.js';
import { verifyExport, type VerifyReport } from '../verify/verify-export.js';

export function verifyCommand(program: Command, context: Context): void {
  program
    .command('verify <file>')
    .description('verify an audit export offline, with nothing but the file')
    .action(async (file: string) => {
      try {
        await access(file);
      } catch {
        throw new Failure(`${file} can't be read.`, 2);
      }
      const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
      const report = await verifyExport(lines);
      show(context.output, report, reportText);
      if (!report.ok) context.setExitCode(1);
    });
}

function reportText(report: VerifyReport): string {
  const { ok, whole, rows, writers, attempts, open, faultCount, faults } = report;
  const what = whole ? 'the whole trail' : 'a part of the trail, by start time';
  const lines = [
    `${count(rows, 'row')} of ${count(writers, 'writer')} about ${count(attempts, 'attempt')}: ${what}.`,
  ];
  if (open > 0) lines.push(`${open} attempts were still under way when the export was made.`);
  for (const { line, what: fault } of faults) lines.push(`line ${line}: ${fault}`);
  if (faultCount > faults.length) lines.push(`… and ${faultCount - faults.length} more.`);
  lines.push(
    ok
      ? 'Verified: every chain is unbroken and every row is as it was written.'
      : `NOT verified: ${count(faultCount, 'fault')}.`,
  );
  return lines.join('\n');
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
