import type { Adapter, AdapterPayload, ClientMetadata } from 'oidc-provider';
import type { Cis2Client, Cis2Clients } from './clients.js';

/** Keeps what the OpenID provider stores, in memory; clients are read from the current registrations. */
export function providerStore(clients: Cis2Clients): (model: string) => Adapter {
  return (model) =>
    model === 'Client'
      ? {
          ...inMemory(),
          find: (id) => {
            const client = clients.get(id);
            return Promise.resolve(client === undefined ? undefined : metadataOf(client));
          },
        }
      : inMemory();
}

const AUTH_METHODS = {
  private_key_jwt: 'private_key_jwt',
  client_secret: 'client_secret_post',
  client_secret_basic: 'client_secret_basic',
} as const;

function metadataOf(client: Cis2Client): ClientMetadata {
  const { clientId, redirectUris, auth, signingAlgorithm, jwksUrl, clientSecret, idTokenAlgorithm } = client;
  return {
    client_id: clientId,
    redirect_uris: [...redirectUris],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: AUTH_METHODS[auth],
    id_token_signed_response_alg: idTokenAlgorithm,
    ...(auth === 'private_key_jwt'
      ? { token_endpoint_auth_signing_alg: signingAlgorithm, jwks_uri: jwksUrl ?? '' }
      : { client_secret: clientSecret ?? '' }),
    revision: client.revision,
  };
}

function inMemory(): Adapter {
  const entries = new Map<string, { payload: AdapterPayload; expiresAtMs: number }>();
  const live = (id: string) => {
    const entry = entries.get(id);
    return entry !== undefined && entry.expiresAtMs > Date.now() ? entry.payload : undefined;
  };
  const forgetOld = () => {
    if (entries.size % 1_000 !== 999) return;
    for (const [id, { expiresAtMs }] of entries) if (expiresAtMs <= Date.now()) entries.delete(id);
  };
  return {
    upsert: (id, payload, expiresInS = 3_600) => {
      forgetOld();
      entries.set(id, { payload, expiresAtMs: Date.now() + expiresInS * 1000 });
      return Promise.resolve();
    },
    find: (id) => Promise.resolve(live(id)),
    findByUid: (uid) => {
      for (const id of entries.keys()) if (live(id)?.uid === uid) return Promise.resolve(live(id));
      return Promise.resolve(undefined);
    },
    findByUserCode: () => Promise.resolve(undefined),
    consume: (id) => {
      const payload = live(id);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      return Promise.resolve();
    },
    destroy: (id) => {
      entries.delete(id);
      return Promise.resolve();
    },
    revokeByGrantId: (grantId) => {
      for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id);
      return Promise.resolve();
    },
  };
}
