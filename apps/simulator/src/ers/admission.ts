import type { BackEndIdentity } from '../apim/back-end-identity.js';
import { requestHeader, type Exchange } from '../wire/exchange.js';
import { NO_BYTES, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { ErsError, notAcceptable, unsupportedMediaType } from './ers-errors.js';
import type { InteractionRow } from './interactions.js';

const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';

/** Checks the media types, then the caller: returns a text/plain rejection, throws an ErsError, or returns nothing. */
export function admit(
  world: World,
  exchange: Exchange,
  row: InteractionRow,
  identity: BackEndIdentity,
  isR4: boolean,
): Reply | undefined {
  if (row.produces !== undefined && !accepts(requestHeader(exchange, 'accept'), row.produces))
    return notAcceptable();
  if (row.consumes !== undefined) {
    const mediaType =
      (requestHeader(exchange, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (!row.consumes.includes(mediaType)) return unsupportedMediaType();
  }
  if (identity.accessMode === 'application-restricted') {
    // The sandbox knows no applications and so no capabilities.
    if (world.settings.authorisation === 'required') requireApplicationFunction(row, identity, isR4);
  } else requireUserFunction(world, row, identity, isR4);
  return undefined;
}

/** Capability: referrer applications have the referrer's interactions, provider ones the provider's (notes.capabilityMatrix). */
function requireApplicationFunction(row: InteractionRow, identity: BackEndIdentity, isR4: boolean): void {
  if (!row.applicationFunctions.includes(identity.businessFunction)) {
    throw forbidden(
      isR4,
      `Business function ${identity.businessFunction} is not permitted to perform this action`,
    );
  }
  if (identity.odsCode === '' || identity.userId === '')
    throw forbidden(isR4, 'The application is not linked to an organisation and a user');
}

function requireUserFunction(
  world: World,
  row: InteractionRow,
  identity: BackEndIdentity,
  isR4: boolean,
): void {
  if (row.userFunctions.length === 0) return;
  const { odsCode, businessFunction, userId } = identity;
  if (odsCode === '') throw noAccess(isR4, 'The organisation is missing: NHSD-End-User-Organisation-ODS');
  if (businessFunction === '')
    throw noAccess(isR4, 'The business function is missing: NHSD-eRS-Business-Function');
  if (!row.userFunctions.includes(businessFunction)) {
    throw forbidden(isR4, `Business function ${businessFunction} is not permitted to perform this action`);
  }
  if (!world.ers.userHas(userId, odsCode, businessFunction)) {
    throw noAccess(
      isR4,
      `User does not have business function ${businessFunction} at organisation ${odsCode}`,
    );
  }
  requireOnBehalfOf(world, row, identity, isR4);
}

/**
 * SERVICE_PROVIDER_CLINICIAN_ADMIN names the person for whom it acts, and nobody else does. A040, which finds out for
 * whom, is called without (docs/reference/protocol-facts.md §2).
 */
function requireOnBehalfOf(
  world: World,
  row: InteractionRow,
  { businessFunction, userId, onBehalfOfUserId }: BackEndIdentity,
  isR4: boolean,
): void {
  const isNeeded = businessFunction === SPCA && row.onBehalfOf;
  if (isNeeded && onBehalfOfUserId === undefined) {
    throw forbidden(
      isR4,
      `Business function ${SPCA} must act on behalf of a user: NHSD-eRS-On-Behalf-Of-User-ID`,
    );
  }
  if (onBehalfOfUserId === undefined) return;
  if (!isNeeded) throw forbidden(isR4, `${row.id} as ${businessFunction} must not act on behalf of a user`);
  if (!world.ers.mayActFor(userId, onBehalfOfUserId))
    throw noAccess(isR4, `User may not act on behalf of user ${onBehalfOfUserId}`);
}

/** The JSON body of an interaction that takes one. */
export function parseBody(
  exchange: Exchange,
  row: InteractionRow,
  isR4: boolean,
): Readonly<Record<string, unknown>> {
  if (row.consumes?.[0] !== 'application/fhir+json') return {};
  try {
    const value: unknown = JSON.parse(
      (exchange.body.length === 0 ? NO_BYTES : exchange.body).toString('utf8'),
    );
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Bytes that aren't JSON are rejected below, like JSON that isn't an object.
  }
  throw new ErsError(400, isR4 ? 'REC_BAD_REQUEST' : undefined, 'The request body is not a JSON object');
}

function forbidden(isR4: boolean, diagnostics: string): ErsError {
  return new ErsError(403, isR4 ? 'REC_FORBIDDEN' : 'FORBIDDEN', diagnostics);
}

function noAccess(isR4: boolean, diagnostics: string): ErsError {
  return new ErsError(403, isR4 ? 'ACCESS_DENIED' : 'NO_ACCESS', diagnostics);
}

function accepts(accept: string | undefined, produces: string): boolean {
  if (accept === undefined || accept === '' || accept === '*/*' || produces === '*/*' || accept === produces)
    return true;
  const family = `${produces.split('/', 1)[0] ?? ''}/*`;
  return accept.split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return (type === '*/*' || type === family || type === produces) && !parameters.includes('q=0');
  });
}
