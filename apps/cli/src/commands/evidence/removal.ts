/** A month leaves the database: `gatehouse audit remove`, an operator's command (docs/audit.md, "Removing a month"). */
import { userInfo } from 'node:os';
import {
  type Condition,
  conditionsOf,
  keepOnlineCondition,
  partitionsOf,
} from '@gatehouse/domain/audit/archive/removal';
import { type Command, InvalidArgumentError } from 'commander';
import type pg from 'pg';
import { Failure } from '../../failure.js';
import { type Context, commaSeparated, wholeNumber } from '../../options.js';
import { count, print } from '../../output.js';
import { archivesOf, checkArchives } from '../../removal/archived-records.js';
import { detachMonth, dropDetached, type Removed } from '../../removal/detach-month.js';
import { asOwner, conditionLines } from '../../removal/owner.js';
import { readKeepOnline, readRemovalFacts } from '../../removal/removal-facts.js';
import { monthIn } from './archives.js';

interface Options {
  readonly key: string;
  readonly reason: string;
  readonly copy: ReadonlyMap<string, string>;
  readonly dryRun?: true;
  readonly wait: number;
}

export function removalCommand(audit: Command, { settings, output, setExitCode }: Context): void {
  audit
    .command('remove')
    .argument('<month>', 'month that is archived: 2026-11', monthIn)
    .description(
      'Remove an archived month from the database, as its owner (DATABASE_OWNER_URL). It checks everything again, reads the archive back from every place (GATEHOUSE_CHECKPOINTS) and verifies it. The exit code is 1 if the month stays.',
    )
    .requiredOption('--key <file>', 'public key of the checkpoints in PEM, as KMS gives it')
    .requiredOption('--reason <text>', 'why; recorded in the audit trail')
    .option(
      '--copy <place=folder>',
      'folder with a copy of all that a bucket has, as "aws s3 sync" makes it; once for each bucket',
      copyIn,
      new Map(),
    )
    .option('--dry-run', 'check everything, and remove nothing')
    .option('--wait <seconds>', 'how long to wait for an export to end', wholeNumber(1, 86_400), 60)
    .action(async (month: string, options: Options) => {
      const places = commaSeparated(settings.variable('GATEHOUSE_CHECKPOINTS') ?? '');
      if (places.length === 0)
        throw new Failure('Set GATEHOUSE_CHECKPOINTS to the places of the archive.', 2);
      const result = await asOwner(settings, (client) => removeMonth(client, { month, places, ...options }));
      print(output, result, resultText);
      if (result.state === 'stays') setExitCode(1);
    });
}

interface Result {
  readonly month: string;
  readonly state: 'removed' | 'removed before' | 'removable' | 'stays';
  readonly conditions: readonly Condition[];
  readonly removed: Removed | null;
}

interface Request extends Options {
  readonly month: string;
  readonly places: readonly string[];
}

async function removeMonth(client: pg.Client, request: Request): Promise<Result> {
  const { month, places, key, copy, reason, dryRun = false, wait } = request;
  const result = (
    state: Result['state'],
    conditions: readonly Condition[],
    removed: Removed | null = null,
  ) => ({
    ...{ month, state, conditions, removed },
  });
  await refuseTwoAtOnce(client);
  if (await isRemoved(client, month)) {
    if (!dryRun) await dropDetached(client, month);
    return result('removed before', []);
  }
  const conditions = conditionsOf(month, Date.now(), await readRemovalFacts(client, month, places));
  const fails = (): boolean => conditions.some(({ isMet }) => !isMet);
  if (!fails())
    for await (const condition of checkArchives(client, month, { places, copies: copy, key }))
      conditions.push(condition);
  if (fails()) return result('stays', conditions);
  if (dryRun) return result('removable', conditions);
  const [archive] = await archivesOf(client, month);
  const removal = {
    ...{ month, manifest: archive?.manifest ?? '', reason, atMs: Date.now() },
    by: userInfo().username,
  };
  const stillMay = async () => keepOnlineCondition(month, Date.now(), await readKeepOnline(client)).isMet;
  const removed = await detachMonth(client, removal, { forMs: wait * 1000, stillMay });
  if (typeof removed === 'string')
    return result('stays', [...conditions, { isMet: false, text: WHY_NOT[removed] }]);
  await dropDetached(client, month);
  return result('removed', conditions, removed);
}

const WHY_NOT = {
  busy: 'An export, or another long statement, was reading the trail all the time. Run the command again later.',
  changed:
    'Its time in the database was made longer, or a record of it was written, meanwhile. Run the command again.',
} as const;

/** The lock of `audit.keep_partitions()`, for as long as this connection. */
async function refuseTwoAtOnce(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ isOurs: boolean }>(
    'SELECT pg_try_advisory_lock(72707370) AS "isOurs"',
  );
  if (rows[0]?.isOurs !== true)
    throw new Failure(
      'Somebody else is removing a month, or a worker is making partitions. Run it again later.',
    );
}

/** A record that was written late may have brought the month back; then it is in tables of its own again. */
async function isRemoved(client: pg.Client, month: string): Promise<boolean> {
  const { rows } = await client.query<{ isRemoved: boolean }>(
    `SELECT EXISTS (SELECT FROM audit.removal WHERE month = $1) AND to_regclass('audit.' || $2) IS NULL AS "isRemoved"`,
    [month, partitionsOf(month).event],
  );
  return rows[0]?.isRemoved === true;
}

function copyIn(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('Write it as s3://bucket/prefix=folder.');
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}

const STATES: Readonly<Record<Result['state'], string>> = {
  removed: 'is removed from the database.',
  'removed before': 'was removed before. Nothing of it is left in the database.',
  removable: 'can be removed. Nothing was.',
  stays: 'stays in the database.',
};

function resultText({ month, state, conditions, removed }: Result): string {
  return [
    ...conditionLines(conditions),
    `${month} ${STATES[state]}`,
    ...(removed === null
      ? []
      : [
          `${count(removed.records, 'record')} and ${count(removed.subjects, 'patient identifier')} left it. "gatehouse audit fetch ${month}" brings the records back from the archive.`,
        ]),
  ].join('\n');
}
