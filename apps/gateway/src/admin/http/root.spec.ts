import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerRoot } from './root.js';

const server = createServer((request, response) => {
  answerRoot(request, response, () => response.writeHead(404).end());
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it.each([
  ['GET', '/', 200],
  ['HEAD', '/', 200],
  ['POST', '/', 404],
  ['GET', '/other', 404],
  ['GET', '//', 404],
])('%s %s: %i', async (method, path, status) => {
  const answer = await fetch(origin + path, { method });
  expect(answer.status).toBe(status);
  expect((await answer.text()).startsWith('Gatehouse.')).toBe(status === 200 && method === 'GET');
});
