/** Which instants an answer about the audit trail covers, since a day may be meant in more than one zone. */
import type { ServerResponse } from 'node:http';
import { spanOf } from '@gatehouse/domain/input/moment';
import type { AuditTrail } from './audit-trail.js';

interface Limits {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** The span that a filter was read as, half-open; null where it has no limit. */
function limitsOf({ from, until }: Limits) {
  const { fromMs, untilMs } = spanOf(from, until);
  const text = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return { from: text(fromMs), until: text(untilMs) };
}

/** The span of a filter, with the months of it whose records are in the archive alone, so that nobody takes “none” for an answer about them. */
export async function coverageOf(auditTrail: AuditTrail, limits: Limits) {
  return { ...limitsOf(limits), removed: await auditTrail.removedMonths(limits) };
}

/**
 * For an answer in lines, which has no place for it: an interval of ISO 8601, `..` where it has no limit.
 * @param removed the months of it whose records are in the archive alone
 */
export function announceCoverage(
  response: ServerResponse,
  limits: Limits,
  removed: readonly string[] = [],
): void {
  const { from, until } = limitsOf(limits);
  if (removed.length > 0) response.setHeader('Gatehouse-Removed-Months', removed.join(', '));
  response.setHeader('Gatehouse-Covers', `${from ?? '..'}/${until ?? '..'}`);
}
