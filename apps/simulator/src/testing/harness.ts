import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Counters, RequestRecord } from '../request-log.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator.js';
import { rawRequest, sendRaw, type RawResponse } from './raw-request.js';

/** One signing key for all specs. Its strength doesn't matter here. */
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const signingKey = pair.privateKey;

export interface Harness extends AsyncDisposable {
  readonly sim: Simulator;
  /** The next answer of the JWKS server. */
  readonly jwks: {
    status: number;
    body: string;
    fetches: number;
    userAgent: string | undefined;
    delayMs: number;
  };
  readonly jwksUrl: string;
  control<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  requests(): Promise<RequestRecord[]>;
  counters(): Promise<Counters>;
  /** Registers the standard provider application with these changes. */
  putApp(
    apiKey: string,
    change?: { products?: string[]; attributes?: Record<string, string | undefined>; status?: string },
  ): Promise<void>;
  /** A token from the control API, application-restricted unless `user` is given. */
  token(apiKey: string, user?: Record<string, unknown>): Promise<string>;
  /** A request to the e-RS proxy as literal bytes. */
  ers(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<RawResponse>;
  tokenRequest(form: Record<string, string>, headers?: Record<string, string>): Promise<RawResponse>;
}

export async function startHarness(options: Partial<SimulatorOptions> = {}): Promise<Harness> {
  const ownDir = options.stateDir === undefined ? await mkdtemp(join(tmpdir(), 'simulator-')) : undefined;
  const sim = await startSimulator({
    stateDir: ownDir ?? '',
    rateLimits: false,
    keyPool: { dir: join(ownDir ?? options.stateDir ?? '', 'spare-keys'), spare: 0 },
    ...options,
  });
  const jwks: Harness['jwks'] = {
    status: 200,
    body: JSON.stringify({ keys: [publicJwk('test-1')] }),
    fetches: 0,
    userAgent: undefined,
    delayMs: 0,
  };
  const jwksServer = createServer((request, response) => {
    jwks.fetches += 1;
    jwks.userAgent = request.headers['user-agent'];
    setTimeout(() => response.writeHead(jwks.status).end(jwks.body), jwks.delayMs);
  });
  await new Promise<void>((resolve) => jwksServer.listen(0, '127.0.0.1', resolve));
  const jwksUrl = `http://127.0.0.1:${(jwksServer.address() as AddressInfo).port}/jwks/int/app.json`;

  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(sim.controlUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    sim,
    jwks,
    jwksUrl,
    control,
    requests: () => control('GET', '/requests?after=0'),
    counters: () => control('GET', '/counters'),
    putApp: async (apiKey, change = {}) => {
      await control('PUT', `/apps/${apiKey}`, {
        products: ['application-restricted', 'user-restricted'],
        ...change,
        attributes: {
          asid: '200000002454',
          'app-restricted-ods-code': 'R69',
          'app-restricted-user-id': '555073103100',
          'app-restricted-business-function': 'PROVIDER_AUTHORISED_APPLICATION',
          'jwks-resource-url': jwksUrl,
          ...change.attributes,
        },
      });
    },
    token: async (apiKey, user) => {
      const order = user === undefined ? { authType: 'app' } : { authType: 'user', ...user };
      return (await control<{ access_token: string }>('POST', '/tokens', { apiKey, ...order })).access_token;
    },
    ers: (method, path, headers = {}, body = '') =>
      sendRaw(sim.apimUrl, rawRequest(method, `/referrals${path}`, headers, body)),
    tokenRequest: (form, headers = {}) =>
      sendRaw(
        sim.apimUrl,
        rawRequest(
          'POST',
          '/oauth2/token',
          { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
          new URLSearchParams(form).toString(),
        ),
      ),
    [Symbol.asyncDispose]: async () => {
      await sim.close();
      jwksServer.closeAllConnections();
      await new Promise((resolve) => jwksServer.close(resolve));
      if (ownDir !== undefined) await rm(ownDir, { recursive: true, force: true });
    },
  };
}

/** The public half of the specs' signing key, as a JWK. */
export function publicJwk(kid: string): Record<string, unknown> {
  return { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: 'RS512', use: 'sig' };
}

/** A JWK of another key. */
export function strangerJwk(kid: string): Record<string, unknown> {
  return { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), kid };
}

export type Change = Record<string, unknown>;

/** A valid client assertion with these changes; `undefined` leaves a member out. */
export function assertion(apiKey: string, aud: string, claims: Change = {}, header: Change = {}): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg: 'RS512', kid: 'test-1', typ: 'JWT', ...header })}.${encode({
    iss: apiKey,
    sub: apiKey,
    aud,
    jti: randomUUID(),
    exp: Math.floor(Date.now() / 1000) + 240,
    ...claims,
  })}`;
  return `${input}.${sign('sha512', Buffer.from(input), pair.privateKey).toString('base64url')}`;
}

/** The form of a client credentials request. */
export function tokenForm(
  clientAssertion: string,
  change: Record<string, string> = {},
): Record<string, string> {
  return {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion,
    ...change,
  };
}
