import type { AuditValue } from '@gatehouse/domain/audit/audit';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { recordUse } from './record-use.js';

/** What the action of a pending change is called when it asks to see a patient's identifier. */
export const REVEAL_ACTION = 'auditReveal';

export interface RevealRow {
  readonly id: string;
  readonly odsCodes: readonly string[];
  /** One row, whose key is the id of the request. */
  readonly diff: unknown;
  readonly reason: string | null;
  readonly decisionReason: string | null;
}

export type RevealStep = 'asked' | 'approved' | 'rejected' | 'withdrawn' | 'stale' | 'shown';

/** Each step stands in the trail before it has its effect. The identifier itself never does. */
export function recordReveal(
  deps: Pick<AdminDeps, 'audit' | 'now'>,
  acting: Acting,
  step: RevealStep,
  { id, odsCodes, diff, reason, decisionReason }: RevealRow,
): Promise<void> {
  const [row] = diff as readonly { readonly key: string }[];
  const facts: Record<string, AuditValue> = { step, changeId: id, requestId: row?.key ?? null };
  return recordUse(deps, 'IDENTIFIER_REVEAL', acting, {
    ...facts,
    ...{ organisations: odsCodes, reason, decisionReason },
  });
}
