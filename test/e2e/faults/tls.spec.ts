/** The host of e-RS is not who it should be, or has no address (fault F25): no byte is sent, and the trail says so. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, type GatewayAnswer } from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import { environmentsFile, gather, prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { certificateFor, type Identity } from '../../support/outbound/tls-server.ts';
import { until, untilReady } from '../../support/until.ts';

let stack: Stack;
let application: Onboarded;
let ers: Server;
let folder: string;
/** Bytes of a request that arrived at the wrong host. */
let received = 0;
const answers: GatewayAnswer[] = [];
let identities: Readonly<Record<string, Identity>>;

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: UNHURRIED });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  await stack.settled();
  const expired = await certificateFor('localhost', new Date('2020-01-01'));
  const otherHost = await certificateFor('another.example');
  const unknownAuthority = await certificateFor('localhost');
  identities = { expired, 'of another host': otherHost, 'of an unknown authority': unknownAuthority };
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-tls-'));
  await writeFile(join(folder, 'ca.pem'), `${expired.cert}\n${otherHost.cert}`);
  ers = createServer(expired, (socket) => {
    socket.on('error', () => undefined).on('data', (bytes) => (received += bytes.length));
  });
  ers.on('tlsClientError', () => undefined);
  await once(ers.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  await stack.stop();
  ers.close();
  await rm(folder, { recursive: true, force: true });
});

async function gatewayTo(apiBaseUrl: string) {
  const gateway = await stack.startGateway({
    ...PARTNER_ONLY,
    GATEHOUSE_ENVIRONMENTS: await environmentsFile(stack, { apiBaseUrl }),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  });
  await untilReady(gateway);
  return gateway;
}

async function outcomeOf({ attemptId }: GatewayAnswer): Promise<unknown> {
  return (await gather(stack)).outcomes.get(attemptId ?? '')?.[0]?.record['outcome'];
}

// The name has a private address as well (127.0.0.1): who answers there is known by the certificate alone.
it('a certificate that is expired, of another host, or of an unknown authority: nothing is sent', async () => {
  const { port } = ers.address() as AddressInfo;
  const gateway = await gatewayTo(`https://localhost:${String(port)}/referrals`);
  for (const [name, identity] of Object.entries(identities)) {
    ers.setSecureContext(identity);
    const answer = await callGateway({ gateway: gateway.partner, key: application.clientKey });
    answers.push(answer);
    expect([name, answer.status, answer.code]).toEqual([name, 502, 'GW_UPSTREAM_TLS']);
    expect(await outcomeOf(answer)).toBe('NOT_SENT');
  }
  expect(received).toBe(0);
  // A line is written once its answer is out.
  const reasons = () =>
    [...gateway.logs().matchAll(/"detail":"the TLS handshake failed".*"code":"([A-Z_0-9]+)"/g)].map(
      ([, code]) => code,
    );
  await until('each failure is logged', () => reasons().length >= answers.length);
  expect(reasons()).toEqual([
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ]);
});

it('a name without an address: nothing is sent', async () => {
  const gateway = await gatewayTo('https://no-such-host.invalid/referrals');
  const answer = await callGateway({ gateway: gateway.partner, key: application.clientKey });
  answers.push(answer);
  expect([answer.status, answer.code]).toEqual([503, 'GW_UPSTREAM_UNREACHABLE']);
  expect(await outcomeOf(answer)).toBe('NOT_SENT');
});

it('every proof holds over all of it', async () => {
  const { faults } = await prove(stack, { answers, callerOf: () => application });
  expect(faults).toEqual(PROVED);
});
