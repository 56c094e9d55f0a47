/**
 * Identity providers by OpenID Connect: discovery, the exchange of a code, and every check of an ID token. openid-client
 * does what the standard says of all three; id-token.ts adds what it leaves to its caller.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  clockSkew,
  clockTolerance,
  Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type ExportedJWKSCache,
  fetchUserInfo,
  getJwksCache,
  None,
  type ServerMetadata,
  setJwksCache,
} from 'openid-client';
import { boundedFetch } from './bounded-fetch.js';
import { checkIdToken, type SignedIn, SKEW_S } from './id-token.js';
import { misconfigured, providerFault } from './provider-fault.js';
import type { RelyingParty } from './relying-party.js';

/** What the callback is checked against; the browser that began keeps it. */
export interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface OpenIdProviders {
  /** @throws ProviderFault if the provider can't be reached or may not be used as it is set up */
  endpoints(party: RelyingParty): Promise<{ readonly authorizationUrl: string; readonly tokenUrl: string }>;
  /**
   * Exchanges the code of a callback. A code can be used once.
   * @param callback the query with which the browser came back
   * @throws ProviderFault if the provider reports an error, or any check of state, answer or ID token fails
   */
  exchange(party: RelyingParty, callback: URLSearchParams, secrets: SignInSecrets): Promise<SignedIn>;
  /**
   * The person's name, by userinfo.
   * @param subject the `sub` of their ID token, which userinfo must have too
   * @returns null if the provider does not say
   */
  nameOf(party: RelyingParty, accessToken: string, subject: string): Promise<string | null>;
}

const TIMEOUT_S = 5;
const MAX_ANSWER_BYTES = 256 * 1024;
const fetchWhole = boundedFetch(MAX_ANSWER_BYTES);
// The options are those of fetch, with undefined spelt out.
const fetchAnswer: CustomFetch = (url, options) => fetchWhole(url, options as RequestInit);
const METADATA_MS = 600_000;
const MAX_NAME_LENGTH = 200;

/** For development: in production the settings refuse an issuer without TLS. */
// oxlint-disable-next-line typescript/no-deprecated -- marked as deprecated only to make it stand out
const allowPlainHttp: (config: Configuration) => void = allowInsecureRequests;

/** What has been learnt about one issuer. */
interface Known {
  readonly metadata: Promise<ServerMetadata>;
  readonly untilMs: number;
  keys: ExportedJWKSCache | null;
}

export function openIdProviders(now: () => number): OpenIdProviders {
  const issuers = new Map<string, Known>();

  function discovered(party: RelyingParty): Known {
    const before = issuers.get(party.issuer);
    if (before !== undefined && now() < before.untilMs) return before;
    const known = { metadata: discover(party), untilMs: now() + METADATA_MS, keys: before?.keys ?? null };
    issuers.set(party.issuer, known);
    // So that the next sign-in tries again.
    known.metadata.catch(() => {
      if (issuers.get(party.issuer) === known) issuers.delete(party.issuer);
    });
    return known;
  }

  return {
    async endpoints(party) {
      const { authorization_endpoint: authorizationUrl, token_endpoint: tokenUrl } =
        await discovered(party).metadata;
      if (authorizationUrl === undefined || tokenUrl === undefined)
        throw misconfigured('the discovery document names no authorization or no token endpoint');
      return { authorizationUrl, tokenUrl };
    },

    async exchange(party, callback, { state, nonce, codeVerifier }) {
      const known = discovered(party);
      const config = configurationOf(party, await known.metadata, now());
      if (known.keys !== null) setJwksCache(config, known.keys);
      // From the settings, not from the Host header, which the sender may choose.
      const url = new URL(`?${callback.toString()}`, party.redirectUri);
      try {
        const tokens = await authorizationCodeGrant(config, url, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
          ...(party.maxAgeS === null ? {} : { maxAge: party.maxAgeS }),
        });
        const claims = tokens.claims();
        if (claims === undefined || tokens.id_token === undefined) throw new Error('no ID token');
        const signedIn = {
          claims,
          idToken: tokens.id_token,
          accessToken: tokens.access_token,
          refreshToken: tokens.refresh_token ?? null,
        };
        checkIdToken(party, signedIn, now());
        return signedIn;
      } catch (error) {
        const fault = await providerFault(error, 'refused');
        throw fault.without([party.clientSecret, callback.get('code'), codeVerifier]);
      } finally {
        known.keys = getJwksCache(config) ?? null;
      }
    },

    async nameOf(party, accessToken, subject) {
      const config = configurationOf(party, await discovered(party).metadata, now());
      if (config.serverMetadata().userinfo_endpoint === undefined) return null;
      try {
        const { name } = await fetchUserInfo(config, accessToken, subject);
        return typeof name === 'string' && name !== '' ? name.slice(0, MAX_NAME_LENGTH) : null;
      } catch (error) {
        throw (await providerFault(error, 'refused')).without([accessToken]);
      }
    },
  };
}

async function discover(party: RelyingParty): Promise<ServerMetadata> {
  const isSecure = new URL(party.issuer).protocol === 'https:';
  let metadata: ServerMetadata;
  try {
    // Given the address of the document, openid-client leaves the comparison of the issuer to us. Its own accepts an
    // issuer that differs by a slash, and a template that serves many tenants.
    const url = new URL(`${party.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const config = await discovery(url, party.clientId, undefined, None(), {
      timeout: TIMEOUT_S,
      [customFetch]: fetchAnswer,
      execute: isSecure ? [] : [allowPlainHttp],
    });
    metadata = config.serverMetadata();
  } catch (error) {
    throw await providerFault(error, 'unavailable');
  }
  if (metadata.issuer !== party.issuer) throw misconfigured(issuerFault(party.issuer, metadata.issuer));
  const { authorization_endpoint, token_endpoint, jwks_uri } = metadata;
  const plain = [authorization_endpoint, token_endpoint, jwks_uri].filter(
    (url) => url !== undefined && !url.startsWith('https:'),
  );
  if (isSecure && plain.length > 0)
    throw misconfigured('the issuer is https, and names endpoints that are not');
  return metadata;
}

function issuerFault(expected: string, named: string): string {
  const isSlash = named.replace(/\/$/, '') === expected.replace(/\/$/, '');
  const difference = isSlash
    ? `${named.endsWith('/') ? 'with' : 'without'} a slash at the end; write the issuer exactly so`
    : 'which is another one';
  return `the provider at ${expected} calls itself ${named.slice(0, 200)}, ${difference}`;
}

function configurationOf(party: RelyingParty, metadata: ServerMetadata, nowMs: number): Configuration {
  const config = new Configuration(
    // Whatever algorithms the provider has, only those that we accept.
    { ...metadata, id_token_signing_alg_values_supported: [...party.algorithms] },
    party.clientId,
    { [clockSkew]: Math.round((nowMs - Date.now()) / 1000), [clockTolerance]: SKEW_S },
    party.authenticateClient,
  );
  config.timeout = TIMEOUT_S;
  config[customFetch] = fetchAnswer;
  if (new URL(party.issuer).protocol === 'http:') allowPlainHttp(config);
  // Without this the signature of an ID token that came over TLS isn't verified.
  enableNonRepudiationChecks(config);
  return config;
}
