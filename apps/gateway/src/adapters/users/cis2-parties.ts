/** Gatehouse as a client of CIS2: one relying party for a product in an environment, as the registry says. */
import type { Database } from '@gatehouse/db/client';
import { openIdAssertion } from '@gatehouse/domain/apim/openid-assertion';
import { GatewayError } from '@gatehouse/domain/errors';
import { activeCis2Client, signingKeyFor } from '@gatehouse/domain/registry/cis2-client';
import type { Cis2Client, Snapshot } from '@gatehouse/domain/registry/registry';
import { ACR_VALUES, type AssuranceLevel, MAX_AGE_S } from '@gatehouse/domain/users/id-token';
import { randomUUID } from 'node:crypto';
import type { Kms } from '../kms/kms.js';
import type { SecretBox } from '../kms/secret-box.js';
import { clientAuthentication, privateKeyAuthentication } from '../people/openid/client-authentication.js';
import type { RelyingParty } from '../people/openid/relying-party.js';
import { CIS2_ALGORITHMS } from './id-tokens.js';

export interface Cis2Product {
  readonly environment: string;
  readonly product: string;
}

export interface Cis2Parties {
  /**
   * The one that signs users in.
   * @throws GW_CIS2_CLIENT if Gatehouse signs nobody in for the product; GW_KEY_MISSING if it can't prove itself;
   *   GW_SIGNING_UNAVAILABLE if KMS is needed and does not answer
   */
  toSignIn(login: Cis2Product & { readonly minimumLevel: AssuranceLevel }): Promise<RelyingParty>;
  /** The issuer and client that tokens of the product must name. @throws GW_CIS2_CLIENT */
  expected(product: Cis2Product): { readonly issuer: string; readonly clientId: string };
}

export interface Cis2PartyOptions {
  readonly snapshot: () => Snapshot | null;
  readonly issuerOf: (environment: string) => string | undefined;
  readonly db: Pick<Database, 'cis2Client'>;
  readonly box: Pick<SecretBox, 'open'>;
  readonly kms: Pick<Kms, 'signOpenIdAssertion'>;
  readonly redirectUri: string;
  readonly now: () => number;
}

const SCOPES = ['profile', 'nhsperson', 'nationalrbacaccess', 'associatedorgs'];

export function createCis2Parties(options: Cis2PartyOptions): Cis2Parties {
  const { db, box, kms, now } = options;

  function registered(product: Cis2Product): { readonly issuer: string; readonly client: Cis2Client } {
    const snapshot = options.snapshot();
    const client = snapshot === null ? null : activeCis2Client(snapshot, product);
    const issuer = options.issuerOf(product.environment);
    if (client === null || issuer === undefined) throw new GatewayError('GW_CIS2_CLIENT');
    return { issuer, client };
  }

  async function secretOf({ id }: Cis2Client): Promise<string> {
    const row = await db.cis2Client.findUnique({ where: { id } });
    if (row === null || row.clientSecretSealed === null)
      throw new GatewayError('GW_KEY_MISSING', { detail: 'the CIS2 client has no client secret' });
    return box.open(row.clientSecretSealed, id).catch((cause: unknown) => {
      throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail: 'client secret not opened', cause });
    });
  }

  function keyAuthentication(client: Cis2Client): RelyingParty['authenticateClient'] {
    const key = signingKeyFor(client);
    if (key === null)
      throw new GatewayError('GW_KEY_MISSING', { detail: 'the CIS2 client has no active key' });
    const sign: Parameters<typeof privateKeyAuthentication>[0]['sign'] = (clientId, tokenUrl, algorithm) => {
      const assertion = { algorithm, kid: key.kid, clientId, tokenUrl, jti: randomUUID(), nowMs: now() };
      return kms.signOpenIdAssertion(key, openIdAssertion(assertion));
    };
    return privateKeyAuthentication({ sign }, client.signingAlgorithm);
  }

  return {
    async toSignIn({ minimumLevel, ...product }) {
      const { issuer, client } = registered(product);
      if (client.auth === 'supplier') throw new GatewayError('GW_CIS2_CLIENT');
      const clientSecret = client.auth === 'client_secret' ? await secretOf(client) : null;
      return {
        name: `cis2 ${product.environment}/${product.product}`,
        issuer,
        clientId: client.clientId,
        authenticateClient:
          clientSecret === null
            ? keyAuthentication(client)
            : clientAuthentication({ clientSecret, clientAuth: undefined }),
        clientSecret,
        redirectUri: options.redirectUri,
        scopes: SCOPES,
        acrValues: [ACR_VALUES[minimumLevel]],
        requiredAcr: [],
        maxAgeS: MAX_AGE_S,
        algorithms: CIS2_ALGORITHMS,
      };
    },

    expected(product) {
      const { issuer, client } = registered(product);
      return { issuer, clientId: client.clientId };
    },
  };
}
