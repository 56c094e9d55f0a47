import { verify } from 'node:crypto';
import type { Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { decodeAssertion, type ClientAssertion } from './client-assertion.js';
import { tokenError, type TokenErrorName } from './token-errors.js';
import { publicKeyOf } from './verified-assertion.js';

const DIGESTS: Readonly<Record<string, string>> = { RS256: 'sha256', RS512: 'sha512' };

/**
 * The first fault of an ID token before its signature is checked, in APIM's order (docs/reference/protocol-facts.md
 * §5): kid, typ, alg, exp, iss, aud, then whether the issuer is the configured one. `aud` must be there, and is never
 * compared with anything.
 */
export function subjectTokenFault(
  { header, claims }: ClientAssertion,
  nowMs: number,
  issuer: string,
): TokenErrorName | undefined {
  if (!header['kid']) return 'subjectKid';
  if (typeof header['typ'] !== 'string' || header['typ'].toLowerCase() !== 'jwt') return 'subjectTyp';
  if (!header['alg']) return 'subjectAlgMissing';
  const { exp, iss, aud } = claims as { exp?: unknown; iss?: unknown; aud?: unknown };
  if (!exp) return 'subjectExpMissing';
  if (typeof exp !== 'number') return 'subjectExpType';
  if (nowMs > exp * 1000) return 'subjectExpired';
  if (!iss) return 'subjectIssMissing';
  if (!aud) return 'subjectAudMissing';
  return iss === issuer ? undefined : 'subjectIss';
}

/** The claims of a subject token that passes every check. */
export async function verifySubjectToken(
  world: World,
  form: URLSearchParams,
): Promise<ClientAssertion | Reply> {
  const compact = form.get('subject_token');
  if (!compact) return tokenError('subjectMissing');
  const token = decodeAssertion(compact);
  if (token === undefined) return tokenError('subjectMalformed');
  const fault = subjectTokenFault(token, world.clock.nowMs(), world.addresses.cis2Issuer);
  if (fault !== undefined) return tokenError(fault);
  const keys = await world.cis2Jwks.keysFor(token.header['kid']);
  if (keys === 'unreachable') return tokenError('unknown');
  const key = publicKeyOf(keys, token.header['kid']);
  if (key === undefined) return tokenError('subjectKidUnknown');
  const digest = DIGESTS[String(token.header['alg'])];
  if (digest === undefined) return tokenError('subjectAlg');
  return verify(digest, token.signingInput, key, token.signature) ? token : tokenError('signature');
}
