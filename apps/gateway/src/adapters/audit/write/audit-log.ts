/**
 * The audit trail as the data plane sees it: each call resolves once its row is durably committed (law 1),
 * or rejects in time to refuse the request. docs/audit.md has the guarantees.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  AuditEvent,
  DeniedEvent,
  EndEvent,
  IntentEvent,
  OutcomeEvent,
  SystemEvent,
} from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import type { SealedSubject } from './chain.js';
import { Lease } from './lease.js';
import type { AuditLogger, AuditMetrics } from './options.js';
import { blankOutcome, hasOutcomeAlready, notSent } from './outcome.js';
import { Tallies } from './tallies.js';
import { ChainWriter } from './writer.js';

export interface AuditLogOptions {
  readonly databaseUrl: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly monotonicNow: () => number;
  readonly log: AuditLogger;
  readonly metrics: AuditMetrics;
  readonly budgets: { readonly commitMs: number };
  readonly lease: { readonly ttlMs: number; readonly renewMs: number; readonly fenceMs: number };
  /**
   * Events that may wait for a batch; beyond it an INTENT is GW_OVERLOAD, beyond half of it a DENIED is only
   * counted.
   */
  readonly maxQueue: number;
}

export interface AuditLog {
  /** Id of this process's chain. */
  readonly writerId: string;
  /**
   * Before any byte goes upstream. Answers the registry's version as of the commit: a newer one than the decision's
   * means decide again.
   * @throws GatewayError GW_OVERLOAD at once when too much waits, GW_AUDIT_UNAVAILABLE after commitMs.
   */
  intent(
    event: IntentEvent,
    subjects?: readonly SealedSubject[],
  ): Promise<{ readonly registryVersion: number }>;
  /**
   * Before any byte of the answer is released.
   * @throws GatewayError GW_AUDIT_UNAVAILABLE if it can't be committed in time, or if the attempt has an OUTCOME
   *   already (a sweeper's): the answer must not be released.
   */
  outcome(event: OutcomeEvent, subjects?: readonly SealedSubject[]): Promise<void>;
  /**
   * After a rejected `outcome`: tries on for a minute, as WITHHELD if an answer was seen, then as UNKNOWN. Never
   * rejects.
   */
  withhold(event: OutcomeEvent): void;
  /** Waits for the database as long as the process lives: the answer is out and can't be asked for again. */
  end(event: EndEvent, subjects?: readonly SealedSubject[]): Promise<void>;
  denied(event: DeniedEvent, subjects?: readonly SealedSubject[]): Promise<void>;
  system(event: SystemEvent): Promise<void>;
  /** A request was refused because of the audit trail; told later in AUDIT_OUTAGE. */
  countRefused(): void;
  /** The HTTP parser refused a connection before there was a request; told in CONNECTION_REJECTED. */
  parseEvent(): void;
  /** False from fenceMs without renewal on: nothing may be sent upstream. */
  leaseHeld(): boolean;
  /** Fires when the lease is lost: end upstream calls. Read it anew for every attempt. */
  readonly leaseLost: AbortSignal;
  /** True when the trail takes writes. For readiness. */
  available(): boolean;
  /** Fires when this chain was taken over: the process can't record any more and should end. */
  readonly fenced: AbortSignal;
  close(): Promise<void>;
}

const WITHHOLD_FOR_MS = 60_000;
const WITHHOLD_RETRY_MS = 500;
const UNKNOWN_RETRY_MS = 5_000;
/** A lost connection that is back sooner, with nothing refused, is not worth a row. */
const OUTAGE_FROM_MS = 1_000;
const CLOSE_WAIT_MS = 5_000;
/** For what the writer itself owes the trail: waits as long as the process lives. */
const NO_HURRY_MS = 2 ** 31 - 1;

/** Opens the trail with a chain of its own. Rejects if the database can't be had. */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { budgets, maxQueue, now, monotonicNow, log } = options;
  const writerId = randomUUID();
  const closing = new AbortController();
  const fencedBy = new AbortController();
  const fence = (): void => {
    lease.end();
    fencedBy.abort(new Error('the audit chain was taken over'));
  };
  const shared = {
    databaseUrl: options.databaseUrl,
    writer: writerId,
    ttlMs: options.lease.ttlMs,
    monotonicNow,
    log,
  };
  const lease = new Lease({ ...shared, ...options.lease, onFenced: fence });
  const chain = new ChainWriter({
    ...shared,
    commitMs: budgets.commitMs,
    metrics: options.metrics,
    onCommit: (sentAtMs) => {
      lease.renewed(sentAtMs);
    },
    onLateCommit: (event) => {
      correct(event);
    },
    onOutage: (lastedMs) => {
      if (lastedMs >= OUTAGE_FROM_MS) tallies.addSpan('AUDIT_OUTAGE', lastedMs);
    },
    onFenced: fence,
  });
  await chain.start(hostname());
  lease.start();

  const write = (event: AuditEvent, subjects: readonly SealedSubject[] = []): Promise<number> =>
    chain.write(event, subjects, budgets.commitMs);

  const tallies = new Tallies({
    now,
    canWrite: () => chain.up && chain.queued < maxQueue / 2,
    write: async (event) => void (await write(event)),
  });

  /** An event was committed after its caller had been told that it was not: the trail says so. */
  function correct(event: AuditEvent): void {
    if (event.kind === 'INTENT') owe(notSent(event, now()));
    else if (event.kind === 'OUTCOME' && event.outcome !== 'WITHHELD' && event.outcome !== 'UNKNOWN') {
      const { attemptId, outcome, startedAtMs } = event;
      const facts = { attemptId, outcome };
      owe({
        kind: 'SYSTEM',
        event: 'ANSWER_WITHHELD',
        attemptId: randomUUID(),
        startedAtMs,
        atMs: now(),
        facts,
      });
    }
  }

  function owe(event: AuditEvent): void {
    chain.write(event, [], NO_HURRY_MS).catch((error: unknown) => {
      if (!closing.signal.aborted)
        log.error({ err: error, kind: event.kind }, 'an audit correction was not written');
    });
  }

  /** Tries until the row is written or the attempt turns out to have one; false when the time is over. */
  async function settle(event: OutcomeEvent, forMs: number, everyMs: number): Promise<boolean> {
    const deadline = monotonicNow() + forMs;
    for (let leftMs = forMs; leftMs > 0 && !closing.signal.aborted; leftMs = deadline - monotonicNow()) {
      try {
        await chain.write(event, [], Math.min(leftMs, NO_HURRY_MS));
        return true;
      } catch (error) {
        if (hasOutcomeAlready(error) || chain.fenced) return true;
        // Closing ends the pause, and then the loop.
        await pause(Math.min(everyMs, leftMs), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
    return false;
  }

  async function withhold(event: OutcomeEvent): Promise<void> {
    // Only an answer that was seen can be withheld; what was not sent or not seen stays what it was.
    const outcome = event.upstreamStatus === null ? event.outcome : 'WITHHELD';
    if (await settle({ ...event, outcome }, WITHHOLD_FOR_MS, WITHHOLD_RETRY_MS)) return;
    if (closing.signal.aborted) return;
    log.error(
      { attemptId: event.attemptId },
      'a withheld outcome could not be written; it is told as UNKNOWN',
    );
    await settle(blankOutcome(event, event.atMs), Number.MAX_SAFE_INTEGER, UNKNOWN_RETRY_MS);
  }

  return {
    writerId,
    async intent(event, subjects) {
      if (chain.queued >= maxQueue) throw new GatewayError('GW_OVERLOAD', { detail: 'audit queue is full' });
      return { registryVersion: await write(event, subjects) };
    },
    outcome: async (event, subjects) => void (await write(event, subjects)),
    withhold: (event) => void withhold(event),
    end: async (event, subjects = []) => void (await chain.write(event, subjects, NO_HURRY_MS)),
    async denied(event, subjects) {
      if (chain.queued >= maxQueue / 2) tallies.add('DENIED_SUMMARY');
      else await write(event, subjects);
    },
    system: async (event) => void (await write(event)),
    countRefused: () => {
      tallies.add('AUDIT_OUTAGE');
    },
    parseEvent: () => {
      tallies.add('CONNECTION_REJECTED');
    },
    leaseHeld: () => lease.held && !chain.fenced,
    get leaseLost() {
      return lease.lost;
    },
    available: () => chain.up && !chain.stalled && lease.held,
    fenced: fencedBy.signal,
    async close() {
      await tallies.close();
      closing.abort();
      await chain.close(CLOSE_WAIT_MS);
      lease.end();
    },
  };
}
