/**
 * Workload JWTs (RFC 8725) as an alternative to client keys, so that a service on Kubernetes or a cloud needs no
 * secret of ours. Only issuers that some client is bound to are ever asked for keys.
 */
import { decodeJwt, errors, jwtVerify } from 'jose';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import { workloadKey } from '@gatehouse/domain/registry/registry';
import { createIssuerKeys } from './issuer-keys.js';

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
/** A token that lives longer than a day is no workload identity but a password. */
const MAX_LIFE_S = 86_400;

export function createWorkloadVerifier(options: {
  readonly now: () => number;
  readonly timeoutMs: number;
  readonly onFault: (issuer: string, reason: string) => void;
}): WorkloadVerifier {
  const keySetOf = createIssuerKeys(options);

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
