/** An emergency under traffic: how long the disabled key is used, and how soon its standby signs. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { moveClocks, sendRequest } from '../support/answers.ts';
import { openLoop, type Stream } from '../support/load.ts';
import { onboard } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { IS_FULL_SIZE } from '../support/size.ts';
import { until } from '../support/until.ts';

const CODES = '/FHIR/STU3/CodeSystem/SPECIALTY';
const WAIT_MS = 3_905_000;
/**
 * A third of what the application may send: while the store of the rate is slow, each replica keeps to its own part, and
 * calls that waited for a token must not fill its queue for good.
 */
const CALLS_PER_SECOND = 3;
/** What other tests beside this one may cost. */
const SLOWNESS = IS_FULL_SIZE ? 1 : 10;

interface Key {
  readonly kid: string;
}
interface Emergency {
  readonly kid: string;
  readonly standbyKid: string;
  readonly disabledAt: string;
  readonly disabledInKmsAt: string;
}

let stack: Stack;
let traffic: Stream<number>;
let standby: Key;

beforeAll(async () => {
  stack = await startStack({ worker: false, replicas: 2 });
  const [r69] = await onboard(stack, [{ odsCode: 'R69' }]);
  const key = r69?.clientKey ?? '';
  standby = await stack.admin<Key>('POST', '/signing-keys', {
    ...{ environment: 'local', organisation: 'R69', product: 'ReferWell' },
    ...{ accessMode: 'application-restricted', capability: 'provider' },
  });
  await stack.admin('POST', `/signing-keys/${standby.kid}/publish`, {});
  await moveClocks(stack, WAIT_MS);
  await stack.settled();
  let sent = 0;
  traffic = openLoop(CALLS_PER_SECOND, async () => {
    const gateway = stack.gateways[(sent += 1) % stack.gateways.length];
    return (await sendRequest(gateway?.partner ?? '', CODES, { key })).status;
  });
});
afterAll(async () => {
  await traffic.stop();
  await stack.stop();
});

/** Epoch ms of the calls that were sent with a token of this key, by the clock of the gateways. */
async function usesOf(kid: string): Promise<number[]> {
  const { rows } = await stack.sql.query<{ at: string }>(
    `SELECT record ->> 'atMs' AS at FROM audit.event WHERE kind = 'INTENT' AND record ->> 'kid' = $1`,
    [kid],
  );
  return rows.map(({ at }) => Number(at));
}

it('the disabled key is used for at most a second more, and its standby signs within five', async () => {
  await until('calls go on', () => traffic.answers.length > 10);
  const [{ kid }] = (await stack.sql.query<Key>(`SELECT kid FROM signing_key WHERE state = 'ACTIVE'`))
    .rows as [Key];
  const emergency = await stack.admin<Emergency>('POST', `/signing-keys/${kid}/disable-now`, {
    reason: 'it was in a log',
  });
  expect(emergency).toMatchObject({ kid, standbyKid: standby.kid });
  const before = traffic.answers.length;
  await until('calls go on with the standby', () => traffic.answers.length > before + 30);
  const statuses = await traffic.stop();
  const disabledMs = Date.parse(emergency.disabledAt);
  expect(Math.max(...(await usesOf(kid))) - disabledMs).toBeLessThanOrEqual(1_000 * SLOWNESS);
  expect(Math.min(...(await usesOf(standby.kid))) - disabledMs).toBeLessThanOrEqual(5_000 * SLOWNESS);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
});
