import type { RequestStory, SupportBundle } from '@gatehouse/contracts/audit/audit-resources';

/**
 * What the e-RS partners team asks for of a request that went wrong. The path is the catalogue's, without values; the
 * headers are those that the trail keeps (libs/domain/src/audit/recorded-headers.ts).
 */
export function supportBundle(story: RequestStory, nowMs: number): SupportBundle {
  const { environment, apimApplicationId, applicationName, asid, organisation, method, path, interaction } =
    story;
  return {
    made: new Date(nowMs).toISOString(),
    ...{ environment, apimApplicationId, applicationName, asid, organisation, method, path, interaction },
    attempts: story.attempts.map((attempt) => ({
      correlationId: attempt.attemptId,
      requestId: attempt.upstreamRequestId,
      startedAt: attempt.startedAt,
      answeredAt: attempt.outcomeAt,
      status: attempt.upstreamStatus,
      durationMs: attempt.upstreamDurationMs,
      diagnosis: attempt.diagnosis,
      requestHeaders: attempt.sentHeaders ?? { 'x-correlation-id': attempt.attemptId },
      responseHeaders: attempt.receivedHeaders ?? {},
    })),
  };
}
