import { reconcile } from '@gatehouse/domain/signatures/reconcile';
import type { Command } from 'commander';
import { allPages } from '../../all-pages.js';
import { call } from '../../api.js';
import type { Context } from '../../options.js';
import { count, fieldList, print, table } from '../../output.js';
import { readLogFiles } from '../../signatures/log-files.js';
import { readRecordedTrail } from '../../signatures/recorded-trail.js';

interface ReconcileOptions {
  readonly trail: string;
  readonly key?: readonly string[];
}

/** Of the signatures without a record; more are counted. */
const MOST_SHOWN = 100;

export function signatureCommands(program: Command, { settings, output, setExitCode }: Context): void {
  const signatures = program.command('signatures').description('Signatures that KMS made.');

  signatures
    .command('unrecorded')
    .description('List the signatures in the log of KMS that no process of Gatehouse has recorded.')
    .option('--unreviewed', 'only those that nobody has reviewed')
    .action(async ({ unreviewed }: { unreviewed?: true }) => {
      const query = unreviewed ? { only: 'unreviewed' as const } : {};
      print(output, await allPages(settings, 'unrecordedSignatureList', query), (rows) =>
        table(
          rows,
          [
            ['Id', (row) => row.id],
            ['Key', (row) => row.signingKey?.kid ?? row.key],
            ['Count', (row) => row.count],
            ['First', (row) => row.firstAt],
            ['Last', (row) => row.lastAt],
            ['Made for', (row) => row.callers.join(', ')],
            ['Reviewed by', (row) => row.reviewedBy],
          ],
          'No signature without a record was found. The log of KMS is read only where GATEHOUSE_CLOUDTRAIL is set.',
        ),
      );
    });

  signatures
    .command('review <id>')
    .description(
      'Record what you found out about unrecorded signatures, which ends their alarm. If another is found, the alarm is raised again.',
    )
    .requiredOption('--reason <text>', 'what you found out')
    .action(async (id: string, body: { reason: string }) => {
      print(output, await call(settings, 'unrecordedSignatureReview', { params: { id }, body }), (row) =>
        fieldList({
          key: row.signingKey?.kid ?? row.key,
          signatures: row.count,
          'reviewed by': row.reviewedBy,
          finding: row.reviewNote,
        }),
      );
    });

  signatures
    .command('reconcile <logs...>')
    .description(
      'Compare the signatures in log files of CloudTrail with those that the audit trail records, offline. The exit code is 1 if a signature has no record, a record has no signature, or a file can’t be read.',
    )
    .requiredOption('--trail <file>', 'export of the audit trail that covers the time of the log files')
    .option('--key <arn...>', 'look at these keys only; otherwise at every key in the log')
    .action(async (logs: string[], { trail, key }: ReconcileOptions) => {
      const { recorded, window } = await readRecordedTrail(trail);
      const { files, signatures: logged, setAside } = await readLogFiles(logs);
      const result = reconcile(logged, recorded, window, key === undefined ? null : new Set(key));
      const ok = result.unrecorded.length === 0 && result.notLogged === 0 && setAside.length === 0;
      const report = {
        ok,
        from: new Date(window.fromMs).toISOString(),
        to: new Date(window.toMs).toISOString(),
        files,
        ...result,
        unrecordedCount: result.unrecorded.length,
        unrecorded: result.unrecorded
          .slice(0, MOST_SHOWN)
          .map(({ atMs, ...same }) => ({ at: new Date(atMs).toISOString(), ...same })),
        setAside,
      };
      print(output, report, reportText);
      if (!ok) setExitCode(1);
    });
}

/** What `gatehouse signatures reconcile --json` prints. */
export interface SignatureReport {
  readonly ok: boolean;
  readonly from: string;
  readonly to: string;
  readonly files: number;
  readonly signatures: number;
  readonly recorded: number;
  readonly excused: number;
  readonly notLogged: number;
  readonly outside: number;
  readonly otherKeys: number;
  readonly unrecordedCount: number;
  readonly unrecorded: readonly { at: string; key: string; requestId: string; by: string }[];
  readonly setAside: readonly { file: string; fault: string }[];
}

function reportText(report: SignatureReport): string {
  const { from, to, files, signatures, recorded, excused, notLogged, outside, otherKeys } = report;
  const lines = [
    `${count(files, 'log file')} and the audit trail were compared from ${from} to ${to}.`,
    `${count(signatures, 'signature')}: ${recorded} with a record, ${excused} whose answer Gatehouse never saw, ${report.unrecordedCount} without a record.`,
  ];
  if (outside > 0) lines.push(`Not compared, because the export does not cover their time: ${outside}.`);
  if (otherKeys > 0) lines.push(`Not compared, because their key was not named: ${otherKeys}.`);
  for (const { at, key, requestId, by } of report.unrecorded)
    lines.push(`NO RECORD: ${at}  ${key}  by ${by}  (request ${requestId})`);
  if (report.unrecordedCount > report.unrecorded.length)
    lines.push(`… and ${report.unrecordedCount - report.unrecorded.length} more.`);
  if (notLogged > 0)
    lines.push(
      `Recorded, but not in the log: ${notLogged}. Log files are missing, and signatures that nobody recorded may be in them.`,
    );
  lines.push(...report.setAside.map(({ file, fault }) => `Set aside: ${file}: ${fault}`));
  lines.push(
    report.ok
      ? 'Every signature of this time has its record.'
      : 'NOT reconciled. “Signatures that nobody recorded” in the running guide says what to do.',
  );
  return lines.join('\n');
}
