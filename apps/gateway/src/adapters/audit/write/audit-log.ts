/**
 * The audit trail as the data plane uses it: each call resolves once its row is durably committed (law 1), or rejects
 * early enough for the request to be rejected. docs/audit.md has the guarantees.
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
import { addressRange, type RejectionLimits } from '@gatehouse/domain/policy/rejections';
import { openBulkWriter } from '../subjects/bulk-writer.js';
import { isBulk, type Sealed } from './chain.js';
import { Lease } from './lease.js';
import type { AuditLogger, AuditMetrics } from './options.js';
import { blankOutcome, notSent } from './outcome.js';
import { type Committed, isRecordedAlready } from './queue.js';
import { Rejections } from './rejections.js';
import { Tallies } from './tallies.js';
import { ChainWriter } from './writer.js';
import { systemEvent } from '../system-event.js';

export interface AuditLogOptions {
  readonly databaseUrl: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow: () => number;
  readonly log: AuditLogger;
  readonly metrics: AuditMetrics;
  readonly budgets: { readonly commitMs: number };
  readonly lease: { readonly ttlMs: number; readonly renewMs: number; readonly fenceMs: number };
  /**
   * The number of events that may be queued. Above it an INTENT is GW_OVERLOAD; above half of it a DENIED is only
   * counted.
   */
  readonly maxQueue: number;
  /** Above these, rejections are recorded as counts. */
  readonly rejections: RejectionLimits;
  /** False while the volume of the database is nearly full, so that nothing new may begin. */
  readonly hasRoom: () => boolean;
}

/** Somebody was turned away by the admin API or at sign-in. */
export interface AdminRejection {
  readonly event: 'ADMIN_TOKEN_REJECTED' | 'SIGN_IN_REJECTED' | 'USER_SIGN_IN_REJECTED';
  readonly address: string;
  /** The client whose user was to sign in; null if it isn't known. */
  readonly clientId?: string | null;
  /** Why, from a fixed vocabulary. */
  readonly reason: string;
  /** The person, where the identity provider has confirmed who they are. */
  readonly staffId?: string | null;
}

/** The user session of a decision, at the version that it was made for. */
export interface DecidedSession {
  readonly id: string;
  readonly version: number;
}

export interface CommittedIntent {
  readonly registryVersion: number;
  /** `same` without a session; `changed` also if nobody knows. */
  readonly userSession: 'same' | 'changed' | 'ended';
}

export interface AuditLog {
  /** Id of this process's chain. */
  readonly writerId: string;
  /**
   * Called before any byte goes upstream. Returns the registry's version at the commit, and what has become of the
   * user's session: if the version is newer than that of the decision, or the session has changed, the caller must
   * decide again; if it has ended, nothing may be sent.
   * @throws GatewayError GW_OVERLOAD immediately if the queue is full, GW_AUDIT_UNAVAILABLE after commitMs
   */
  intent(event: IntentEvent, subjects?: Sealed, userSession?: DecidedSession): Promise<CommittedIntent>;
  /**
   * Called before any byte of the answer is released.
   * @throws GatewayError GW_AUDIT_UNAVAILABLE if it can't be committed in time, or if a sweeper has written an
   *   OUTCOME already: the answer must not be released
   */
  outcome(event: OutcomeEvent, subjects?: Sealed): Promise<void>;
  /**
   * Called after a rejected `outcome`. Tries for a minute to write WITHHELD if an answer was seen, then UNKNOWN. Never
   * rejects.
   */
  withhold(event: OutcomeEvent): void;
  /** Waits for the database as long as the process lives, since the answer has been released. */
  end(event: EndEvent, subjects?: Sealed): Promise<void>;
  /** Records a rejection: as a row of its own, or in a summary if there are too many (docs/audit.md, "Floods"). */
  denied(event: DeniedEvent, subjects?: Sealed): Promise<void>;
  /** The same for the admin API and sign-in. Never rejects: what can't be written now is counted. */
  rejected(rejection: AdminRejection): Promise<void>;
  system(event: SystemEvent): Promise<void>;
  /** A request was rejected because of the audit trail; counted in AUDIT_OUTAGE. */
  countRefused(): void;
  /** The HTTP parser rejected a connection before there was a request; counted in CONNECTION_REJECTED. */
  parseEvent(): void;
  /** False once fenceMs have passed without a renewal: then nothing may be sent upstream. */
  leaseHeld(): boolean;
  /** Aborts when the lease is lost, and upstream calls must end. Read it again for every attempt. */
  readonly leaseLost: AbortSignal;
  /** True if the trail accepts writes; for readiness. */
  available(): boolean;
  /** Aborts when this chain was taken over: the process can't record any more and must end. */
  readonly fenced: AbortSignal;
  close(): Promise<void>;
}

const WITHHOLD_FOR_MS = 60_000;
const WITHHOLD_RETRY_MS = 500;
const UNKNOWN_RETRY_MS = 5_000;
/** A shorter loss of the connection that affected no request gets no row. */
const OUTAGE_FROM_MS = 1_000;
const CLOSE_WAIT_MS = 5_000;
/** For corrections by the writer itself, which wait as long as the process lives. */
const NO_HURRY_MS = 2 ** 31 - 1;

/** Opens the trail with a chain of its own. Rejects if the database can't be reached. */
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
    onNoRows: () => {
      tallies.addSpan('AUDIT_OUTAGE', 0);
    },
    onOutage: (lastedMs) => {
      if (lastedMs >= OUTAGE_FROM_MS) tallies.addSpan('AUDIT_OUTAGE', lastedMs);
    },
    onFenced: fence,
  });
  await chain.start(hostname());
  lease.start();

  const bulkWriter = openBulkWriter(options.databaseUrl, budgets.commitMs, log);

  const write = async (
    event: AuditEvent,
    subjects: Sealed = [],
    waitMs = budgets.commitMs,
    userSessionId: string | null = null,
  ): Promise<Committed> => {
    if (isBulk(subjects)) await bulkWriter.write(event, subjects);
    return chain.write(event, subjects, waitMs, userSessionId);
  };

  const tallies = new Tallies({
    now,
    canWrite: () => chain.up && chain.queued < maxQueue / 2,
    mustTry: () => chain.takesNoRows,
    write: async (event) => void (await write(event)),
  });

  const rejections = new Rejections({
    limits: options.rejections,
    now,
    monotonicNow,
    canWrite: () => chain.up && chain.queued < maxQueue / 2,
    write: async (event) => void (await write(event)),
  });

  /** Corrects the trail after an event was committed that had been rejected before. */
  function correct(event: AuditEvent): void {
    if (event.kind === 'INTENT') writeCorrection(notSent(event, now()));
    else if (event.kind === 'OUTCOME' && event.outcome !== 'WITHHELD' && event.outcome !== 'UNKNOWN') {
      const { attemptId, outcome, startedAtMs } = event;
      const facts = { attemptId, outcome };
      writeCorrection(systemEvent('ANSWER_WITHHELD', now(), facts, { startedAtMs }));
    }
  }

  function writeCorrection(event: AuditEvent): void {
    chain.write(event, [], NO_HURRY_MS).catch((error: unknown) => {
      if (!closing.signal.aborted)
        log.error({ err: error, kind: event.kind }, 'an audit correction was not written');
    });
  }

  /** Tries until the row is written or the attempt has an OUTCOME already. False if the time is over. */
  async function settle(event: OutcomeEvent, forMs: number, everyMs: number): Promise<boolean> {
    const deadline = monotonicNow() + forMs;
    for (let leftMs = forMs; leftMs > 0 && !closing.signal.aborted; leftMs = deadline - monotonicNow()) {
      try {
        await chain.write(event, [], Math.min(leftMs, NO_HURRY_MS));
        return true;
      } catch (error) {
        if (isRecordedAlready(error) || chain.fenced) return true;
        // Closing ends the pause and the loop.
        await pause(Math.min(everyMs, leftMs), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
    return false;
  }

  async function withhold(event: OutcomeEvent): Promise<void> {
    // Only an answer that was seen can be withheld. Otherwise the outcome stays.
    const outcome = event.upstreamStatus === null ? event.outcome : 'WITHHELD';
    if (await settle({ ...event, outcome }, WITHHOLD_FOR_MS, WITHHOLD_RETRY_MS)) return;
    if (closing.signal.aborted) return;
    log.error(
      { attemptId: event.attemptId },
      'a withheld OUTCOME could not be committed; it is recorded as UNKNOWN',
    );
    await settle(blankOutcome(event, event.atMs), Number.MAX_SAFE_INTEGER, UNKNOWN_RETRY_MS);
  }

  return {
    writerId,
    async intent(event, subjects, userSession) {
      if (chain.queued >= maxQueue) throw new GatewayError('GW_OVERLOAD', { detail: 'audit queue is full' });
      const committed = await write(event, subjects, budgets.commitMs, userSession?.id);
      const { registryVersion } = committed;
      return { registryVersion, userSession: stateOf(userSession, committed) };
    },
    outcome: async (event, subjects) => void (await write(event, subjects)),
    withhold: (event) => void withhold(event),
    end: async (event, subjects) => void (await write(event, subjects, NO_HURRY_MS)),
    async denied(event, subjects) {
      const { clientId, clientName, code } = event;
      const range = addressRange(event.remoteAddress);
      if (!rejections.isRecordedInFull({ range, clientId, clientName, code })) return;
      if (chain.queued >= maxQueue / 2) tallies.add('DENIED_SUMMARY');
      else await write(event, subjects);
    },
    async rejected({ event, address, reason, clientId = null, staffId = null }) {
      const rejection = { range: addressRange(address), clientId, clientName: null, code: event };
      if (!rejections.isRecordedInFull(rejection)) return;
      const facts = { address, reason, ...(staffId === null ? {} : { staffId }) };
      await write(systemEvent(event, now(), facts, clientId === null ? {} : { clientId })).catch(() => {
        rejections.summarise(rejection);
      });
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
    available: () => chain.up && !chain.stalled && !chain.takesNoRows && lease.held && options.hasRoom(),
    fenced: fencedBy.signal,
    async close() {
      await tallies.close();
      await rejections.close();
      closing.abort();
      await bulkWriter.close();
      await chain.close(CLOSE_WAIT_MS);
      lease.end();
    },
  };
}

function stateOf(
  decided: DecidedSession | undefined,
  { userSessions }: Committed,
): CommittedIntent['userSession'] {
  if (decided === undefined) return 'same';
  if (userSessions === null) return 'changed';
  const version = userSessions.get(decided.id);
  if (version === undefined) return 'ended';
  return version === decided.version ? 'same' : 'changed';
}
