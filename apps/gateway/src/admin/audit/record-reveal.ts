import type { AuditValue } from '@gatehouse/domain/audit/audit';
import type { Acting } from '../http/access/principal.js';
import type { AuditAccess } from './audit-access.js';

/** The action of a pending change that asks to see the patient identifiers of a request. */
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

/** Records each step in the audit trail before it takes effect; the identifier itself is never recorded. */
export function recordReveal(
  access: AuditAccess,
  acting: Acting,
  step: RevealStep,
  { id, odsCodes, diff, reason, decisionReason }: RevealRow,
): Promise<void> {
  const [row] = diff as readonly { readonly key: string }[];
  const facts: Record<string, AuditValue> = { step, changeId: id, requestId: row?.key ?? null };
  return access.record('IDENTIFIER_REVEAL', acting, {
    ...facts,
    ...{ organisations: odsCodes, reason, decisionReason },
  });
}
