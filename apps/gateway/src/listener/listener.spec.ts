import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
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

async function listen(tls: Tls): Promise<number> {
  const server = createListener(tls, {}, (_, response) => response.end('here'));
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
