/** XTEN: two tenants call the same paths at the same time; each call must carry its own token, application and ASID. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Onboarded } from '../support/onboard.ts';
import { until } from '../support/until.ts';
import type { UpstreamHit, World } from './world.ts';

const SOCKETS = 200;
/** Before a call that found no place in the queue is made again. */
const RETRY_MS = 1_000;
const SHARED_PATHS = ['/FHIR/STU3/CodeSystem/SPECIALTY', '/FHIR/STU3/ReferralRequest/000000070000'];

/** XTEN-001 and 002: the tenants alternate, with the same UBRN and correlation id. @returns the violations */
export async function aloneTogether(world: World, count: number): Promise<string[]> {
  const { aProvider, bProvider, aReferrer, bReferrer } = world.applications;
  const { hit: before } = await world.mark();
  const owners = new Map<string, Onboarded>();
  const violations: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const owner = [aProvider, bProvider, aReferrer, bReferrer][index % 4] as Onboarded;
      const path =
        owner.capability === 'provider' ? (SHARED_PATHS[(index >> 2) % 2] ?? '') : (SHARED_PATHS[0] ?? '');
      const call = () => get(agent, world.stack.gateway.partner + path, owner.clientKey);
      let { status, attemptId } = await call();
      // On a busy machine the replicas divide the rate (ADR 45), and the queue becomes too long for another request.
      while (status === 429) {
        await delay(RETRY_MS);
        ({ status, attemptId } = await call());
      }
      if (status !== 200) violations.push(`${owner.odsCode} ${path}: ${status}`);
      owners.set(attemptId, owner);
    }
  };
  await Promise.all(Array.from({ length: SOCKETS }, worker));
  agent.destroy();

  const hits = await world.stack.simulator.control<UpstreamHit[]>(
    'GET',
    `/requests?after=${before}&target=ers`,
  );
  let matched = 0;
  for (const hit of hits) {
    const owner = owners.get(hit.correlationId ?? '');
    if (owner === undefined) continue;
    matched += 1;
    if (hit.apiKey !== owner.apiKey || hit.odsCode !== owner.odsCode || hit.asid !== owner.asid) {
      violations.push(`${owner.odsCode} (${owner.apiKey}) went up as ${hit.odsCode} (${hit.apiKey})`);
    }
  }
  if (matched !== count) violations.push(`${matched} of ${count} requests were seen by e-RS`);
  return violations;
}

function get(agent: Agent, url: string, clientKey: string): Promise<{ status: number; attemptId: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${clientKey}`, 'x-correlation-id': 'the-same-for-everybody' };
    request(url, { agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          attemptId: String(answer.headers['gatehouse-attempt-id'] ?? ''),
        });
      });
    })
      .once('error', reject)
      .end();
  });
}

/** XTEN-007, on a tenant that has no token yet. @returns what was wrong */
export async function lateToken(world: World): Promise<string[]> {
  const { cold } = world.applications;
  const { simulator, gateway } = world.stack;
  const faults: string[] = [];
  const setState = (state: string): Promise<unknown> =>
    world.stack.admin('POST', '/registry/apply', {
      document: {
        apiVersion: 'gatehouse/v1',
        applications: [
          {
            organisation: cold.odsCode,
            product: 'ReferWell',
            environment: 'local',
            accessMode: cold.accessMode,
            capability: cold.capability,
            state,
          },
        ],
      },
    });
  const call = (): Promise<Response> =>
    fetch(`${gateway.partner}/FHIR/STU3/CodeSystem/SPECIALTY`, {
      headers: { authorization: `Bearer ${cold.clientKey}` },
    });

  await simulator.control('POST', '/faults', { target: 'token', times: 1, fault: { delayMs: 2_500 } });
  const mark = await world.mark();
  const answering = call();
  await until('its token is asked for', async () => (await world.since(mark)).token.length > 0);
  await setState('suspended');
  const answer = await answering;
  if (answer.status !== 403) faults.push(`status ${answer.status}, not 403`);
  if (!(await answer.text()).includes('GW_APPLICATION_STATE'))
    faults.push('another code than GW_APPLICATION_STATE');
  const { resource, token } = await world.since(mark);
  if (resource.length > 0) faults.push('e-RS was called with the late token');
  if (token.length !== 1) faults.push(`${token.length} calls of the token endpoint`);
  await simulator.control('DELETE', '/faults');
  await setState('live');
  const isBack = until('it comes back to life', async () => (await call()).status === 200, 5_000);
  return isBack.then(
    () => faults,
    (error: unknown) => [...faults, String(error)],
  );
}
