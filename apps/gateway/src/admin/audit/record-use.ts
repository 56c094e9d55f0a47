import { randomUUID } from 'node:crypto';
import type { AuditValue } from '@gatehouse/domain/audit/audit';
import { recordedCorrelationId } from '@gatehouse/domain/input/correlation-id';
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

/** The filter as it is recorded: without what was left open, and without digits of a searched id that may be a patient's. */
export function given(filter: Readonly<Record<string, AuditValue | undefined>>): Record<string, AuditValue> {
  const known = Object.entries(filter).flatMap(([name, value]): [string, AuditValue][] => {
    if (value === undefined) return [];
    const isText = name === 'correlationId' && typeof value === 'string';
    return [[name, isText ? recordedCorrelationId(value, () => '…') : value]];
  });
  return Object.fromEntries(known);
}
