import type { UserSessionView } from '@gatehouse/contracts/users/user-session-routes';
import { sessionEnd, type SessionLimits } from '@gatehouse/domain/users/session-life';
import { instantOf } from '../http/paging.js';

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly environment: string;
  readonly clientId: string;
  readonly client: { readonly name: string };
  readonly product: string;
  readonly authenticationLevel: number;
  readonly odsCode: string | null;
  readonly businessFunction: string | null;
  readonly onBehalfOfUserId: string | null;
  readonly authenticatedAt: Date;
  readonly lastActiveAt: Date;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
  readonly endReason: string | null;
}

/** Neither ended nor out of time, whether or not somebody has written that down yet. */
export function isLive(
  { authenticatedAt, lastActiveAt, endedAt }: SessionRow,
  limits: SessionLimits,
  nowMs: number,
): boolean {
  const times = {
    authenticatedAtMs: authenticatedAt.getTime(),
    lastActiveAtMs: lastActiveAt.getTime(),
    endedAtMs: endedAt?.getTime() ?? null,
  };
  return sessionEnd(times, limits, nowMs) === null;
}

export function userSessionView(row: SessionRow, limits: SessionLimits, nowMs: number): UserSessionView {
  return {
    id: row.id,
    userId: row.userId,
    environment: row.environment,
    client: row.client.name,
    product: row.product,
    authenticationLevel: row.authenticationLevel,
    organisation: row.odsCode,
    businessFunction: row.businessFunction,
    onBehalfOfUserId: row.onBehalfOfUserId,
    state: isLive(row, limits, nowMs) ? 'live' : 'ended',
    authenticatedAt: row.authenticatedAt.toISOString(),
    lastActiveAt: row.lastActiveAt.toISOString(),
    endedAt: instantOf(row.endedAt),
    endedBy: row.endedBy,
    endReason: row.endReason,
  };
}
