import { once } from 'node:events';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientAssertion } from '@gatehouse/domain/apim/client-assertion';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Kms, openKms } from './kms.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
const key = {
  id: '3d0ab3c0-1a50-4d2c-9f0f-0c7c1f6f8f10',
  kid: 'local-1',
  kmsKeyArn: 'arn:aws:kms:eu-west-2:000000000000:key/3d0ab3c0-1a50-4d2c-9f0f-0c7c1f6f8f10',
  thumbprint: 'thumbprint',
  publicJwk: { kty: 'RSA', n, e },
  state: 'ACTIVE',
  publishedAtMs: 0,
  activatedAtMs: 0,
} as const;

interface SignRequest {
  readonly Message: string;
  readonly MessageType?: string;
  readonly SigningAlgorithm: string;
}

/** Like emulators that don't know MessageType: whatever comes is hashed. */
let emulator: Server;
let kms: Kms;
const received: SignRequest[] = [];

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  emulator = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as SignRequest;
      received.push(body);
      const signature = sign('sha512', Buffer.from(body.Message, 'base64'), privateKey);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ KeyId: key.kmsKeyArn, Signature: signature.toString('base64') }));
    });
  });
  await once(emulator.listen(0, '127.0.0.1'), 'listening');
  const { port } = emulator.address() as AddressInfo;
  kms = openKms({
    region: 'eu-west-2',
    endpoint: `http://127.0.0.1:${String(port)}`,
    timeoutMs: 20_000,
    proxy: null,
  });
});
afterAll(() => {
  kms.close();
  emulator.closeAllConnections();
  emulator.close();
  vi.unstubAllEnvs();
});

it('KMS is given the signing input itself, so that an emulator that always hashes signs the same', async () => {
  const assertion = clientAssertion({
    kid: key.kid,
    apiKey: 'an-api-key',
    tokenUrl: 'https://api.example/oauth2/token',
    jti: 'a-jti',
    nowMs: 1_795_822_911_000,
  });
  const jws = await kms.signAssertion(key, assertion);

  const [header = '', claims = '', signature = ''] = jws.split('.');
  const signingInput = `${header}.${claims}`;
  expect(received).toEqual([
    expect.objectContaining({
      Message: Buffer.from(signingInput).toString('base64'),
      MessageType: 'RAW',
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512',
    }),
  ]);
  const jwk = createPublicKey({ key: key.publicJwk, format: 'jwk' });
  expect(verify('sha512', Buffer.from(signingInput), jwk, Buffer.from(signature, 'base64url'))).toBe(true);
});
