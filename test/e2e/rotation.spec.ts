/**
 * Many keys rotated under a policy, by two workers that are killed at random moments, on clocks that are moved past the hour
 * for which APIM caches a JWKS, while calls go on at two replicas. `npm run assure` does it with 200 applications.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { administer, sendRequest, verdictOf } from '../support/answers.ts';
import { KEY_LIFE, keyStories } from '../support/audit/key-stories.ts';
import { openLoop, type Stream } from '../support/load.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { callKms, type Stack, startStack } from '../support/servers/stack.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { until } from '../support/until.ts';

const CODES = '/FHIR/STU3/CodeSystem/SPECIALTY';
const APPLICATIONS = IS_FULL_SIZE ? 200 : 4;
const CALLS_PER_SECOND = IS_FULL_SIZE ? 50 : 5;
/** A machine that is too slow for the rate gets fewer calls, and not ever more that wait. */
const MOST_UNDER_WAY = 2 * CALLS_PER_SECOND;
const LIMIT_MS = IS_FULL_SIZE ? 3_600_000 : 400_000;
const WAIT_MS = 3_900_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOOK_MS = 500;
const TURN_LOOKS = 25;
/** Within this time a worker that is to die inside a step does so, or is killed wherever it is. */
const DEATH_MS = 3_000;
/** Longer than a claim, so that what a killed worker has begun goes on in the next turn. */
const TURN_MS = 190_000;
const REJECTIONS_APART_MS = 35_000;

let front: Server;
let stack: Stack;
let replicas: GatewayProcess[] = [];
let applications: Onboarded[];
let traffic: Stream<ReturnType<typeof verdictOf>>;
let offsetMs = 0;
let workers: GatewayProcess[] = [];
let kills = 0;
let underWay = 0;
/** No call is made while the clocks of the two sides differ. */
let clocksAgree = Promise.resolve();

beforeAll(async () => {
  // The public address, as a balancer in front of the public listeners would be.
  let reads = 0;
  front = createServer((request, response) => {
    const replica = replicas[(reads += 1) % replicas.length] ?? stack.gateway;
    void fetch(replica.public + (request.url ?? ''))
      .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
      .catch(() => response.writeHead(502).end());
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as AddressInfo;
  stack = await startStack({
    worker: false,
    settings: { GATEHOUSE_PUBLIC_URL: `http://127.0.0.1:${port}` },
  });
  replicas = [stack.gateway, await stack.startGateway({ GATEHOUSE_ROLES: 'partner,public' })];
  applications = await onboard(
    stack,
    Array.from({ length: APPLICATIONS }, (_, n) => ({ odsCode: `Q${n + 1}` })),
  );
  workers = [await startWorker(), await startWorker()];
  let sent = 0;
  const send = async () => {
    const n = (sent += 1);
    const { clientKey: key = '' } = applications[n % applications.length] ?? {};
    const replica = replicas[Math.floor(n / applications.length) % replicas.length] ?? stack.gateway;
    await clocksAgree;
    underWay += 1;
    try {
      // While the clocks are moved nothing is sent, and a connection that was kept may end just as it is used again.
      return verdictOf(await sendRequest(replica.partner, CODES, { key, headers: { Connection: 'close' } }));
    } finally {
      underWay -= 1;
    }
  };
  traffic = openLoop(CALLS_PER_SECOND, send, MOST_UNDER_WAY);
}, LIMIT_MS);
afterAll(async () => {
  await traffic.stop();
  await stack.stop();
  front.close();
});

const startWorker = (): Promise<GatewayProcess> => stack.startGateway({ GATEHOUSE_ROLES: 'worker' });

async function moveBy(ms: number): Promise<void> {
  let agree: () => void = () => undefined;
  clocksAgree = new Promise((resolve) => (agree = resolve));
  await until('no call is under way', () => underWay === 0, 60_000);
  offsetMs += ms;
  for (const gateway of [...replicas, ...workers]) await gateway.hook({ clockOffsetMs: offsetMs });
  await stack.simulator.control('POST', '/clock', { offsetMs });
  agree();
}

/**
 * Gatehouse takes a second rejected token of an application within half a minute for a fault at e-RS, and uses none for as
 * long. Here both would have died of a moved clock.
 */
async function noRecentRejection(): Promise<void> {
  await until(
    'no token was rejected in the last half minute',
    async () => {
      const { rows } = await stack.sql.query<{ rejected: boolean }>(
        `SELECT EXISTS (SELECT FROM audit.event WHERE kind = 'OUTCOME' AND record->>'upstreamStatus' = '401'
           AND started_at > to_timestamp($1)) AS rejected`,
        [(Date.now() + offsetMs - REJECTIONS_APART_MS) / 1000],
      );
      return rows[0]?.rejected === false;
    },
    LIMIT_MS / 3,
  );
}

/** Kills one of the workers, between what a step does outside and its row or wherever it is, and starts another. */
async function killOne(): Promise<void> {
  const [victim, ...rest] = workers;
  await victim?.hook({ killAt: 'in-rotation', after: Math.floor(Math.random() * 4) });
  await Promise.race([victim?.ended, pause(Math.random() * DEATH_MS)]);
  victim?.kill('SIGKILL');
  await victim?.ended;
  kills += 1;
  const next = await startWorker();
  await next.hook({ clockOffsetMs: offsetMs });
  workers = [...rest, next];
}

interface KeyRow {
  readonly owner: string;
  readonly kid: string;
  readonly state: string;
  readonly confirmed: boolean;
  readonly waited: number | null;
  readonly publishedMs: number;
  readonly arn: string;
}

async function keys(): Promise<KeyRow[]> {
  const { rows } = await stack.sql.query<KeyRow>(
    `SELECT application_id AS owner, kid, state, confirmed_at IS NOT NULL AS confirmed, kms_key_arn AS arn,
       (extract(epoch FROM published_at) * 1000)::float8 AS "publishedMs",
       (extract(epoch FROM activated_at - published_at) * 1000)::float8 AS waited
     FROM signing_key ORDER BY created_at`,
  );
  return rows;
}

/** Kills workers and moves the clock until each owner has come so far. */
async function turnsUntil(what: string, isDone: (ofOwner: readonly KeyRow[]) => boolean): Promise<void> {
  let turns = 0;
  await until(
    what,
    async () => {
      const rows = Object.values(Object.groupBy(await keys(), ({ owner }) => owner));
      if (rows.length === APPLICATIONS && rows.every((ofOwner) => isDone(ofOwner ?? []))) return true;
      await pause(LOOK_MS);
      turns += 1;
      if (turns % TURN_LOOKS === 0) {
        await killOne();
        await moveBy(TURN_MS);
      }
      return false;
    },
    LIMIT_MS / 3,
  );
}

const isReady = ({ state, confirmed }: KeyRow): boolean => state === 'PUBLISHED' && confirmed;

it(
  'costs no call, activates nothing early, has one winner each, and leaves no key that nobody knows',
  async () => {
    for (const { odsCode } of applications)
      await stack.admin('PUT', '/rotation-policies', {
        ...{ organisation: odsCode, product: 'ReferWell', environment: 'local', everyDays: 1 },
      });
    await turnsUntil('each application has a standby', (ofOwner) => ofOwner.some(isReady));
    // By hand, too: those that were published less than an hour ago on the clocks of the replicas.
    const young = ({ publishedMs }: KeyRow) => Date.now() + offsetMs - publishedMs < HOUR_MS - TURN_MS;
    const tooEarly = (await keys()).filter((key) => isReady(key) && young(key));
    expect(tooEarly.length).toBeGreaterThan(0);
    for (const { kid } of tooEarly) {
      const early = await administer(stack, 'POST', `/signing-keys/${kid}/activate`, {});
      expect(early.status).toBe(409);
    }
    await noRecentRejection();
    await moveBy(2 * DAY_MS);
    await turnsUntil(
      'each application signs with its standby, and has the next one',
      (ofOwner) =>
        ofOwner.some(isReady) && ofOwner.some(({ state, waited }) => state === 'ACTIVE' && waited !== 0),
    );
    const answers = await traffic.stop();
    expect(answers.length).toBeGreaterThan(20);
    const failed = answers.filter(({ status }) => status !== 200);
    expect(Object.groupBy(failed, ({ status, code }) => `${status} ${code}`)).toEqual({});
    expect(kills).toBeGreaterThan(0);

    const rows = await keys();
    for (const ofOwner of Object.values(Object.groupBy(rows, ({ owner }) => owner))) {
      expect(ofOwner?.filter(({ state }) => state === 'ACTIVE')).toHaveLength(1);
      const [first, ...later] = ofOwner ?? [];
      expect(first?.waited).toBe(0);
      for (const { waited } of later) if (waited !== null) expect(waited).toBeGreaterThanOrEqual(WAIT_MS);
    }
    await everyStoryIsWhole();
    expect(await unknownKeys(new Set(rows.map(({ arn }) => arn)))).toEqual([]);
  },
  LIMIT_MS,
);

/** The history of each key has each step of its life, in order and once. */
async function everyStoryIsWhole(): Promise<void> {
  const { rows } = await stack.sql.query<Record<string, unknown>>('SELECT * FROM signing_key');
  const stories = await keyStories(stack.sql);
  for (const row of rows) {
    // A canary that was accepted too long ago is repeated, which sets no time that was not set.
    const story = stories.get(String(row['kid']))?.filter((step) => step !== '');
    expect(story).toEqual(KEY_LIFE.filter((column) => row[column] !== null));
  }
}

/** Signing keys in KMS that are enabled and that the registry does not know. */
async function unknownKeys(known: ReadonlySet<string>): Promise<string[]> {
  const { kmsUrl } = stack.simulator;
  const { Keys } = await callKms<{ Keys: { KeyArn: string }[] }>(kmsUrl, 'ListKeys', {});
  const unknown: string[] = [];
  for (const { KeyArn } of Keys.filter(({ KeyArn: arn }) => !known.has(arn))) {
    const { KeyMetadata: key } = await callKms<{ KeyMetadata: { KeySpec: string; KeyState: string } }>(
      kmsUrl,
      'DescribeKey',
      {
        KeyId: KeyArn,
      },
    );
    if (key.KeySpec === 'RSA_4096' && key.KeyState === 'Enabled') unknown.push(KeyArn);
  }
  return unknown;
}
