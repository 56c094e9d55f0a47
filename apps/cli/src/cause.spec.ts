import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { causeOf } from './cause.js';

let server: Server;
beforeAll(async () => {
  server = createServer((_request, response) => response.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => server.close());

it('an https address where http is spoken', async () => {
  const { port } = server.address() as AddressInfo;
  const error: unknown = await fetch(`https://127.0.0.1:${String(port)}/`).catch((thrown: unknown) => thrown);
  expect(causeOf(error)).toBe('it does not use TLS (http in place of https?)');
});

it.each([
  [new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }), 'connect ECONNREFUSED'],
  [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [Object.assign(new Error('80:error:0A:file.c:1'), { code: 'ERR_SSL_OTHER' }), 'ERR_SSL_OTHER'],
])('%s', (error, cause) => {
  expect(causeOf(error)).toBe(cause);
});
