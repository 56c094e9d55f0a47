import type { RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { notFound } from '../http/problem.js';

/** @throws AdminProblem not-found, also for what is out of reach */
export async function storyWithin(
  { audit }: AdminDeps,
  attemptId: string,
  { reach }: Acting,
): Promise<RequestStory> {
  const story = await audit.story(attemptId, reach);
  if (story === null) throw notFound('request with such an attempt');
  return story;
}
