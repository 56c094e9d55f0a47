import { randomUUID } from 'node:crypto';
import type { AuditValue } from '@gatehouse/domain/audit/audit';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';

/** Whoever uses the trail stands in it, before anything is shown. */
export function recordUse(
  { audit, now }: Pick<AdminDeps, 'audit' | 'now'>,
  event: string,
  { actor, origin }: Acting,
  facts: Readonly<Record<string, AuditValue>>,
): Promise<void> {
  const atMs = now();
  const common = { kind: 'SYSTEM', startedAtMs: atMs, atMs, attemptId: randomUUID() } as const;
  return audit.system({ ...common, event, facts: { actor, origin, ...facts } });
}

/** What was asked for, without what was left open. */
export function given(filter: Readonly<Record<string, AuditValue | undefined>>): Record<string, AuditValue> {
  const known = Object.entries(filter).filter(
    (entry): entry is [string, AuditValue] => entry[1] !== undefined,
  );
  return Object.fromEntries(known);
}
