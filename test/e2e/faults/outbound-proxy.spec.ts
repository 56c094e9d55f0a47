/** A gateway whose way to the NHS and to AWS leads through an HTTP proxy, and what callers notice when that proxy fails. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, type GatewayAnswer } from '../../support/load.ts';
import { onboard, type Onboarded } from '../../support/onboard.ts';
import { environmentsFile, gather, prove, PROVED } from '../../support/proofs.ts';
import { type OutboundProxyServer, startOutboundProxy } from '../../support/outbound/outbound-proxy.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import { certificateFor, startTlsServer, type TlsServer } from '../../support/outbound/tls-server.ts';
import { until } from '../../support/until.ts';

let stack: Stack;
let application: Onboarded;
let proxy: OutboundProxyServer;
let ers: TlsServer;
let kms: TlsServer;
let folder: string;
let gateway: GatewayProcess;
const answers: GatewayAnswer[] = [];

const localhost = ({ port }: TlsServer): string => `localhost:${String(port)}`;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  [application] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  proxy = await startOutboundProxy();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-outbound-'));
  const identity = await certificateFor('localhost');
  await writeFile(join(folder, 'ca.pem'), identity.cert);
  const { apiBaseUrl, kmsUrl } = stack.simulator;
  const behind = (url: string) => startTlsServer(identity, Number(new URL(url).port));
  [ers, kms] = await Promise.all([behind(apiBaseUrl), behind(kmsUrl)]);
  gateway = await stack.startGateway({
    // In lower case, as most systems set it.
    https_proxy: `http://gatehouse:secret-of-the-proxy@127.0.0.1:${String(proxy.port)}`,
    NO_PROXY: 'unrelated.example',
    AWS_ENDPOINT_URL_KMS: `https://${localhost(kms)}`,
    GATEHOUSE_ENVIRONMENTS: await environmentsFile(stack, {
      apiBaseUrl: `https://${localhost(ers)}${new URL(apiBaseUrl).pathname}`,
    }),
    GATEHOUSE_STAFF_ISSUER: 'https://login.example',
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  });
});
afterAll(async () => {
  await stack.stop();
  await proxy.close();
  ers.close();
  kms.close();
  await rm(folder, { recursive: true, force: true });
});

async function call(): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway: gateway.partner, key: application.clientKey });
  answers.push(answer);
  return answer;
}

const tunnelsTo = (authority: string) =>
  proxy.requests.filter((request) => request.authority === authority).length;

it('calls of e-RS and KMS go through it, and it can read none of them', async () => {
  expect((await call()).status).toBe(200);
  expect((await call()).status).toBe(200);
  expect(tunnelsTo(localhost(ers))).toBe(1);
  expect(tunnelsTo(localhost(kms))).toBeGreaterThan(0);
  const sent = proxy.sentBytes();
  expect(sent.length).toBeGreaterThan(0);
  for (const readable of ['authorization', 'Bearer', 'R69', 'TrentService'])
    expect(sent.includes(readable)).toBe(false);
});

it('an identity provider is asked through it', async () => {
  await fetch(`${gateway.admin}/auth/sign-in`, { redirect: 'manual' });
  await until('a tunnel is requested', () => tunnelsTo('login.example:443') > 0);
});

it('while it refuses or is away, nothing is sent, callers learn so, and the trail says so', async () => {
  proxy.mode = 503;
  proxy.cut();
  // A call may still meet a connection that has just ended.
  await until('a new tunnel is needed', async () => (await call()).code === 'GW_UPSTREAM_UNREACHABLE');
  const { status, attemptId } = answers.at(-1) as GatewayAnswer;
  expect(status).toBe(503);
  expect((await gather(stack)).outcomes.get(attemptId ?? '')?.[0]?.record['outcome']).toBe('NOT_SENT');
  proxy.mode = 'open';
  expect((await call()).status).toBe(200);
});

it('its credentials are in no log, and every proof holds', async () => {
  await until('the refusal is logged', () => gateway.logs().includes('ERR_PROXY_TUNNEL'));
  expect(gateway.logs()).not.toContain('secret-of-the-proxy');
  const { faults } = await prove(stack, { answers, callerOf: () => application });
  expect(faults).toEqual(PROVED);
});
