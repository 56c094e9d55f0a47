/** (i) What a user's call costs beside an application-restricted one, and opening a session. */
import { onboard } from '../../support/onboard.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import {
  addPerson,
  onboardUsers,
  openSession,
  signedInAtCis2,
  signIn,
} from '../../support/users/onboard-users.ts';
import { inScope, type Later } from '../benchmark.ts';
import { percentile } from '../load/figures.ts';
import { openLoop, type Sample } from '../load/open-loop.ts';
import type { Target } from '../load/target.ts';
import type { Bench, Row } from '../row.ts';

const PER_SECOND = 200;
const PATH = '/FHIR/STU3/CodeSystem/SPECIALTY';
const FUNCTION = 'REFERRING_CLINICIAN';

export const users: Row = {
  title: 'calls of named users beside application-restricted ones, and opening sessions',
  async run(bench) {
    await inScope((later) => userCalls(bench, later));
    await inScope((later) => signIns(bench, later));
  },
};

const userIdOf = (n: number): string => String(730_000_000_000 + n);
const figuresOf = (times: readonly number[]) => ({
  p50: Number(percentile(times, 0.5).toFixed(2)),
  p95: Number(percentile(times, 0.95).toFixed(2)),
  p99: Number(percentile(times, 0.99).toFixed(2)),
});
const timesOf = (samples: readonly Sample[]) => figuresOf(samples.map(({ ms }) => ms));

async function startMeasured(later: Later): Promise<Stack> {
  const stack = await startStack({
    requestsPerMinute: 60_000_000,
    settings: { GATEHOUSE_LOG_LEVEL: 'info' },
  });
  later(() => stack.stop());
  return stack;
}

/** The same gateway, load and number of applications, in turns. */
async function userCalls({ isQuick, rounds, seconds, record }: Bench, later: Later): Promise<void> {
  const applications = isQuick ? 5 : 60;
  const stack = await startMeasured(later);
  const odsCodes = Array.from({ length: applications }, (_, n) => `B${String(n).padStart(3, '0')}`);
  const clients = await onboard(
    stack,
    odsCodes.map((odsCode) => ({ odsCode })),
  );
  const { clientKey } = await onboardUsers(
    stack,
    odsCodes.map((odsCode) => [odsCode]),
  );
  const sessions: string[] = [];
  for (const [n, odsCode] of odsCodes.entries()) {
    await addPerson(stack, { userId: userIdOf(n), roles: { [odsCode]: [FUNCTION] } });
    sessions.push((await signIn(stack, clientKey, userIdOf(n))).handle);
  }
  await stack.simulator.control('POST', '/options', { ersDelayMs: 20 });
  const common = { origin: stack.gateway.partner, path: PATH };
  const asApplication: Target = { ...common, keys: clients.map((client) => client.clientKey) };
  const asUser: Target = { ...common, keys: [clientKey], sessions };
  for (const target of [asApplication, asUser]) await openLoop(target, PER_SECOND, seconds);
  const plain: Sample[] = [];
  const ofUsers: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    plain.push(...(await openLoop(asApplication, PER_SECOND, seconds)));
    ofUsers.push(...(await openLoop(asUser, PER_SECOND, seconds)));
  }
  const failed = [...plain, ...ofUsers].filter(({ ok }) => !ok).length;
  const [before, after] = [timesOf(plain), timesOf(ofUsers)];
  console.log(`  ${PER_SECOND} requests/s, ${applications} applications of each mode; failed ${failed}`);
  for (const name of ['p50', 'p95', 'p99'] as const) {
    const addedMs = Number((after[name] - before[name]).toFixed(2));
    console.log(
      `  ${name}: application-restricted ${before[name]} ms, user-restricted ${after[name]} ms, added ${addedMs} ms`,
    );
    record({ share: name, plainMs: before[name], userMs: after[name], addedMs, failed });
  }
}

/** Sessions that a supplier opens with an ID token, one after the other, each for another person. */
async function signIns({ isQuick, record }: Bench, later: Later): Promise<void> {
  const count = isQuick ? 10 : 200;
  const stack = await startMeasured(later);
  const { clientKey } = await onboardUsers(stack, [['R69']]);
  await stack.simulator.control('POST', '/options', { ersDelayMs: 20 });
  for (const target of ['cis2', 'token'])
    await stack.simulator.control('POST', '/faults', { target, fault: { delayMs: 20 } });
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await addPerson(stack, { userId: userIdOf(n), roles: { R69: [FUNCTION] } });
    const tokens = await signedInAtCis2(stack, userIdOf(n));
    const startedMs = performance.now();
    const answer = await openSession(stack.gateway, clientKey, tokens);
    await answer.text();
    if (answer.status !== 201) throw new Error(`no session: ${answer.status}`);
    times.push(performance.now() - startedMs);
  }
  const { p50, p95, p99 } = figuresOf(times);
  console.log(`  opening a session: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`);
  record({ signIns: count, p50, p95, p99 });
}
