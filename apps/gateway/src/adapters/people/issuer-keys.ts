/**
 * Public keys of workload issuers, by OpenID Connect discovery. Every answer has a limit of time and size, and an issuer
 * that failed is left alone for a while: a token that names it can't make each request wait for it.
 */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { boundedFetch } from './openid/bounded-fetch.js';

const MAX_ISSUERS = 100;
const MAX_ANSWER_BYTES = 256 * 1024;
const RETRY_AFTER_MS = 30_000;

interface Options {
  /** Epoch ms. */
  readonly now: () => number;
  /** For one answer, its body included. */
  readonly timeoutMs: number;
}

/**
 * @returns the key set of an issuer
 * @throws what the last attempt threw, for 30 s without another one
 */
export function createIssuerKeys(options: Options): (issuer: string) => Promise<JWTVerifyGetKey> {
  const keySets = new Map<string, () => Promise<JWTVerifyGetKey>>();
  return (issuer) => {
    let keySetOf = keySets.get(issuer);
    if (keySetOf === undefined) {
      if (keySets.size >= MAX_ISSUERS) keySets.clear();
      keySetOf = keptUnlessFailed(() => discover(issuer, options), options.now);
      keySets.set(issuer, keySetOf);
    }
    return keySetOf();
  };
}

/** Runs `work` once and keeps what it returns; what it throws is kept for `RETRY_AFTER_MS`. */
function keptUnlessFailed<T>(work: () => Promise<T>, now: () => number): () => Promise<T> {
  let result: Promise<T> | undefined;
  let failedAtMs = Infinity;
  return () => {
    if (result === undefined || now() - failedAtMs >= RETRY_AFTER_MS) {
      failedAtMs = Infinity;
      result = work();
      result.catch(() => {
        failedAtMs = now();
      });
    }
    return result;
  };
}

/** The issuer's own word on its name must match. */
async function discover(issuer: string, { now, timeoutMs }: Options): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetchJson(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  const metadata = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown } | null;
  const jwksUri = metadata?.jwks_uri;
  if (metadata?.issuer !== issuer || typeof jwksUri !== 'string') {
    throw new Error('discovery document of another issuer');
  }
  if (issuer.startsWith('https:') && !jwksUri.startsWith('https:')) throw new Error('keys without TLS');
  return createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: timeoutMs,
    cooldownDuration: 30_000,
    [customFetch]: failingFast(fetchJson, now),
  });
}

type Fetch = ReturnType<typeof boundedFetch>;

const fetchBounded = boundedFetch(MAX_ANSWER_BYTES);

/** @throws for an answer that is no JSON, or not 200 */
const fetchJson: Fetch = async (url, options) => {
  const answer = await fetchBounded(url, options);
  if (answer.status !== 200) throw new Error('the issuer did not answer with 200');
  JSON.parse(await answer.clone().text());
  return answer;
};

/** Only what the issuer does counts as a failure: no token can make this refuse another one. */
function failingFast(fetchKeys: Fetch, now: () => number): Fetch {
  let failure: { readonly error: unknown; readonly atMs: number } | null = null;
  return async (url, options) => {
    if (failure !== null && now() - failure.atMs < RETRY_AFTER_MS) throw failure.error;
    try {
      return await fetchKeys(url, options);
    } catch (error) {
      failure = { error, atMs: now() };
      throw error;
    }
  };
}
