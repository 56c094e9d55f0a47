import type { RequestStory, SupportBundle } from '@gatehouse/contracts/audit-resources';

/**
 * What the e-RS partners team asks for of a request that went wrong. The path is the catalogue's, without values;
 * of the headers those that the trail keeps, and the credential only by its presence.
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
      requestHeaders: {
        'X-Correlation-ID': attempt.attemptId,
        ...(attempt.tokenIdHash === null ? {} : { Authorization: 'Bearer [redacted]' }),
      },
      responseHeaders: {
        'X-Correlation-ID': attempt.attemptId,
        ...(attempt.upstreamRequestId === null ? {} : { 'X-Request-ID': attempt.upstreamRequestId }),
      },
    })),
  };
}
