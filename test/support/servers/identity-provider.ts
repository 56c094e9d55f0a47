/** An identity provider with one person, which a test can make answer like a broken or hostile one. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SignJWT } from 'jose';

export interface IdentityProvider {
  readonly issuer: string;
  /** Claims of the next ID token, in addition to those that every ID token has. */
  claims: Record<string, unknown>;
  /** Overrides members of the discovery document. */
  metadata: Record<string, unknown>;
  /** What the token endpoint returns instead of tokens. */
  tokenRefusal: { readonly status: number; readonly body: object } | null;
  /** The forms sent to the token endpoint. */
  readonly tokenRequests: URLSearchParams[];
  close(): Promise<void>;
}

/** It accepts a code any number of times, since the relying party must make sure that a sign-in is finished once. */
export async function startIdentityProvider(nowMs: () => number): Promise<IdentityProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const requests = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: IdentityProvider = {
    issuer,
    claims: {},
    metadata: {},
    tokenRefusal: null,
    tokenRequests: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };

  function idToken(code: string | null): Promise<string> {
    const request = requests.get(code ?? '');
    const nowS = Math.floor(nowMs() / 1000);
    return new SignJWT({
      iss: issuer,
      sub: 'person-1',
      aud: request?.get('client_id') ?? '',
      nonce: request?.get('nonce'),
      iat: nowS,
      exp: nowS + 300,
      ...provider.claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(privateKey);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', issuer);
    const json = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    if (pathname === '/authorize') {
      const code = `code-${requests.size}`;
      requests.set(code, searchParams);
      const callback = new URL(searchParams.get('redirect_uri') ?? '');
      callback.search = new URLSearchParams({ code, state: searchParams.get('state') ?? '' }).toString();
      response.writeHead(302, { Location: callback.href }).end();
    } else if (pathname === '/token') {
      const form = new URLSearchParams(await text(request));
      provider.tokenRequests.push(form);
      const { tokenRefusal } = provider;
      if (tokenRefusal !== null) json(tokenRefusal.status, tokenRefusal.body);
      else json(200, { access_token: 'a', token_type: 'Bearer', id_token: await idToken(form.get('code')) });
    } else if (pathname === '/jwks') {
      json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] });
    } else {
      json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        ...provider.metadata,
      });
    }
  }
  return provider;
}
