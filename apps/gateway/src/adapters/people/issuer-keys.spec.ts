import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type FlattenedJWSInput, generateKeyPair, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIssuerKeys } from './issuer-keys.js';

let server: Server;
let issuer: string;
let published: JWK;
let requests: string[] = [];
let nowMs = 0;
type Serve = (response: ServerResponse) => void;
/** Answers to a path, in place of the right one. */
let faults: Record<string, Serve> = {};

const DISCOVERY = '/.well-known/openid-configuration';
const KEYS = '/keys';
const json =
  (value: unknown): Serve =>
  (response) =>
    response.end(JSON.stringify(value));

beforeAll(async () => {
  const { publicKey } = await generateKeyPair('RS256');
  published = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  server = createServer(({ url = '' }, response) => {
    requests.push(url);
    const right = url === KEYS ? { keys: [published] } : { issuer, jwks_uri: issuer + KEYS };
    (faults[url] ?? json(right))(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  faults = {};
  nowMs = 0;
});

/** Within the time of a test, only the size of an endless answer can end it. */
const open = (fault?: Serve) =>
  createIssuerKeys({ now: () => nowMs, timeoutMs: fault === slow ? 200 : 60_000 });
const noToken = { payload: '', signature: '' } as FlattenedJWSInput;
const keyOf = async (keySetOf: ReturnType<typeof open>) =>
  (await keySetOf(issuer))({ alg: 'RS256', kid: 'one' }, noToken);

/** More than an issuer may send, however it is compressed or split. */
const endless: Serve = (response) => {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const write = (): void => {
    if (response.destroyed) return;
    response.write(chunk, write);
  };
  write();
};
const slow: Serve = (response) => {
  response.write('{');
};
const refused: Serve = (response) => {
  response.writeHead(500).end('{}');
};
const noJson: Serve = (response) => response.end('<html>');

describe('the keys of an issuer', () => {
  it('are read once', async () => {
    const keySetOf = open();
    await Promise.all([keyOf(keySetOf), keyOf(keySetOf)]);
    await keyOf(keySetOf);
    expect(requests).toEqual([DISCOVERY, KEYS]);
  });

  it.each([
    ['endless', endless],
    ['slow', slow],
    ['refused', refused],
    ['no JSON', noJson],
    ['null', json(null)],
    ['of another issuer', json({ issuer: 'https://other.example', jwks_uri: 'https://other.example/keys' })],
  ])('are unavailable while discovery is %s, and are not requested again for 30 s', async (_, fault) => {
    faults = { [DISCOVERY]: fault };
    const keySetOf = open(fault);
    for (let times = 0; times < 3; times += 1) await expect(keyOf(keySetOf)).rejects.toThrow();
    expect(requests).toEqual([DISCOVERY]);
    faults = {};
    nowMs = 29_999;
    await expect(keyOf(keySetOf)).rejects.toThrow();
    nowMs = 30_000;
    await keyOf(keySetOf);
    expect(requests).toEqual([DISCOVERY, DISCOVERY, KEYS]);
  });

  it.each([
    ['endless', endless],
    ['slow', slow],
    ['refused', refused],
    ['no JSON', noJson],
  ])('are unavailable while the key set is %s, and are not requested again for 30 s', async (_, fault) => {
    faults = { [KEYS]: fault };
    const keySetOf = open(fault);
    for (let times = 0; times < 3; times += 1) await expect(keyOf(keySetOf)).rejects.toThrow();
    expect(requests).toEqual([DISCOVERY, KEYS]);
    faults = {};
    nowMs = 30_000;
    await keyOf(keySetOf);
    expect(requests).toEqual([DISCOVERY, KEYS, KEYS]);
  });

  it('of an issuer that fails do not hold up those of another issuer', async () => {
    const keySetOf = open();
    await expect(keySetOf('http://127.0.0.1:1')).rejects.toThrow();
    await keyOf(keySetOf);
  });
});
