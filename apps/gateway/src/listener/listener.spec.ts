import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type RequestListener } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectPlain, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.ts';
import type { Config } from '../config/config.js';
import { closeServer, createListener, listenOn } from './listener.js';

type Tls = Pick<Config, 'tls' | 'tlsTerminatedBy'>;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-listener-'));
const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key'), partnerClientCa: undefined };
let ca = '';
const open: ReturnType<typeof createListener>[] = [];

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  ca = made.cert;
  writeFileSync(files.cert, made.cert);
  writeFileSync(files.key, made.private);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => closeServer(server, 100)));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function listen(
  tls: Tls,
  handler: RequestListener = (_, response) => response.end('here'),
): Promise<number> {
  const server = createListener(tls, {}, handler);
  open.push(server);
  return (await listenOn(server, { host: '127.0.0.1', port: 0 })).port;
}

/** Strict-Transport-Security of the answer. */
function strictTransport(send: typeof httpsRequest, options: RequestOptions): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    send({ host: '127.0.0.1', servername: 'localhost', agent: false, ...options }, (answer) => {
      answer.resume();
      resolve(answer.headers['strict-transport-security']);
    })
      .on('error', reject)
      .end();
  });
}

it.each<[string, Tls, typeof httpsRequest, string | undefined]>([
  ['TLS', { tls: files, tlsTerminatedBy: [] }, httpsRequest, 'max-age=31536000; includeSubDomains'],
  [
    'a proxy that terminates TLS',
    { tls: null, tlsTerminatedBy: ['127.0.0.1/32'] },
    httpRequest,
    'max-age=31536000; includeSubDomains',
  ],
  ['plain HTTP', { tls: null, tlsTerminatedBy: [] }, httpRequest, undefined],
])('over %s, an answer says whether the browser may come back without', async (_, tls, send, expected) => {
  expect(await strictTransport(send, { port: await listen(tls), ca })).toBe(expected);
});

it.each([
  ['TLS 1.3', { minVersion: 'TLSv1.3' }, 'TLSv1.3'],
  ['TLS 1.2 with AES-GCM', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, 'TLSv1.2'],
  ['TLS 1.2 with CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }, null],
  ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, null],
] as const)('%s', async (_, options, expected) => {
  const port = await listen({ tls: files, tlsTerminatedBy: [] });
  const agreed = await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ...options }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    }).on('error', () => {
      resolve(null);
    });
  });
  expect(agreed).toBe(expected);
});

describe('an answer that comes before the whole request has', () => {
  const LONG = Buffer.alloc(8 * 1024 * 1024, 'x');
  const head = (length: number): string =>
    `POST / HTTP/1.1\r\nHost: here\r\nContent-Length: ${String(length)}\r\n\r\n`;
  const refuse: RequestListener = (_, response) => {
    response.writeHead(413, { Connection: 'close', 'Content-Length': '7' }).end('refused');
  };
  const open = (port: number, isTls: boolean): Socket =>
    isTls
      ? connect({ port, host: '127.0.0.1', servername: 'localhost', ca })
      : connectPlain({ port, host: '127.0.0.1' });

  it.each([
    ['plain HTTP', { tls: null, tlsTerminatedBy: [] }, false],
    ['TLS', { tls: files, tlsTerminatedBy: [] }, true],
  ])('over %s, reaches a caller that sends everything before it reads', async (_, tls, isTls) => {
    const socket = open(await listen(tls, refuse), isTls);
    socket.write(head(LONG.length));
    expect(await new Promise((resolve) => socket.write(LONG, resolve))).toBeFalsy();
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 [\s\S]*refused$/);
  });

  it('is the last: a request that follows its body is not handled', async () => {
    let handled = 0;
    const closed = Promise.withResolvers<unknown>();
    const port = await listen({ tls: null, tlsTerminatedBy: [] }, (request, response) => {
      handled += 1;
      request.socket.once('close', closed.resolve);
      refuse(request, response);
    });
    const socket = open(port, false);
    socket.write(head(10));
    await until('the refusal', () => socket.readableLength > 0);
    socket.end(`0123456789${head(0)}`);
    await closed.promise;
    expect(handled).toBe(1);
    expect((await text(socket)).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('ends the connection after 2 s for a caller that sends on and on', async () => {
    const port = await listen({ tls: null, tlsTerminatedBy: [] }, refuse);
    const socket = connectPlain({ port, host: '127.0.0.1', allowHalfOpen: true });
    const closed = new Promise((resolve) => socket.once('error', () => undefined).once('close', resolve));
    const startedMs = performance.now();
    socket.write(head(1_000_000));
    const sending = setInterval(() => socket.write('x'), 50);
    expect(await text(socket)).toMatch(/refused$/);
    await closed;
    clearInterval(sending);
    expect(performance.now() - startedMs).toBeGreaterThan(1_500);
  });
});
