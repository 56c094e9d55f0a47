/**
 * Compares KMS's own log, as CloudTrail delivers it, with the audit trail (ADR 51). A signature without a record is an alarm.
 * What was read and decided is in the database: a run goes on where the last one stopped, whichever worker had that.
 */
import { decideSignatures, nextLook, type UnmatchedSignature } from '@gatehouse/domain/signatures/log-watch';
import { CLOCK_TOLERANCE_MS } from '@gatehouse/domain/signatures/reconcile';
import { logFindings, unrecordedSignatures } from '@gatehouse/domain/upkeep/signature-findings';
import { excusesOf, furtherKeys, notLogged, recordedKeys } from '../../adapters/audit/read/signatures.js';
import {
  alarmedSignatures,
  openGaps,
  recordAlarms,
  unreadableFiles,
} from '../../adapters/signatures/watch-findings.js';
import { gapsToCheck, noteGap, noteLook } from '../../adapters/signatures/watch-gaps.js';
import {
  dueSignatures,
  lateSignatures,
  openWatch,
  registryKeys,
  removeOld,
  settle,
  usedExcuses,
  type Watch,
} from '../../adapters/signatures/watch-rows.js';
import { readLog } from './read-log.js';
import type { SignatureWatchDeps } from './watch-deps.js';

/** After the time of a signature, in which a request for it may still be waiting for its answer. */
const EXCUSE_WRITTEN_MS = 3_600_000;

/** @throws if the place, the database or the trail is away; what was read and decided until then counts */
export async function run(deps: SignatureWatchDeps): Promise<void> {
  const { db, now, signal } = deps;
  const nowMs = now();
  const watch = await openWatch(db, nowMs);
  const { isComplete, fault } = await readLog(deps, watch, await knownKeys(deps, watch, nowMs));
  while (!signal.aborted && (await decideDue(deps, nowMs)) > 0);
  await endAlarms(deps, nowMs);
  if (isComplete) await lookForGaps(deps, watch, nowMs);
  if (signal.aborted) return;
  await report(deps, nowMs);
  await removeOld(db, nowMs);
  if (fault !== null) throw fault;
}

/** Those of the registry, whatever their state, and those that sign for Gatehouse itself. */
async function knownKeys(
  { db, trail, ownKeys }: SignatureWatchDeps,
  { keys, lookedUntilMs }: Watch,
  nowMs: number,
): Promise<ReadonlySet<string>> {
  const recent = await furtherKeys(trail, { fromMs: lookedUntilMs, toMs: nowMs + 1 });
  return new Set([...(await registryKeys(db)), ...ownKeys, ...keys, ...recent]);
}

/** @returns how many signatures it was time to decide on */
async function decideDue({ db, trail }: SignatureWatchDeps, nowMs: number): Promise<number> {
  const due = await dueSignatures(db, nowMs);
  const [first, last] = [due[0], due.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const fromMs = first.atMs - CLOCK_TOLERANCE_MS;
  const recorded = await recordedKeys(trail, idsOf(due), { fromMs, toMs: nowMs + 1 });
  const excuses = await excusesOf(trail, [...new Set(due.map(({ key }) => key))], {
    ...{ fromMs, toMs: last.atMs + EXCUSE_WRITTEN_MS },
  });
  const used = await usedExcuses(
    db,
    excuses.map(({ id }) => id),
  );
  const left = excuses.filter(({ id }) => !used.has(id));
  await settle(db, decideSignatures(due, recorded, left), nowMs);
  return due.length;
}

/** A process that could not write its records for long has written them at last. */
async function endAlarms({ db, trail }: SignatureWatchDeps, nowMs: number): Promise<void> {
  const late = await lateSignatures(db, nowMs);
  const [first] = late;
  if (first === undefined) return;
  const range = { fromMs: first.atMs - CLOCK_TOLERANCE_MS, toMs: nowMs + 1 };
  const { recorded } = decideSignatures(late, await recordedKeys(trail, idsOf(late), range), []);
  await settle(db, { recorded, excused: [], unrecorded: [] }, nowMs);
}

/** Removed log files are noticed, because signatures that Gatehouse recorded are missing with them. */
async function lookForGaps(
  { db, trail, signal }: SignatureWatchDeps,
  { lookedUntilMs }: Watch,
  nowMs: number,
): Promise<void> {
  for (const gap of await gapsToCheck(db)) {
    if (signal.aborted) return;
    await noteGap(db, gap, await notLogged(trail, gap), nowMs);
  }
  let look = nextLook(lookedUntilMs, nowMs);
  while (look !== null && !signal.aborted) {
    const [missing, keys] = [await notLogged(trail, look), await furtherKeys(trail, look)];
    await noteLook(db, look, { missing, keys }, nowMs);
    look = nextLook(look.toMs, nowMs);
  }
}

async function report(deps: SignatureWatchDeps, nowMs: number): Promise<void> {
  const { db, audit, log, settleFindings } = deps;
  for (;;) {
    const recorded = await recordAlarms(db, (event) => audit.system(event), nowMs);
    for (const { key, count } of recorded)
      log.error({ key, count }, 'KMS made signatures that no process of Gatehouse has recorded');
    if (recorded.length === 0) break;
  }
  await settleFindings(
    'unrecorded-signature',
    unrecordedSignatures(await alarmedSignatures(db, nowMs)),
    nowMs,
  );
  const [gaps, unreadable] = [await openGaps(db, nowMs), await unreadableFiles(db, nowMs)];
  await settleFindings('signature-log', logFindings(gaps, unreadable), nowMs);
}

const idsOf = (signatures: readonly UnmatchedSignature[]): string[] =>
  signatures.map(({ requestId }) => requestId);
