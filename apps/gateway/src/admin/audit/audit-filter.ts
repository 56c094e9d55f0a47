/** What the admin API filters the audit trail by, and the same as the trail's own ids and times. */
import type { AuditKind, AuditOutcome, OutcomeGroup } from '@gatehouse/domain/audit/audit';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { spanOf } from '@gatehouse/domain/input/moment';
import type { AUDIT_SPANS } from '@gatehouse/contracts/operation/operation-resources';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { AuditFilter as TrailFilter } from '../../adapters/audit/read/filter.js';
import type { Acting } from '../http/access/principal.js';

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
  readonly outcome?: AuditOutcome | OutcomeGroup | undefined;
  readonly kind?: AuditKind | 'REQUEST' | undefined;
  readonly event?: string | undefined;
  readonly pace?: 'slow' | undefined;
  readonly by?: 'me' | undefined;
  /** Whose records `by` asks for. */
  readonly actor?: TrailFilter['actor'];
  readonly code?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly upstreamRequestId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly applicationId?: string | undefined;
  /** CIS2 user id. */
  readonly userId?: string | undefined;
}

type Asked = Omit<AuditFilter, 'reach' | 'actor'> & {
  readonly last?: (typeof AUDIT_SPANS)[number] | undefined;
};

const HOUR_MS = 3_600_000;
const SPAN_MS: Readonly<Record<(typeof AUDIT_SPANS)[number], number>> = {
  ...{ '15m': HOUR_MS / 4, '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS },
};

/** What a caller asked for, with `last` as the instant that it means now. It is recorded in this form. */
export function criteriaOf({ last, ...asked }: Asked, nowMs: number): Omit<AuditFilter, 'reach' | 'actor'> {
  return last === undefined ? asked : { ...asked, from: new Date(nowMs - SPAN_MS[last]).toISOString() };
}

/** Within the reach of the caller, who is also who `by` means. */
export function filterFor(criteria: Omit<AuditFilter, 'reach' | 'actor'>, acting: Acting): AuditFilter {
  const { reach, person, actor: name } = acting;
  const actor = person === null ? { id: name, issuer: null } : { id: person.subject, issuer: person.issuer };
  return { ...criteria, reach, ...(criteria.by === undefined ? {} : { actor }) };
}

/** A client is found by its name and environment; a name that no client has finds nothing. */
export function trailFilter(filter: AuditFilter, snapshot: Snapshot): TrailFilter {
  const { organisation, client, environment, from, until, reach, pace, by: _, ...same } = filter;
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
    ...(pace === undefined ? {} : { isSlow: true as const }),
  };
}

export const organisationsWithin = (reach: Reach) => (reach === 'all' ? {} : { within: [...reach] });
