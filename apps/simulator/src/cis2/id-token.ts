import { createHash, randomUUID } from 'node:crypto';
import type { World } from '../world.js';
import type { Cis2Client } from './clients.js';
import type { Person } from '../people/person.js';
import type { SignIn } from './sign-ins.js';
import type { Json } from './signing-keys.js';
import { signChanged, type TokenChange } from './token-change.js';

/** How somebody authenticated, by assurance level. */
const METHODS: Readonly<Record<number, string>> = {
  1: 'PASSWORD',
  2: 'AUTHENTICATOR_APP',
  3: 'N3_SMARTCARD',
};

export interface IdTokenRequest {
  readonly client: Cis2Client;
  readonly person: Person;
  readonly signIn: SignIn;
  readonly nonce?: string;
  /** The access token that is issued with it, of which at_hash is the hash. */
  readonly accessToken?: string;
}

/** An ID token with the claims of docs/reference/protocol-facts.md §7, and with what a test has changed in it. */
export function idToken(world: World, request: IdTokenRequest, change: TokenChange = {}): string {
  const isCis1 = request.person.service === 'cis1';
  const keys = isCis1 ? world.cis2.cis1Keys : world.cis2.keys;
  const { idTokenAlgorithm } = request.client;
  const header = { typ: 'JWT', alg: idTokenAlgorithm, kid: keys.kid };
  return signChanged(keys, header, claimsOf(world, request), change);
}

function claimsOf(world: World, { client, person, signIn, nonce, accessToken }: IdTokenRequest): Json {
  const iatS = Math.floor(world.clock.nowMs() / 1000);
  const level = (value: number) => (person.numericLevels ? value : String(value));
  const isCis1 = person.service === 'cis1';
  return {
    iss: isCis1 ? world.addresses.cis1Issuer : world.addresses.cis2Issuer,
    sub: person.userId,
    aud: client.clientId,
    azp: client.clientId,
    exp: iatS + Math.floor(world.settings.idTokenLifeMs / 1000),
    iat: iatS,
    auth_time: Math.floor(signIn.authTimeMs / 1000),
    ...(nonce === undefined ? {} : { nonce }),
    ...(accessToken === undefined ? {} : { at_hash: halfHash(client.idTokenAlgorithm, accessToken) }),
    acr: signIn.acr,
    amr: [METHODS[signIn.aal] ?? METHODS[1]],
    id_assurance_level: level(person.ial),
    authentication_assurance_level: level(signIn.aal),
    sid: signIn.sid,
    realm: isCis1 ? '/CIS1' : '/NHSIdentity/Healthcare',
    tokenName: 'id_token',
    tokenType: 'JWTToken',
    auditTrackingId: randomUUID(),
  };
}

/** The left half of the hash that belongs to the algorithm (OpenID Connect Core 3.1.3.6). */
function halfHash(algorithm: string, value: string): string {
  const hash = createHash(`sha${algorithm.slice(2)}`)
    .update(value)
    .digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}
