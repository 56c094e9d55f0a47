import type { RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { notFound } from '../http/problem.js';
import type { AuditTrail } from './audit-trail.js';

/** @throws AdminProblem not-found, also for a request that is out of reach */
export async function requireStory(
  auditTrail: AuditTrail,
  attemptId: string,
  reach: Reach,
): Promise<RequestStory> {
  const story = await auditTrail.story(attemptId, reach);
  if (story !== null) return story;
  const removed = await auditTrail.removedMonths();
  throw notFound(
    removed.length === 0
      ? 'request with such an attempt'
      : `request with such an attempt in the database. The records of ${removed.join(', ')} are in the archive alone`,
  );
}
