/**
 * Calls that leave through an HTTP proxy: to API Management, e-RS, AWS and identity providers, with TLS to the host itself,
 * and a pool for each binding as without a proxy.
 */
import { createServer, type Server, setGlobalProxyFromEnv } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setDefaultCACertificates } from 'node:tls';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpCallError } from '../../../apps/gateway/src/adapters/nhs/http-fault.ts';
import { openTokenTransport } from '../../../apps/gateway/src/adapters/nhs/token-transport.ts';
import { openUpstream, type Upstream } from '../../../apps/gateway/src/adapters/nhs/upstream.ts';
import { awsRequests } from '../../../apps/gateway/src/adapters/outbound/aws-requests.ts';
import {
  bypassesProxy,
  type OutboundProxy,
} from '../../../apps/gateway/src/adapters/outbound/outbound-proxy.ts';
import { boundedFetch } from '../../../apps/gateway/src/adapters/people/openid/bounded-fetch.ts';
import { type OutboundProxyServer, startOutboundProxy } from '../../support/outbound/outbound-proxy.ts';
import {
  certificateFor,
  type Identity,
  startTlsServer,
  type TlsServer,
} from '../../support/outbound/tls-server.ts';

const SECRET = 'the token of a tenant';
/** How long a tunnel may take in the test that outlasts it. */
const TUNNEL_MS = 2_000;
/** Long enough for a busy machine. */
const UNHURRIED_MS = 20_000;

let identity: Identity;
let host: Server;
let secure: TlsServer;
let server: OutboundProxyServer;
let origin: string;

beforeAll(async () => {
  identity = await certificateFor('localhost');
  setDefaultCACertificates([identity.cert]);
  host = createServer((request, answer) => {
    const respond = () => answer.setHeader('content-type', 'application/json').end('{}');
    if (request.url === '/slow') setTimeout(respond, TUNNEL_MS + 1_000);
    else respond();
  });
  await once(host.listen(0, '127.0.0.1'), 'listening');
  secure = await startTlsServer(identity, (host.address() as AddressInfo).port);
  origin = `https://localhost:${String(secure.port)}`;
});
afterAll(() => {
  secure.close();
  host.close();
});
beforeEach(async () => {
  server = await startOutboundProxy();
});
afterEach(() => server.close());

const proxy = (change: Partial<OutboundProxy> = {}): OutboundProxy => ({
  url: new URL(`http://gatehouse:s%40cret@127.0.0.1:${String(server.port)}`),
  bypassed: [],
  connectMs: UNHURRIED_MS,
  ...change,
});

function upstreamThrough(change?: Partial<OutboundProxy>): Upstream {
  return openUpstream({
    ...{ connectMs: UNHURRIED_MS, bodyStallMs: UNHURRIED_MS, connectionsPerBinding: 4 },
    ...{ onDate: () => undefined, onCall: () => undefined },
    proxy: proxy(change),
  });
}

async function call(upstream: Upstream, binding = 'a', path = '/'): Promise<number | string> {
  const seat = upstream.reserve(binding, origin);
  try {
    const answer = await seat?.send({
      ...{ method: 'GET', path, headers: { authorization: SECRET }, body: null },
      ...{ headersMs: UNHURRIED_MS, signal: AbortSignal.timeout(UNHURRIED_MS) },
    });
    if (answer !== undefined) await text(answer.body);
    return answer?.status ?? 'no seat';
  } catch (error) {
    return error instanceof HttpCallError ? error.fault : 'unknown';
  }
}

describe('a call to e-RS', () => {
  it('goes through a tunnel, in TLS that the proxy can’t read', async () => {
    const upstream = upstreamThrough();
    expect(await call(upstream)).toBe(200);
    expect(server.requests).toEqual([
      {
        authority: `localhost:${String(secure.port)}`,
        authorization: `Basic ${Buffer.from('gatehouse:s@cret').toString('base64')}`,
      },
    ]);
    expect(server.sentBytes().length).toBeGreaterThan(0);
    expect(server.sentBytes().includes(SECRET)).toBe(false);
    upstream.close();
  });

  it('uses a connection again, and never that of another binding', async () => {
    const upstream = upstreamThrough();
    for (const binding of ['a', 'a', 'b', 'a', 'b']) expect(await call(upstream, binding)).toBe(200);
    expect(server.requests).toHaveLength(2);
    upstream.close();
  });

  it('may take longer than the opening of its tunnel', async () => {
    const upstream = upstreamThrough({ connectMs: TUNNEL_MS });
    expect(await call(upstream, 'a', '/slow')).toBe(200);
    upstream.close();
  });

  it.each([
    ['refuses the tunnel', 403],
    ['wants other credentials', 407],
    ['can’t reach the host', 502],
  ])('is not sent if the proxy %s', async (_, status) => {
    server.mode = status;
    const upstream = upstreamThrough();
    expect(await call(upstream)).toBe('not-sent');
    expect(server.requests).toHaveLength(1);
    upstream.close();
  });

  it('is not sent if the proxy never answers', async () => {
    server.mode = 'silent';
    const upstream = upstreamThrough({ connectMs: 200 });
    expect(await call(upstream)).toBe('not-sent');
    upstream.close();
  });

  it('is not sent if there is nothing at the proxy’s address', async () => {
    const upstream = upstreamThrough({ url: new URL('http://127.0.0.1:1') });
    expect(await call(upstream)).toBe('not-sent');
    upstream.close();
  });

  it('is not sent if another host is at the end of the tunnel', async () => {
    const other = await certificateFor('another.example');
    setDefaultCACertificates([identity.cert, other.cert]);
    const impostor = await startTlsServer(other, (host.address() as AddressInfo).port);
    const upstream = upstreamThrough();
    const seat = upstream.reserve('a', `https://localhost:${String(impostor.port)}`);
    const sent = seat?.send({
      ...{ method: 'GET', path: '/', headers: {}, body: null },
      ...{ headersMs: UNHURRIED_MS, signal: AbortSignal.timeout(UNHURRIED_MS) },
    });
    await expect(sent).rejects.toMatchObject({ fault: 'tls' });
    upstream.close();
    impostor.close();
  });

  it('goes straight to a host that NO_PROXY lists', async () => {
    const upstream = upstreamThrough({ bypassed: ['localhost'] });
    expect(await call(upstream)).toBe(200);
    expect(server.requests).toEqual([]);
    upstream.close();
  });
});

it('a token request goes through a tunnel', async () => {
  const transport = openTokenTransport({
    ...{ connectMs: UNHURRIED_MS, totalMs: UNHURRIED_MS, onDate: () => undefined },
    proxy: proxy(),
    reserve: null,
  });
  expect(await transport.get(`${origin}/userinfo`, SECRET)).toMatchObject({ wasSent: true, status: 200 });
  expect(server.requests).toHaveLength(1);
  server.mode = 502;
  expect(await transport.get(`${origin}/userinfo`, SECRET)).toMatchObject({ wasSent: false, status: 599 });
  transport.close();
});

it('a call to AWS goes through a tunnel', async () => {
  const kms = new KMSClient({
    ...{ region: 'eu-west-2', endpoint: origin, requestHandler: awsRequests(proxy()) },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await kms.send(new DescribeKeyCommand({ KeyId: 'any' }));
  expect(server.requests).toHaveLength(1);
  kms.destroy();
});

describe('NO_PROXY', () => {
  const fetchWhole = boundedFetch(1_000);

  // `fetch` decides by itself, and must decide as the rest of the gateway does.
  it.each([
    ['', 'cis2.example', false],
    ['cis2.example', 'cis2.example', true],
    ['CIS2.example', 'cis2.EXAMPLE', true],
    ['example', 'cis2.example', true],
    ['.example', 'cis2.example', true],
    ['*.cis2.example', 'cis2.example', true],
    ['is2.example', 'cis2.example', false],
    ['other.example, cis2.example', 'cis2.example', true],
    ['cis2.example:443', 'cis2.example', true],
    ['cis2.example:8443', 'cis2.example', false],
    ['*', 'cis2.example', true],
  ])('%j and %s: goes straight there is %s', async (noProxy, name, isBypassed) => {
    const bypassed = noProxy.split(/[,\s]+/).filter((entry) => entry !== '');
    expect(bypassesProxy(bypassed, name, 443)).toBe(isBypassed);

    const restore = setGlobalProxyFromEnv({ HTTPS_PROXY: proxy().url.href, NO_PROXY: noProxy });
    try {
      // Nobody has these names: with a proxy it is asked for a tunnel, without one the name is looked up in vain.
      await expect(fetchWhole(`https://${name}/`, {})).rejects.toThrow();
    } finally {
      restore();
    }
    expect(server.requests.length > 0).toBe(!isBypassed);
  });
});
