/** What the admin API filters the audit trail by, and the same as the trail's own ids and times. */
import type { AuditKind, AuditOutcome } from '@gatehouse/domain/audit/audit';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { spanOf } from '@gatehouse/domain/input/moment';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { AuditFilter as TrailFilter } from '../../adapters/audit/read/filter.js';

export interface AuditFilter {
  /** Rows of these organisations; rows of no organisation only where the reach is everything. */
  readonly reach: Reach;
  /** A day or an instant (docs/guides/admin-api.md), inclusive. */
  readonly from?: string | undefined;
  /** A day, inclusive, or an instant, exclusive. */
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
  /** CIS2 user id. */
  readonly userId?: string | undefined;
}

/** A client is found by its name and environment; a name that no client has finds nothing. */
export function trailFilter(filter: AuditFilter, snapshot: Snapshot): TrailFilter {
  const { organisation, client, environment, from, until, reach, ...same } = filter;
  const { fromMs, untilMs } = spanOf(from, until);
  const clients = [...snapshot.clients.values()].filter(
    (candidate) =>
      candidate.name === client && (environment === undefined || candidate.environment === environment),
  );
  return {
    ...same,
    odsCode: organisation,
    ...organisationsWithin(reach),
    environment,
    ...(client === undefined ? {} : { clientIds: clients.map(({ id }) => id) }),
    fromMs,
    toMs: untilMs,
  };
}

export const organisationsWithin = (reach: Reach) => (reach === 'all' ? {} : { within: [...reach] });
