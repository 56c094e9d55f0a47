import type { PendingChangeView } from '@gatehouse/contracts/governance/change-resources';
import type { ChangeState, RequestedChange } from '@gatehouse/domain/governance/change-decision';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import { instantOf } from '../http/paging.js';

export interface PendingRow {
  readonly id: string;
  readonly action: string;
  readonly rules: readonly string[];
  readonly deciders: unknown;
  readonly odsCodes: readonly string[];
  readonly diff: unknown;
  readonly diffHash: string;
  readonly reason: string | null;
  readonly requestedBy: string;
  readonly requestedByStaff: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly state: string;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly decisionReason: string | null;
}

/** A change expires by time alone; no row is written for it. */
export function stateOf({ state, expiresAt }: PendingRow, nowMs: number): ChangeState {
  return state === 'pending' && expiresAt.getTime() <= nowMs ? 'expired' : (state as ChangeState);
}

export function requestedOf(row: PendingRow, requestedByEmail: string | null): RequestedChange {
  return {
    requestedByStaff: row.requestedByStaff,
    requestedByEmail,
    state: row.state as ChangeState,
    expiresAtMs: row.expiresAt.getTime(),
    odsCodes: row.odsCodes,
    deciders: row.deciders as StaffRole[][],
  };
}

/** Without what only the registry knows: see ChangeViews. */
export function viewOf(
  row: PendingRow,
  nowMs: number,
): Omit<PendingChangeView, 'summary' | 'things' | 'environments'> {
  return {
    id: row.id,
    action: row.action,
    rules: [...row.rules],
    deciders: row.deciders as StaffRole[][],
    organisations: [...row.odsCodes],
    state: stateOf(row, nowMs),
    reason: row.reason,
    requestedBy: row.requestedBy,
    requestedByPerson: row.requestedByStaff,
    requestedAt: row.requestedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    decidedBy: row.decidedBy,
    decidedAt: instantOf(row.decidedAt),
    decisionReason: row.decisionReason,
    diff: row.diff as PendingChangeView['diff'],
    diffHash: row.diffHash,
  };
}
