/**
 * Verifies the audit trail inside the database (docs/audit.md, "Verification by the worker"; ADR 67): the new records of
 * each chain, and once a week, or on request, every record. A chain that has a fault is not followed
 * further. What a killed run has verified stands, and the next one goes on from there.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import {
  type ChainFault,
  type ChainProgress,
  type Checked,
  checkRecords,
  faultOfCovered,
  faultOfHead,
  isPassDue,
  type Link,
} from '@gatehouse/domain/audit/chain-check';
import type { ChainHead } from '@gatehouse/domain/audit/checkpoint';
import type { Finding } from '@gatehouse/domain/upkeep/finding';
import { trailFindings } from '@gatehouse/domain/upkeep/trail-findings';
import { systemEvent } from '../../adapters/audit/system-event.js';
import type { Pass, VerificationStore } from '../../adapters/audit/verify/verification.store.js';

export interface AuditVerificationDeps {
  readonly store: VerificationStore;
  /** The newest head of each chain that a checkpoint covers; sequence 0: there is no checkpoint. */
  readonly covered: () => Promise<{
    readonly sequence: number;
    readonly heads: ReadonlyMap<string, ChainHead>;
  }>;
  readonly link: Link;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  readonly log: { error(fields: object, message: string): void };
  /** Records what is wrong with the trail now, announces what is new, and removes what has been put right. */
  readonly settle: (findings: readonly Finding[], nowMs: number) => Promise<void>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly signal: AbortSignal;
}

/** Then the run ends and says how far it came. The job's own limit is two minutes longer. */
const BUDGET_MS = 8 * 60_000;
/** Hashed in one go, some ten milliseconds. */
const PAGE = 200;
/** Verified before it is noted how far. */
const STRETCH = 5_000;
const HEADS_AT_ONCE = 500;

/** The schedule, as rows name it. */
const SCHEDULE = 'schedule';

export async function run(deps: AuditVerificationDeps): Promise<void> {
  const { store, settle, now, monotonicNow, signal } = deps;
  const endMs = monotonicNow() + BUDGET_MS;
  const isOver = (): boolean => signal.aborted || monotonicNow() >= endMs;
  const before = await store.passes();
  if (before.open === null && isPassDue(before.completed?.begunAtMs ?? null, now()))
    await store.begin(SCHEDULE, now());
  const { completed, open } = await store.passes();
  if (completed !== null)
    await runPass({ ...deps, isOver }, { ...completed, requestedBy: SCHEDULE, isWhole: false });
  if (open !== null) await runPass({ ...deps, isOver }, { ...open, isWhole: true });
  if (signal.aborted) return;
  const nowMs = now();
  const counting = await store.passes();
  const passes = [counting.completed, counting.open].flatMap((pass) => pass?.pass ?? []);
  await settle(trailFindings(await store.faults(passes)), nowMs);
}

interface RunDeps extends AuditVerificationDeps {
  readonly isOver: () => boolean;
}

interface ThisRun extends Pick<Pass, 'pass' | 'requestedBy'> {
  readonly id: string;
}

async function runPass(
  deps: RunDeps,
  { pass, requestedBy, isWhole }: Pass & { readonly isWhole: boolean },
): Promise<void> {
  const { store, now, signal } = deps;
  const thisRun: ThisRun = { id: randomUUID(), pass, requestedBy };
  const beganAtMs = now();
  // What is covered is read first: a chain that grows in between must not look as if it stood behind.
  const covered = await deps.covered();
  let [records, chains, isComplete] = [0, 0, true];
  for (const chain of await store.chains(pass)) {
    const untilSeq = chain.head?.seq ?? 0;
    if (isReached(chain, untilSeq)) continue;
    const done = await verifyChain(deps, thisRun, chain.writer, untilSeq);
    records += done.records;
    if (done.records > 0) chains += 1;
    if (!done.isReached) isComplete = false;
  }
  if (signal.aborted) return;
  await compare(deps, thisRun, [...covered.heads.values()]);
  await store.addRun({
    // A clock may be put back.
    ...{ ...thisRun, beganAtMs, endedAtMs: Math.max(beganAtMs, now()), records, chains },
    ...{ isWhole, completes: isWhole && isComplete },
    checkpoint: covered.sequence === 0 ? null : covered.sequence,
    faults: await store.faults([pass]),
  });
}

/** Up to where the chain stood when the run began, or to its first fault. */
async function verifyChain(
  deps: RunDeps,
  run: ThisRun,
  writer: string,
  untilSeq: number,
): Promise<{ readonly records: number; readonly isReached: boolean }> {
  let records = 0;
  for (;;) {
    const chain = await deps.store.chain(run.pass, writer);
    if (isReached(chain, untilSeq)) return { records, isReached: true };
    if (deps.isOver()) return { records, isReached: false };
    const checked = await checkStretch(deps, chain);
    if (await note(deps, run, chain, checked)) records += checked.to.seq - chain.verified.seq;
  }
}

function isReached({ fault, head, verified, furthestSeq }: ChainProgress, untilSeq: number): boolean {
  if (fault !== null) return true;
  if (head === null || verified.seq < untilSeq || head.seq < furthestSeq) return false;
  return head.seq > verified.seq || head.hash === verified.hash;
}

async function checkStretch(deps: RunDeps, chain: ChainProgress): Promise<Checked> {
  const { writer, verified, head } = chain;
  const fault = faultOfHead(chain);
  if (fault !== null || head === null) return { to: verified, fault };
  let from = verified;
  const removed = await deps.store.removed(writer, verified.seq);
  for (;;) {
    const range = { fromSeq: Math.max(1, from.seq), toSeq: head.seq, most: PAGE };
    const records = await deps.store.records(writer, range);
    const beganMs = deps.monotonicNow();
    const isAll = records.length < PAGE;
    const checked = checkRecords({ writer, from, head }, records, isAll, deps.link, removed);
    from = checked.to;
    const isEnd = from.seq >= head.seq || from.seq - verified.seq >= STRETCH;
    if (checked.fault !== null || isEnd || deps.isOver()) return checked;
    // Half of the event loop's time is left to requests.
    await pause(deps.monotonicNow() - beganMs);
  }
}

/** Writes down how far a chain is verified. @returns false if another worker did so first */
async function note(
  { store, audit, log, now }: RunDeps,
  { id, pass, requestedBy }: ThisRun,
  { writer, verified }: ChainProgress,
  { to, fault }: Checked,
): Promise<boolean> {
  const range = { pass, writer, afterSeq: verified.seq, to, fault, run: id, requestedBy };
  const isOurs = await store.addRange(range, now());
  if (isOurs && fault !== null) {
    const facts = { chain: writer, seq: fault.seq, fault: fault.kind };
    log.error(facts, 'a record of the audit trail is not what was written');
    await audit.system(systemEvent('TRAIL_FAULT', now(), { ...facts, pass, run: id, requestedBy }));
  }
  return isOurs;
}

/** Compares each chain with the newest head of it that a checkpoint covers. */
async function compare(deps: RunDeps, run: ThisRun, heads: readonly ChainHead[]): Promise<void> {
  const { store } = deps;
  const chains = new Map((await store.chains(run.pass)).map((chain) => [chain.writer, chain]));
  const isLookedUp = ({ writer, seq, hash }: ChainHead): boolean => {
    const verified = chains.get(writer)?.verified;
    return verified?.seq !== seq || verified.hash !== hash;
  };
  const rest = heads.filter(isLookedUp);
  for (let at = 0; at < rest.length; at += HEADS_AT_ONCE) {
    const page = rest.slice(at, at + HEADS_AT_ONCE);
    const hashes = await store.hashesAt(page);
    for (const covered of page) {
      const chain = chains.get(covered.writer) ?? (await store.chain(run.pass, covered.writer));
      const fault = faultIn(chain, covered, hashes.get(covered.writer) ?? null);
      if (fault !== null) await note(deps, run, chain, { to: chain.verified, fault });
    }
  }
}

function faultIn(chain: ChainProgress, covered: ChainHead, hash: string | null): ChainFault | null {
  return chain.fault === null ? faultOfCovered(covered, chain.head, hash) : null;
}
