/** What the admin API needs of the audit trail. Rows hold no secret and no identifier of a patient in clear. */
import type { RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type { AuditOutcome, AuditKind, Subject, SystemEvent } from '@gatehouse/domain/audit/audit';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import type { HourCount, MinuteCount } from '@gatehouse/domain/audit/traffic';

export interface AuditFilter {
  /** Rows of these organisations; those of none only for whom nothing is out of reach. */
  readonly reach: Reach;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly organisation?: string | undefined;
  /** A client's name. */
  readonly client?: string | undefined;
  readonly environment?: string | undefined;
  readonly interaction?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly kind?: AuditKind | undefined;
  readonly code?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly upstreamRequestId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly applicationId?: string | undefined;
}

export interface AuditPage {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
}

export interface AuditDesk {
  /** Newest first. */
  list(
    filter: AuditFilter,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<AuditPage>;
  /** The keyed hashes (hex) under which an identifier may be found; of one organisation, or of all that have a key. */
  hashesOf(subject: Subject, odsCode: string | undefined): Promise<readonly string[]>;
  /** Rows of attempts that concerned one of these hashes. */
  search(
    hashes: readonly string[],
    filter: AuditFilter,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<AuditPage>;
  /** Every attempt found, newest first, in the lines of `list`. */
  all(filter: AuditFilter, signal: AbortSignal): AsyncIterable<Readonly<Record<string, unknown>>>;
  /** One request with all its attempts and rows, by the id of any of them; null when there is none within reach. */
  story(attemptId: string, reach: Reach): Promise<RequestStory | null>;
  /** The patients of a request in clear, each once. For an approved reveal alone. */
  identifiers(attemptId: string, reach: Reach): Promise<readonly Subject[]>;
  /** What became of requests within reach, counted by the hour in which they began (epoch ms). */
  hours(reach: Reach, span: { readonly fromMs: number; readonly toMs: number }): Promise<HourCount[]>;
  /** Attempts of each binding within reach, counted by the minute. */
  minutes(reach: Reach, span: { readonly fromMs: number; readonly toMs: number }): Promise<MinuteCount[]>;
  /** From now on, until aborted. */
  follow(filter: AuditFilter, signal: AbortSignal): AsyncIterable<object>;
  /** Everything `gatehouse verify` needs, in chain order. */
  export(
    range: { readonly from?: string | undefined; readonly until?: string | undefined },
    signal: AbortSignal,
  ): AsyncIterable<object>;
  /** How many requests went out under each binding since then (epoch ms). */
  requestsByBinding(
    bindings: readonly { readonly id: string; readonly odsCode: string }[],
    sinceMs: number,
  ): Promise<ReadonlyMap<string, number>>;
  system(event: SystemEvent): Promise<void>;
}
