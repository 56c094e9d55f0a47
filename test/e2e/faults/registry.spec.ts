/**
 * The registry changes under traffic (fault F26). Each change takes effect on both replicas within a second, no call is
 * decided by the old registry once the change is committed, and each refusal records the version of its decision.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, openLoop, type GatewayAnswer } from '../../support/load.ts';
import { watchMachine } from '../../support/servers/machine.ts';
import { ALL_INTERACTIONS, onboard, type Onboarded } from '../../support/onboard.ts';
import {
  type Evidence,
  gather,
  prove,
  PROVED,
  rebind,
  registryEntry,
  UNHURRIED,
} from '../../support/proofs.ts';
import { ROUNDS } from '../../support/size.ts';
import { until } from '../../support/until.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';

const WITHIN_MS = 1_000;
/** A few are usual at this pace. On a machine that can't keep it, more would be rejected for being too late. */
const MOST_UNDER_WAY = 80;

let stack: Stack;
/** The one application that no round changes. */
let bystander: Onboarded;
let targets: Onboarded[];
/** The callers by correlation id. An application that gets another ASID has two identities. */
const callers = new Map<string, Onboarded[]>();
const allAnswers: GatewayAnswer[] = [];
const rebound: { apiKey: string; from: string; to: string }[] = [];

beforeAll(async () => {
  stack = await startStack({ worker: false, replicas: 2, requestsPerMinute: UNHURRIED });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  [bystander] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
});
afterAll(() => stack.stop());

const apply = (document: object): Promise<unknown> =>
  stack.admin('POST', '/registry/apply', { document: { apiVersion: 'gatehouse/v1', ...document } });

async function withdrawOwner({ odsCode }: Onboarded): Promise<void> {
  const { items } = await stack.admin<{ items: { id: string; state: string }[] }>(
    'GET',
    `/sro-appointments?organisation=${odsCode}`,
  );
  for (const { id } of items)
    await stack.admin('POST', `/sro-appointments/${id}/withdraw`, { reason: 'test' });
}

async function narrow(application: Onboarded): Promise<void> {
  await apply({
    messageSets: [
      { name: 'narrow', interactions: ALL_INTERACTIONS.filter((interaction) => interaction !== 'A005') },
    ],
    applications: [registryEntry({ ...application, messageSet: 'narrow' })],
  });
}

interface RegistryEdit {
  readonly name: string;
  readonly change: (application: Onboarded) => Promise<unknown>;
  /** The code of the refusals; null if calls go on, with another ASID. */
  readonly code: string | null;
}

const CHANGES: readonly RegistryEdit[] = [
  {
    name: 'suspended',
    change: (application) => apply({ applications: [registryEntry(application, 'suspended')] }),
    code: 'GW_APPLICATION_STATE',
  },
  { name: 'bound to another ASID', change: (application) => rebind(stack, application), code: null },
  { name: 'without an owner', change: withdrawOwner, code: 'GW_SRO_LAPSED' },
  { name: 'without the message set', change: narrow, code: 'GW_MESSAGE_SET' },
  {
    name: 'of an organisation that is suspended',
    change: ({ odsCode }) =>
      apply({ organisations: [{ odsCode, name: 'Synthetic Trust', state: 'suspended' }] }),
    code: 'GW_ORGANISATION_SUSPENDED',
  },
];

/** Sends two calls in a row to each replica. */
const replicaOf = (n: number): number => (n >> 1) % 2;

const hasArrivedFor = async (asid: string): Promise<boolean> =>
  (await gather(stack)).hits.some((hit) => hit.asid === asid);

describe.each(Array.from({ length: ROUNDS }, (_, round) => round))('round %i', (round) => {
  beforeAll(async () => {
    targets = await onboard(
      stack,
      CHANGES.map((_, n) => ({ odsCode: `T${String(round)}${String(n)}` })),
    );
  }, 60_000);

  it.each(CHANGES.map((change, index) => ({ ...change, index })))(
    'an application is $name while calls run',
    async ({ index, name, change, code }) => {
      const target = targets[index] as Onboarded;
      const prefix = `f26-${String(round)}-${String(index)}-`;
      const moved = { ...target, asid: String(Number(target.asid) + 1_000_000) };
      if (code === null) rebound.push({ apiKey: target.apiKey, from: target.asid, to: moved.asid });
      // Half of the calls are the target's, on both replicas; the bystander's must not be affected.
      const load = openLoop(
        160,
        async (n) => {
          const caller = n % 2 === 0 ? target : bystander;
          const correlationId = prefix + String(n);
          callers.set(correlationId, caller === target && code === null ? [target, moved] : [caller]);
          const answer = await callGateway({
            gateway: stack.gateways[replicaOf(n)]?.partner ?? '',
            key: caller.clientKey,
            correlationId,
          });
          allAnswers.push(answer);
          return answer;
        },
        MOST_UNDER_WAY,
      );
      const answersOfTarget = () =>
        load.answers.filter(({ correlationId }) => callers.get(correlationId)?.[0] === target);
      const refusedBy = (replica: number) =>
        answersOfTarget().filter(
          (answer) =>
            answer.code === code && replicaOf(Number(answer.correlationId.slice(prefix.length))) === replica,
        ).length;
      const isObeyed = () =>
        code === null ? hasArrivedFor(moved.asid) : refusedBy(0) > 0 && refusedBy(1) > 0;
      await until('calls run', () => load.answers.length >= 60);
      let changedAtMs: number;
      let withinMs: number;
      let answers: GatewayAnswer[];
      try {
        await change(target);
        changedAtMs = Date.now();
        const lateMs = watchMachine(...stack.gateways.map(({ child }) => child.pid));
        await until('it is obeyed', isObeyed, WITHIN_MS);
        withinMs = WITHIN_MS + lateMs();
        const more = answersOfTarget().length + 40;
        await until('calls go on', () => answersOfTarget().length >= more);
      } finally {
        answers = await load.stop();
      }
      const evidence = await gather(stack);
      const rows = evidenceOf(evidence, prefix, target);

      // From the committed version on, no call was decided by the old rules.
      const { rows: changes } = await stack.sql.query<{ version: string }>(
        `SELECT version FROM registry_change WHERE $1 = ANY(ods_codes) OR ods_codes IS NULL ORDER BY version DESC LIMIT 1`,
        [target.odsCode],
      );
      const version = Number(changes[0]?.version);
      if (code === null) {
        const old = rows.intents.filter(({ record }) => record['asid'] === target.asid);
        expect(old.every(({ record }) => Number(record['registryVersion']) < version)).toBe(true);
        const lastOld = Math.max(
          ...rows.arrived.filter(({ asid }) => asid === target.asid).map(({ atMs }) => atMs),
        );
        expect(lastOld - changedAtMs).toBeLessThan(withinMs);
        expect(rows.intents.some(({ record }) => record['asid'] === moved.asid)).toBe(true);
        const own = answers.filter(({ correlationId }) => callers.get(correlationId)?.[0] === target);
        expect(own.filter(({ status }) => status !== 200)).toEqual([]);
        process.stdout.write(
          `F26 ${name}: last call as before ${String(lastOld - changedAtMs)} ms after the change\n`,
        );
        return;
      }
      const last = Math.max(...rows.arrived.map(({ atMs }) => atMs));
      expect(last - changedAtMs).toBeLessThan(withinMs);
      expect(rows.denied.length).toBeGreaterThan(20);
      expect(new Set(rows.denied.map(({ record }) => record['code']))).toEqual(new Set([code]));
      expect(
        Math.min(...rows.denied.map(({ record }) => Number(record['registryVersion']))),
      ).toBeGreaterThanOrEqual(version);
      // Both replicas refused.
      expect(new Set(rows.denied.map(({ writer }) => writer)).size).toBe(2);
      const bystanderAnswers = answers.filter(
        ({ correlationId }) => callers.get(correlationId)?.[0] !== target,
      );
      expect(bystanderAnswers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(bystanderAnswers.length).toBeGreaterThan(60);
      process.stdout.write(
        `F26 ${name}: last call ${String(last - changedAtMs)} ms after the change, ${String(rows.denied.length)} refused\n`,
      );
    },
  );
});

interface TargetEvidence {
  readonly intents: Evidence['denied'];
  readonly denied: Evidence['denied'];
  readonly arrived: readonly { readonly atMs: number; readonly asid: unknown }[];
}

function evidenceOf(evidence: Evidence, prefix: string, target: Onboarded): TargetEvidence {
  const mine = (record: Readonly<Record<string, unknown>>): boolean =>
    String(record['correlationId']).startsWith(prefix) && record['clientName'] === target.client;
  const intents = [...evidence.intents.values()].filter(({ record }) => mine(record));
  const asids = new Map(intents.map(({ attemptId, record }) => [attemptId, record['asid']]));
  return {
    intents,
    denied: evidence.denied.filter(({ record }) => mine(record)),
    arrived: evidence.hits
      .filter(({ correlationId }) => asids.has(correlationId ?? ''))
      .map(({ at, correlationId }) => ({ atMs: Date.parse(at), asid: asids.get(correlationId ?? '') })),
  };
}

it('afterwards S1–S8 hold', async () => {
  const { faults } = await prove(stack, {
    answers: allAnswers,
    rebound,
    canaries: ['9000000009', '000000070000'],
  });
  expect(faults).toEqual(PROVED);
});
