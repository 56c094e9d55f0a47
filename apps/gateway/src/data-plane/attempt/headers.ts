/** The headers of a request to e-RS and of an answer to the caller, each built from an empty list (law 3). */
import { upstreamUserHeaders, type UserHeaders } from '@gatehouse/domain/ers/user-headers';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Admitted } from '../admit.js';
import { OF_EVERY_ANSWER } from '../listener/every-answer.js';

const USER_AGENT = 'Gatehouse';

/**
 * What is sent to e-RS: nothing the caller chose but Accept, If-Match and the type of its body, and in user-restricted
 * mode the user headers that the interaction takes (docs/reference/protocol-facts.md §2).
 * @param plan the organisation is that of its binding; function and on-behalf-of are those that were decided, except in
 *   an open environment, where nobody signs in and they are the caller's
 */
export function upstreamHeaders(
  admitted: Admitted,
  { binding, user: decided }: RoutePlan,
  attemptId: string,
  accessToken: string | null,
): Record<string, string> {
  const { headers, matched, body, upload, user } = admitted;
  const bodyBytes = upload?.bytes ?? body?.length ?? null;
  const needsPlainText = matched.operation.subject.from === 'worklist answer';
  const up: Record<string, string> = {
    'user-agent': USER_AGENT,
    // A worklist is read for the patients it names, so it must come unpacked.
    'accept-encoding': headers.acceptsGzip && !needsPlainText ? 'gzip' : 'identity',
    'x-correlation-id': attemptId,
    ...(user === null
      ? {}
      : upstreamUserHeaders(matched.operation, binding.odsCode, { ...user, ...rolesIn(decided) })),
  };
  if (accessToken !== null) up['authorization'] = `Bearer ${accessToken}`;
  if (headers.accept !== null) up['accept'] = headers.accept;
  if (matched.operation.ifMatch && headers.ifMatch !== null) up['if-match'] = headers.ifMatch;
  if (bodyBytes !== null) {
    if (headers.contentType !== null) up['content-type'] = headers.contentType;
    up['content-length'] = String(bodyBytes);
  } else if (matched.operation.method === 'POST' || matched.operation.method === 'PUT') {
    up['content-length'] = '0';
  }
  return up;
}

function rolesIn(decided: RoutePlan['user']): Partial<UserHeaders> {
  if (decided === null) return {};
  const { businessFunction, onBehalfOfUserId } = decided;
  return { businessFunction, onBehalfOfUserId };
}

/** What an e-RS answer may carry to the caller, in the spelling it is sent in. */
const DOWN = new Map(
  [
    'Accept-Ranges',
    'Access-Control-Expose-Headers',
    'Allow',
    'Content-Disposition',
    'Content-Encoding',
    'Content-Language',
    'Content-Type',
    'Date',
    'ETag',
    'Expires',
    'Last-Modified',
    'Location',
    'Pragma',
    'Request-Duration',
    'Retry-After',
    'Vary',
    'Warning',
    'X-Request-ID',
  ].map((name) => [name.toLowerCase(), name] as const),
);

/** The listed headers of an answer, in order, values untouched, and those of every answer. */
export function downstreamHeaders(
  pairs: readonly (readonly [name: string, value: string])[],
): [string, string][] {
  const down: [string, string][] = [];
  for (const [name, value] of pairs) {
    const spelling = DOWN.get(name);
    if (spelling !== undefined) down.push([spelling, value]);
  }
  down.push(...Object.entries(OF_EVERY_ANSWER));
  return down;
}
