import type { RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { type AdminProblem, notFound } from '../http/problem.js';
import type { AuditTrail } from './audit-trail.js';

/** @throws AdminProblem not-found, also for a request that is out of reach */
export async function requireStory(
  auditTrail: AuditTrail,
  attemptId: string,
  reach: Reach,
): Promise<RequestStory> {
  const story = await auditTrail.story(attemptId, reach);
  if (story !== null) return story;
  throw await notInTrail(auditTrail, 'request with such an attempt');
}

/** Names the months in which it may have been. */
export async function notInTrail(auditTrail: AuditTrail, what: string): Promise<AdminProblem> {
  const removed = await auditTrail.removedMonths();
  return notFound(
    removed.length === 0
      ? what
      : `${what} in the database. The records of ${removed.join(', ')} are in the archive alone`,
  );
}
