/** After policy: required parameters, media type and body, and what goes upstream if the call is made. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Subject } from '@gatehouse/domain/audit/audit';
import { checkMediaType } from '@gatehouse/domain/input/media-type';
import { type MatchedOperation, renderPath } from '@gatehouse/domain/ers/operation';
import { renderQuery, requireParameters } from '@gatehouse/domain/ers/query';
import { type CallerHeaders, requireIfMatch } from '@gatehouse/domain/input/request-headers';
import { parseStrictJson } from '@gatehouse/domain/input/strict-json';
import { bodySubjects, requireWorklistFilter, ubrnIn } from '@gatehouse/domain/ers/worklist';
import type { Exchange } from './exchange.js';
import type { Asked } from './match.js';
import { readBody } from './listener/read-body.js';

export interface Admitted {
  readonly matched: MatchedOperation;
  readonly headers: CallerHeaders;
  /** Path and query after the API base URL, rendered from the catalogue. */
  readonly path: string;
  /** The caller's bytes, checked; null where the interaction takes none. */
  readonly body: Buffer | null;
  readonly bodySha256: string | null;
  /** Patients the request itself names. */
  readonly subjects: readonly Subject[];
  readonly subjectSource: string;
  /** Service of an application-restricted A008, which may be fetched twice a day. */
  readonly worklistService: string | null;
}

/**
 * @throws GW_QUERY (required), GW_HEADER_SYNTAX (If-Match), GW_MEDIA_TYPE, GW_BODY_SYNTAX, GW_BODY_TOO_LARGE,
 *   GW_WORKLIST_FILTER, GW_TIMEOUT, GW_FRAMING (incomplete)
 */
export async function admit(exchange: Exchange, request: IncomingMessage, asked: Asked): Promise<Admitted> {
  const { matched, headers, query } = asked;
  const { operation } = matched;
  requireParameters(operation, query);
  requireIfMatch(operation, headers.ifMatch);
  checkMediaType(operation, headers.contentType, headers.contentEncoding);

  const body = await readBody(request, operation.body);
  exchange.requestBytes = body?.length ?? 0;
  const json = body !== null && operation.body?.kind === 'json' ? parseStrictJson(body) : null;
  const filtered = operation.interaction === 'A008' && asked.accessMode === 'application-restricted';
  const { subject } = operation;
  const subjects: Subject[] = [];
  if (subject.from === 'path')
    subjects.push({ kind: 'ubrn', value: matched.parameters[subject.parameter] ?? '' });
  if (subject.from === 'query') subjects.push(...single(ubrnIn(query.get(subject.parameter))));
  if (subject.from === 'body' && json !== null) subjects.push(...bodySubjects(subject.find, json));
  return {
    matched,
    headers,
    path: renderPath(matched) + renderQuery(operation, query),
    body,
    bodySha256: body === null ? null : createHash('sha256').update(body).digest('hex'),
    subjects,
    subjectSource: subject.from ?? `none: ${subject.why}`,
    worklistService: filtered && json !== null ? requireWorklistFilter(json) : null,
  };
}

function single(subject: Subject | null): Subject[] {
  return subject === null ? [] : [subject];
}
