/** The data key of an ended organisation: `gatehouse audit destroy-key`, an operator's command (docs/audit.md, "Destroying a data key"). */
import { userInfo } from 'node:os';
import { keyConditionsOf, lastBackupMs } from '@gatehouse/domain/audit/archive/key-destruction';
import type { Condition } from '@gatehouse/domain/audit/archive/removal';
import type { Command } from 'commander';
import type pg from 'pg';
import { Failure } from '../../failure.js';
import { type Context, wholeNumber } from '../../options.js';
import { count, print } from '../../output.js';
import { destroyKey, readKeyFacts, rewriteKeys } from '../../removal/destroy-key.js';
import { asOwner, conditionLines } from '../../removal/owner.js';

interface Options {
  readonly reason: string;
  readonly backupsKept: number;
  readonly dryRun?: true;
}

/** How long the table of the keys may be read by others before the command gives up rewriting it. */
const REWRITE_MS = 10_000;

export function keyDestructionCommand(audit: Command, { settings, output, setExitCode }: Context): void {
  audit
    .command('destroy-key')
    .argument('<ods-code>', 'ODS code of a retired organisation')
    .description(
      'Destroy the data key of a retired organisation, as the owner of the database (DATABASE_OWNER_URL), once its retention is over and two people decided on it. Its patients can then never be read or found in the audit trail again. The exit code is 1 if the key stays.',
    )
    .requiredOption('--reason <text>', 'why; recorded in the audit trail')
    .requiredOption(
      '--backups-kept <days>',
      'for how many days you keep backups of the database: they still have the key',
      wholeNumber(0, 36_500),
    )
    .option('--dry-run', 'check everything, and destroy nothing')
    .action(async (odsCode: string, options: Options) => {
      const result = await asOwner(settings, (client) => destroyOne(client, odsCode, options));
      print(output, result, resultText);
      if (result.state === 'stays') setExitCode(1);
    });
}

interface Result {
  readonly organisation: string;
  readonly state: 'destroyed' | 'destroyed before' | 'destructible' | 'stays';
  readonly conditions: readonly Condition[];
  /** Requests of it that stay recorded. */
  readonly requests: number;
  /** The day on which the last backup expires that has the wrapped key; null: it is not destroyed. */
  readonly backupsUntil: string | null;
  /** Whether the old row of the key is gone from the file of its table. */
  readonly isRewritten: boolean;
}

async function destroyOne(
  client: pg.Client,
  odsCode: string,
  { reason, backupsKept, dryRun }: Options,
): Promise<Result> {
  const facts = await readKeyFacts(client, odsCode);
  if (facts === null) throw new Failure(`There is no organisation ${odsCode}.`);
  const { organisation, requests, destroyedAtMs } = facts;
  const base = { organisation: organisation.name, requests };
  const stays = (state: 'destructible' | 'stays', conditions: readonly Condition[]): Result => ({
    ...{ ...base, state, conditions, backupsUntil: null, isRewritten: false },
  });
  const atMs = destroyedAtMs ?? Date.now();
  const backupsUntilMs = lastBackupMs(atMs, backupsKept);
  let conditions: readonly Condition[] = [];
  if (destroyedAtMs === null) {
    conditions = keyConditionsOf(atMs, facts);
    const isDue = conditions.every(({ isMet }) => isMet);
    if (!isDue || dryRun === true) return stays(isDue ? 'destructible' : 'stays', conditions);
    conditions = await destroyKey(client, {
      ...{ odsCode, by: userInfo().username, reason, atMs, backupsUntilMs },
    });
    if (conditions.some(({ isMet }) => !isMet)) return stays('stays', conditions);
  }
  return {
    ...base,
    state: destroyedAtMs === null ? 'destroyed' : 'destroyed before',
    conditions,
    backupsUntil: new Date(backupsUntilMs).toISOString().slice(0, 10),
    isRewritten: dryRun === undefined && (await rewriteKeys(client, REWRITE_MS)),
  };
}

function resultText({ organisation, state, conditions, ...rest }: Result): string {
  const key = `The data key of ${organisation}`;
  const { requests, backupsUntil, isRewritten } = rest;
  const lines = conditionLines(conditions);
  if (state === 'stays') return [...lines, `${key} stays.`].join('\n');
  if (state === 'destructible') return [...lines, `${key} can be destroyed. It was not.`].join('\n');
  return [
    ...lines,
    state === 'destroyed'
      ? `${key} is destroyed. Nobody can read or find its patients in the audit trail any more.`
      : `${key} was destroyed before.`,
    'What remains:',
    `- ${count(requests, 'request')} of it in the database and the archive, with the ids of the staff, users and clients who made them.`,
    `- The wrapped key in backups made before then. The last one expires on ${String(backupsUntil)}.`,
    ...(isRewritten
      ? []
      : [
          '- The wrapped key in the file of its table, which others were reading. Run the command again to rewrite it.',
        ]),
  ].join('\n');
}
