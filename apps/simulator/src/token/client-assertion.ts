import type { TokenErrorName } from './token-errors.js';

/** A client assertion, decoded but not yet verified. */
export interface ClientAssertion {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** The latest `exp` that is accepted: in five minutes, and ten seconds of grace (validate-client-assertion-claims.js). */
export const MAX_EXP_AHEAD_S = 310;

/** Decodes the three parts of a JWT; undefined when it isn't one. */
export function decodeAssertion(compact: string): ClientAssertion | undefined {
  const parts = compact.split('.');
  const [header, claims, signature] = parts;
  if (parts.length !== 3 || !header || !claims || signature === undefined) return undefined;
  const decodedHeader = decodePart(header);
  const decodedClaims = decodePart(claims);
  if (decodedHeader === undefined || decodedClaims === undefined) return undefined;
  return {
    header: decodedHeader,
    claims: decodedClaims,
    signingInput: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/**
 * The first fault of an assertion, in APIM's order (docs/reference/protocol-facts.md §3.1): alg, expired, kid, typ,
 * exp missing, exp type, iss/sub, jti missing, jti type, jti reuse, exp too far. Truthiness and coercion are those
 * of the original JavaScript: an `exp` that is a numeric string in the past counts as expired before its type is checked.
 */
export function assertionFault(
  { header, claims }: ClientAssertion,
  nowMs: number,
  isUsed: (clientId: string, jti: string) => boolean,
): TokenErrorName | undefined {
  if (!header['alg']) return 'algMissing';
  if (header['alg'] !== 'RS512') return 'algInvalid';
  const { exp, iss, sub, jti } = claims as { exp?: unknown; iss?: unknown; sub?: unknown; jti?: unknown };
  if (nowMs > Number(exp ?? Number.NaN) * 1000) return 'expired';
  if (!header['kid']) return 'kidMissing';
  if (typeof header['typ'] !== 'string' || header['typ'].toLowerCase() !== 'jwt') return 'typInvalid';
  if (!exp) return 'expMissing';
  if (typeof exp !== 'number') return 'expType';
  if (!iss || iss !== sub) return 'issSub';
  if (!jti) return 'jtiMissing';
  if (typeof jti !== 'string') return 'jtiType';
  if (isUsed(clientIdOf({ claims }), jti)) return 'jtiReused';
  if (exp - Math.floor(nowMs / 1000) > MAX_EXP_AHEAD_S) return 'expTooFar';
  return undefined;
}

/** The client id of an assertion: its `iss`, of whatever type. */
export function clientIdOf({ claims }: Pick<ClientAssertion, 'claims'>): string {
  const { iss } = claims as { iss?: unknown };
  return typeof iss === 'string' ? iss : JSON.stringify(iss);
}

function decodePart(part: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
