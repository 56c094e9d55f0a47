/**
 * Workload JWTs (RFC 8725) as an alternative to client keys, so that a service on Kubernetes or a cloud needs no
 * secret of ours. Only issuers that some client is bound to are ever asked for keys.
 */
import { createRemoteJWKSet, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import { workloadKey } from '@gatehouse/domain/registry/registry';

export interface WorkloadIdentity {
  readonly issuer: string;
  readonly subject: string;
}

export interface WorkloadVerifier {
  /**
   * Null for anything but a valid, unexpired token of a bound issuer, subject and audience.
   * Throws nothing: an issuer that can't be reached is a token that can't be verified.
   */
  verify(token: string, snapshot: Snapshot): Promise<WorkloadIdentity | null>;
}

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const MAX_TOKEN_LENGTH = 8_192;
const MAX_ISSUERS = 100;
/** A token that lives longer than a day is no workload identity but a password. */
const MAX_LIFE_S = 86_400;

export function createWorkloadVerifier(options: {
  readonly now: () => number;
  readonly timeoutMs: number;
  readonly onFault: (issuer: string, reason: string) => void;
}): WorkloadVerifier {
  const keySets = new Map<string, Promise<JWTVerifyGetKey>>();

  const keySetOf = async (issuer: string): Promise<JWTVerifyGetKey> => {
    let found = keySets.get(issuer);
    if (found === undefined) {
      if (keySets.size >= MAX_ISSUERS) keySets.clear();
      found = discover(issuer, options.timeoutMs);
      keySets.set(issuer, found);
      found.catch(() => keySets.delete(issuer));
    }
    return found;
  };

  return {
    async verify(token, snapshot) {
      if (token.length > MAX_TOKEN_LENGTH) return null;
      let claimed: { iss?: string; sub?: string };
      try {
        claimed = decodeJwt(token);
      } catch {
        return null;
      }
      if (typeof claimed.iss !== 'string' || typeof claimed.sub !== 'string') return null;
      const clientId = snapshot.workloads.get(workloadKey(claimed.iss, claimed.sub));
      const workload = clientId === undefined ? null : (snapshot.clients.get(clientId)?.workload ?? null);
      if (workload === null) return null;
      try {
        const { payload } = await jwtVerify(token, await keySetOf(workload.issuer), {
          algorithms: ALGORITHMS,
          issuer: workload.issuer,
          audience: workload.audience,
          subject: workload.subject,
          requiredClaims: ['exp', 'iat'],
          clockTolerance: 10,
          currentDate: new Date(options.now()),
        });
        const lifeS = (payload.exp ?? Infinity) - (payload.iat ?? 0);
        // An ID token is meant for a client that signed a user in, not for a service (RFC 8725 §3.12).
        if (lifeS > MAX_LIFE_S || payload['nonce'] !== undefined) return null;
        return { issuer: workload.issuer, subject: workload.subject };
      } catch (error) {
        options.onFault(workload.issuer, error instanceof errors.JOSEError ? error.code : 'unreachable');
        return null;
      }
    },
  };
}

/** The issuer's keys by OpenID Connect discovery; the issuer's own word on its name must match. */
async function discover(issuer: string, timeoutMs: number): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  const metadata = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (metadata.issuer !== issuer || typeof metadata.jwks_uri !== 'string') {
    throw new Error('discovery document of another issuer');
  }
  if (issuer.startsWith('https:') && !metadata.jwks_uri.startsWith('https:'))
    throw new Error('keys without TLS');
  return createRemoteJWKSet(new URL(metadata.jwks_uri), {
    timeoutDuration: timeoutMs,
    cooldownDuration: 30_000,
  });
}
