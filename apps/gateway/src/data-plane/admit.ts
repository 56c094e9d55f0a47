/** Checks required parameters, media type and body, and builds what is sent to e-RS. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Subject } from '@gatehouse/domain/audit/audit';
import { checkMediaType } from '@gatehouse/domain/input/media-type';
import { type MatchedOperation, renderPath } from '@gatehouse/domain/ers/operation';
import { renderQuery, requireParameters } from '@gatehouse/domain/ers/query';
import { type CallerHeaders, requireIfMatch } from '@gatehouse/domain/input/request-headers';
import { type JsonObject, parseStrictJson } from '@gatehouse/domain/input/strict-json';
import { requireUserHeaders, type UserHeaders } from '@gatehouse/domain/ers/user-headers';
import {
  MAX_WORKLIST_BYTES,
  bodySubjects,
  requireWorklistFilter,
  ubrnIn,
} from '@gatehouse/domain/ers/worklist';
import type { Exchange } from './exchange.js';
import type { MatchedRequest } from './match.js';
import { readBody } from './listener/read-body.js';
import { acceptUpload, type Upload } from './listener/upload.js';

export interface Admitted {
  readonly matched: MatchedOperation;
  readonly headers: CallerHeaders;
  /** Null in application-restricted mode. */
  readonly user: UserHeaders | null;
  /** Path and query after the API base URL, rendered from the catalogue. */
  readonly path: string;
  /** The caller's original bytes; null if the interaction takes no body, or a file. */
  readonly body: Buffer | null;
  /** The file that is arriving, where the interaction takes one. */
  readonly upload: Upload | null;
  readonly bodySha256: string | null;
  /** The patients and referrals that the request names. */
  readonly subjects: readonly Subject[];
  /** Where the subjects come from, or why there are none. */
  readonly subjectSource: string;
  /** The service whose worklist is fetched under application-restricted access, which is allowed twice a day. */
  readonly worklistService: string | null;
}

/**
 * @throws GW_QUERY (required), GW_HEADER_SYNTAX (If-Match and the headers of a user), GW_MEDIA_TYPE, GW_BODY_SYNTAX,
 *   GW_BODY_TOO_LARGE, GW_LENGTH_REQUIRED, GW_WORKLIST_FILTER, GW_TIMEOUT, GW_FRAMING (incomplete), GW_OVERLOAD
 */
export async function admit(
  exchange: Exchange,
  incoming: IncomingMessage,
  request: MatchedRequest,
): Promise<Admitted> {
  const { matched, headers, query, user, accessMode } = request;
  const { operation } = matched;
  requireParameters(operation, query);
  requireIfMatch(operation, headers.ifMatch);
  if (user !== null) requireUserHeaders(operation, user);
  checkMediaType(operation, headers.contentType, headers.contentEncoding);

  const upload = operation.body?.kind === 'file' ? acceptUpload(incoming, exchange.bodies) : null;
  const body = upload === null ? await readBody(incoming, operation.body, exchange.bodies) : null;
  // Its answer must fit into memory before the call may be made.
  if (operation.subject.from === 'worklist answer') exchange.bodies.take(MAX_WORKLIST_BYTES);
  exchange.requestBytes = upload?.bytes ?? body?.length ?? 0;
  const json = body !== null && operation.body?.kind === 'json' ? parseStrictJson(body) : null;
  const needsFilter = operation.interaction === 'A008' && accessMode === 'application-restricted';
  return {
    matched,
    headers,
    user,
    path: renderPath(matched) + renderQuery(operation, query),
    body,
    upload,
    bodySha256: body === null ? null : createHash('sha256').update(body).digest('hex'),
    subjects: requestSubjects(request, json),
    subjectSource: subjectSourceOf(matched),
    worklistService: needsFilter && json !== null ? requireWorklistFilter(json) : null,
  };
}

/** A read that Gatehouse makes of its own accord: no body, and nobody in the request. */
export function admitRead({ matched, headers, query, user }: Omit<MatchedRequest, 'accessMode'>): Admitted {
  return {
    matched,
    headers,
    user,
    path: renderPath(matched) + renderQuery(matched.operation, query),
    body: null,
    upload: null,
    bodySha256: null,
    subjects: [],
    subjectSource: subjectSourceOf(matched),
    worklistService: null,
  };
}

const subjectSourceOf = ({ operation: { subject } }: MatchedOperation): string =>
  subject.from ?? `none: ${subject.why}`;

/** The subjects where the catalogue says that this interaction names them. */
function requestSubjects({ matched, query, user }: MatchedRequest, json: JsonObject | null): Subject[] {
  const { subject } = matched.operation;
  switch (subject.from) {
    case 'path':
      return [{ kind: 'ubrn', value: matched.parameters[subject.parameter] ?? '' }];
    case 'query':
      return optional(ubrnIn(query.get(subject.parameter)));
    case 'header':
      return optional(ubrnIn(user?.referralId ?? undefined));
    case 'body':
      return json === null ? [] : bodySubjects(subject.find, json);
    default:
      return [];
  }
}

function optional(subject: Subject | null): Subject[] {
  return subject === null ? [] : [subject];
}
