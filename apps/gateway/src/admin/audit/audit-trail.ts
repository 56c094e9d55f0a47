import { setTimeout as pause } from 'node:timers/promises';
import type { RequestStory, SystemEventView } from '@gatehouse/contracts/audit/audit-resources';
import type { Subject, SystemEvent } from '@gatehouse/domain/audit/audit';
import type { HourSpan } from '@gatehouse/domain/audit/rollup/figures';
import type { MinuteCount } from '@gatehouse/domain/audit/traffic';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { spanOf } from '@gatehouse/domain/input/moment';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type pg from 'pg';
import { removedMonths } from '../../adapters/audit/archive/removed-months.js';
import {
  type CallCount,
  countCalls,
  countMinutes,
  requestsByBinding,
} from '../../adapters/audit/read/counts.js';
import { exportAudit } from '../../adapters/audit/read/export.js';
import {
  type AuditFilter as TrailFilter,
  hashesOf,
  InvalidCursor,
} from '../../adapters/audit/read/filter.js';
import { followAudit } from '../../adapters/audit/read/follow.js';
import { type NhsAnswers, readNhsAnswers } from '../../adapters/audit/read/nhs-answers.js';
import { lastSignatures } from '../../adapters/audit/read/last-signatures.js';
import { type NewestCall, newestCalls } from '../../adapters/audit/read/newest-calls.js';
import { type AuditAttempt, searchAudit } from '../../adapters/audit/read/query.js';
import { type PatientAccesses, patientAccesses } from '../../adapters/audit/read/staff/patient-access.js';
import { readEvent, readStory, type StoryRow } from '../../adapters/audit/read/story.js';
import { readTrailStatus, type StoredTrail } from '../../adapters/audit/read/trail-status.js';
import { readRuns, type StoredRun } from '../../adapters/audit/read/verification-status.js';
import {
  requestsAtStake,
  requestsWithKey,
  type Stakes,
  type StoppedRequests,
} from '../../adapters/audit/rollup/at-stake.js';
import { type Comparison, compareRollups } from '../../adapters/audit/rollup/compare.js';
import { type CountedTraffic, readTraffic } from '../../adapters/audit/rollup/rollup-traffic.js';
import { readRollupStatus, type RollupStatus } from '../../adapters/audit/rollup/rollup.store.js';
import { type ClientCount, worstClients } from '../../adapters/audit/rollup/worst-clients.js';
import {
  type OrganisationCount,
  worstOrganisations,
} from '../../adapters/audit/rollup/worst-organisations.js';
import type { AuditLog } from '../../adapters/audit/write/audit-log.js';
import type { SubjectSealer } from '../../adapters/audit/write/subjects.js';
import { foreignCursor, type Paging } from '../http/paging.js';
import { type AuditFilter, organisationsWithin, trailFilter } from './audit-filter.js';
import { type AuditLine, attemptLine, followedLine, listedLine } from './audit-line.js';
import { storyOf } from './request-story.js';
import { eventOf } from './system-event.js';

const FOLLOW_MS = 1_000;
const PAGE_SIZE = 500;

export interface AuditTrailParts {
  /** A pool of its own: long exports must not keep the data plane waiting for a connection. */
  readonly database: pg.Pool;
  readonly sealer: SubjectSealer;
  readonly audit: Pick<AuditLog, 'system'>;
  readonly snapshot: () => Snapshot;
}

export interface AuditPage {
  readonly items: readonly AuditLine[];
  readonly next: string | null;
}

/** Without a name and an environment, the client is not registered. */
type NamedClientCount = ClientCount & { readonly name: string | null; readonly environment: string | null };

/** The audit trail as the admin API reads it, and the events that the admin API itself adds to it. */
export class AuditTrail {
  constructor(private readonly parts: AuditTrailParts) {}

  /** One line an attempt, newest first. */
  list(filter: AuditFilter, paging: Paging): Promise<AuditPage> {
    return this.page(this.trailFilter(filter), paging, listedLine);
  }

  /** Its chains, how far checkpoints cover them, and how far they are verified. */
  status(nowMs: number): Promise<StoredTrail> {
    return readTrailStatus(this.parts.database, nowMs);
  }

  /** Runs of verification, newest first. @param after a cursor of `instantCursor` */
  verifications(most: number, after: string | undefined): Promise<StoredRun[]> {
    return readRuns(this.parts.database, most, after);
  }

  /** The months of a period whose records are in the archive alone. */
  removedMonths({ from, until }: Pick<AuditFilter, 'from' | 'until'> = {}): Promise<string[]> {
    return removedMonths(this.parts.database, spanOf(from, until));
  }

  /** The keyed hashes (hex) under which an identifier may be found: of one organisation, or of all that have a key. */
  async hashesOf(subject: Subject, odsCode: string | undefined): Promise<readonly string[]> {
    const hashes = await hashesOf(this.parts.sealer, odsCode, subject);
    return hashes.map((hash) => hash.toString('hex'));
  }

  /** Organisations whose patients can no longer be found, since their data key was destroyed. */
  organisationsWithoutKey(): Promise<readonly string[]> {
    return this.parts.sealer.withoutKey();
  }

  /** Attempts that concerned one of these hashes. */
  search(hashes: readonly string[], filter: AuditFilter, paging: Paging): Promise<AuditPage> {
    const subjectHashes = hashes.map((hash) => Buffer.from(hash, 'hex'));
    return this.page({ ...this.trailFilter(filter), subjectHashes }, paging, listedLine);
  }

  /** The staff who looked for a patient in the period of the filter, by hashes under the keys of every organisation. */
  patientAccesses(
    hashes: readonly string[],
    { from, until }: Pick<AuditFilter, 'from' | 'until'>,
  ): Promise<PatientAccesses> {
    const { fromMs, untilMs: toMs } = spanOf(from, until);
    return patientAccesses(this.parts.database, hashes, { fromMs, toMs });
  }

  /** Every attempt that the filter finds, newest first, in the lines of `list`. */
  async *all(filter: AuditFilter, signal: AbortSignal): AsyncIterable<AuditLine> {
    let after: string | undefined;
    do {
      const { items, next } = await this.page(
        this.trailFilter(filter),
        { limit: PAGE_SIZE, after },
        attemptLine,
      );
      yield* items;
      after = next ?? undefined;
    } while (after !== undefined && !signal.aborted);
  }

  /** One request with all its attempts and rows, by the id of any attempt; null where there is none within reach. */
  async story(attemptId: string, reach: Reach): Promise<RequestStory | null> {
    const rows = await this.rowsOf(attemptId, reach);
    return rows.length > 0 ? storyOf(rows, this.parts.snapshot()) : null;
  }

  /** An event of no request, such as a search; null where there is none, and for people with a limited role. */
  async event(eventId: string, reach: Reach): Promise<SystemEventView | null> {
    const row = reach === 'all' ? await readEvent(this.parts.database, eventId) : null;
    return row === null ? null : eventOf(row);
  }

  /** The patient identifiers of a request in clear, each once. For an approved reveal alone. */
  async identifiers(attemptId: string, reach: Reach): Promise<readonly Subject[]> {
    const rows = await this.rowsOf(attemptId, reach);
    const sealed = rows.flatMap((row) => row.subjects.map((subject) => ({ row, subject })));
    const distinct = new Map(sealed.map((each) => [each.subject.hash.toString('hex'), each]));
    return Promise.all(
      [...distinct.values()].map(async ({ row, subject }) => ({
        kind: subject.kind,
        value: await this.parts.sealer.open(row.attemptId, subject),
      })),
    );
  }

  /** Requests within reach, counted by the hour in which they began, with those of a week earlier. */
  traffic(reach: Reach, hours: number, nowMs: number): Promise<CountedTraffic> {
    return readTraffic(this.parts.database, { hours, nowMs, ...organisationsWithin(reach) });
  }

  /** The organisations within reach with the most rejected and failed requests. */
  worstOrganisations(reach: Reach, span: HourSpan, most: number): Promise<OrganisationCount[]> {
    return worstOrganisations(this.parts.database, { ...span, most, ...organisationsWithin(reach) });
  }

  /** The clients with the most rejected and failed requests within reach, by their names. */
  async worstClients(reach: Reach, span: HourSpan, most: number): Promise<NamedClientCount[]> {
    const counts = await worstClients(this.parts.database, { ...span, most, ...organisationsWithin(reach) });
    const { clients } = this.parts.snapshot();
    return counts.map(({ clientId, ...counted }) => {
      const { name, environment } = clients.get(clientId) ?? { name: null, environment: null };
      return { clientId, name, environment, ...counted };
    });
  }

  rollups(): Promise<RollupStatus> {
    return readRollupStatus(this.parts.database);
  }

  compareRollups(span: Parameters<typeof compareRollups>[1]): Promise<Comparison> {
    return compareRollups(this.parts.database, span);
  }

  /** Attempts of each binding within reach, counted by the minute. */
  minutes(reach: Reach, span: { readonly fromMs: number; readonly toMs: number }): Promise<MinuteCount[]> {
    return countMinutes(this.parts.database, { ...span, ...organisationsWithin(reach) });
  }

  /** Rows as they are written, from now until the signal aborts. */
  async *follow(filter: AuditFilter, signal: AbortSignal): AsyncIterable<AuditLine> {
    let cursor: string | undefined;
    while (!signal.aborted) {
      const followed = await followAudit(this.parts, this.trailFilter(filter), cursor);
      cursor = followed.cursor;
      for (const row of followed.rows) yield followedLine(row);
      // The end of the request ends the pause, and then the loop.
      if (followed.rows.length === 0) await pause(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Everything that `gatehouse verify` needs, in the order of the chain. */
  async *export(
    { from, until }: { readonly from?: string | undefined; readonly until?: string | undefined },
    signal: AbortSignal,
  ): AsyncIterable<AuditLine> {
    const { fromMs, untilMs } = spanOf(from, until);
    for await (const text of exportAudit(this.parts.database, { fromMs, toMs: untilMs })) {
      if (signal.aborted) return;
      yield JSON.parse(text) as AuditLine;
    }
  }

  /** What NHS England last said about an application. */
  nhsAnswers(applicationId: string): Promise<NhsAnswers> {
    return readNhsAnswers(this.parts.database, applicationId);
  }

  /** How the newest call under each application since then (epoch ms) ended, by application id. */
  newestCalls(applicationIds: readonly string[], sinceMs: number): Promise<ReadonlyMap<string, NewestCall>> {
    return newestCalls(this.parts.database, applicationIds, sinceMs);
  }

  /** How many requests went out under each binding since then (epoch ms). */
  requestsByBinding(
    bindings: readonly { readonly id: string; readonly odsCode: string }[],
    sinceMs: number,
  ): Promise<ReadonlyMap<string, number>> {
    return requestsByBinding(this.parts.database, bindings, sinceMs);
  }

  /** The requests for these organisations since then (epoch ms), by binding, client and operation. */
  calls(odsCodes: readonly string[], sinceMs: number): Promise<CallCount[]> {
    return countCalls(this.parts.database, odsCodes, sinceMs);
  }

  /** The requests within reach since then (epoch ms) that went out and that a stop would have rejected. */
  requestsAtStake(what: Omit<StoppedRequests, 'within'>, reach: Reach, sinceMs: number): Promise<Stakes> {
    return requestsAtStake(this.parts.database, { ...what, ...organisationsWithin(reach) }, sinceMs);
  }

  /** The same for a key of a client. */
  requestsWithKey(
    key: { readonly clientId: string; readonly keyId: string },
    reach: Reach,
    sinceMs: number,
  ): Promise<Stakes> {
    return requestsWithKey(this.parts.database, { ...key, ...organisationsWithin(reach) }, sinceMs);
  }

  /** When each key last signed (epoch ms), by its ARN; without those of which the trail has no signature. */
  lastSignatures(keyArns: readonly string[], untilMs: number): Promise<ReadonlyMap<string, number>> {
    return lastSignatures(this.parts.database, keyArns, untilMs);
  }

  /** Resolves once the event is durable. */
  record(event: SystemEvent): Promise<void> {
    return this.parts.audit.system(event);
  }

  private trailFilter(filter: AuditFilter): TrailFilter {
    return trailFilter(filter, this.parts.snapshot());
  }

  private async page(
    filter: TrailFilter,
    { limit, after }: Paging,
    lineOf: (attempt: AuditAttempt) => AuditLine,
  ): Promise<AuditPage> {
    try {
      const { attempts, next } = await searchAudit(this.parts, filter, { limit, cursor: after });
      return { items: attempts.map(lineOf), next };
    } catch (error) {
      throw error instanceof InvalidCursor ? foreignCursor() : error;
    }
  }

  /** None, unless every row is within reach. */
  private async rowsOf(attemptId: string, reach: Reach): Promise<readonly StoryRow[]> {
    const rows = await readStory(this.parts.database, attemptId);
    const isNamed = reach === 'all' || rows.some(({ record }) => typeof record['odsCode'] === 'string');
    return isNamed && rows.every(({ record }) => isWithin(reach, record['odsCode'])) ? rows : [];
  }
}

/** Only the first row of an attempt names the organisation. */
function isWithin(reach: Reach, odsCode: unknown): boolean {
  return odsCode === undefined || reaches(reach, typeof odsCode === 'string' ? [odsCode] : []);
}
