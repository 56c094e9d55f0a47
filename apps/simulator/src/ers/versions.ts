import { FHIR_JSON } from '../apim/apim-errors.js';
import { requestHeader } from '../wire/exchange.js';
import type { Reply } from '../wire/reply.js';
import { notFound, type ErsCall } from './call.js';
import { ErsError, ersOutcome } from './ers-errors.js';
import { currentVersion, type Versioned } from './records/versioned.js';

/** Serves a version (the current one without `version`), with its weak ETag. */
export function serveVersion(resource: Versioned, what: string, version?: string, status = 200): Reply {
  const n =
    version === undefined ? resource.versions.length : /^[1-9]\d{0,8}$/.test(version) ? Number(version) : 0;
  const body = resource.versions[n - 1];
  if (body === undefined) return ersOutcome(false, notFound(false, `${what} version ${version ?? ''}`));
  return {
    status,
    headers: [
      ['Content-Type', FHIR_JSON],
      ['ETag', `W/"${n}"`],
    ],
    body,
  };
}

/**
 * Optimistic locking: If-Match is `W/"n"` and names the current version. Stale is 412, or 409 where the
 * specification lists no 412; a resource being edited in e-RS is 423.
 */
export function requireCurrent(call: ErsCall, resource: Versioned): void {
  const ifMatch = requestHeader(call.exchange, 'if-match');
  if (ifMatch === undefined) throw new ErsError(400, undefined, 'If-Match header is required');
  const version = /^W\/"([0-9]+)"$/.exec(ifMatch)?.[1];
  if (version === undefined) throw new ErsError(400, undefined, 'If-Match header must be of the form W/"n"');
  requireUnlocked(resource);
  if (Number(version) !== currentVersion(resource)) {
    throw new ErsError(
      call.row.staleStatus ?? 409,
      undefined,
      `Version ${version} is not the current version`,
    );
  }
}

export function requireUnlocked(resource: Versioned): void {
  if (resource.locked === true)
    throw new ErsError(423, undefined, 'The request is locked by another update; try again later');
}
