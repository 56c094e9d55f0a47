/** Every row of the catalogue succeeds for a user with the right function: from the client's key to e-RS and its trail. */
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, trailOf, verdictOf, watch } from '../../support/answers.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import { addPerson, onboardUsers, signIn } from '../../support/users/onboard-users.ts';
import {
  createReferrals,
  headersOf,
  operationOf,
  OURS,
  RC,
  RCA,
  REFERRAL,
  type Row,
  ROWS,
  SPC,
  SPCA,
} from '../../support/users/requests.ts';

const REFERRER = '700000000101';
const CLINICIAN = '700000000102';
const SECRETARY = '700000000103';
const PERSON: Readonly<Record<string, string>> = {
  [RC]: REFERRER,
  [RCA]: REFERRER,
  [SPC]: CLINICIAN,
  [SPCA]: SECRETARY,
};

let stack: Stack;
let key: string;
const handles = new Map<string, string>();

beforeAll(async () => {
  stack = await startStack({ worker: false });
  ({ clientKey: key } = await onboardUsers(stack, [['R69', 'RCD']]));
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  await createReferrals(stack);
  await addPerson(stack, { userId: REFERRER, roles: { R69: [RC, RCA] } });
  await addPerson(stack, { userId: CLINICIAN, roles: { R69: [SPC] } });
  await addPerson(stack, { userId: SECRETARY, roles: { R69: [SPCA] }, onBehalfOf: [CLINICIAN] });
  for (const userId of [REFERRER, CLINICIAN, SECRETARY])
    handles.set(userId, (await signIn(stack, key, userId)).handle);
}, 120_000);
afterAll(() => stack.stop());

/** As real callers do, function and on-behalf-of go with every call, whatever the interaction takes. */
function call(row: Row): Promise<Answer> {
  const [method, path, businessFunction, , { body } = {}] = row;
  return sendRequest(stack.gateway.partner, path, {
    ...{ key, method, ...(body === undefined ? {} : { body }) },
    headers: {
      'Gatehouse-User-Session': handles.get(PERSON[businessFunction] ?? '') ?? '',
      'NHSD-eRS-Business-Function': businessFunction,
      ...(businessFunction === SPCA ? { 'NHSD-eRS-On-Behalf-Of-User-ID': CLINICIAN } : {}),
      ...headersOf(row),
    },
  });
}

describe('each interaction as a user', () => {
  it('the table has all 40 rows', () => {
    expect(new Set(ROWS.map(operationOf))).toEqual(new Set(CATALOGUE));
  });

  it.each(ROWS)('%s %s as %s: %i', async (...row) => {
    const [, , businessFunction, status] = row;
    const { interaction, businessFunctions, onBehalfOf } = operationOf(row);
    const arrivals = await watch(stack);
    const answer = await call(row);
    expect([answer.status, answer.status === status ? '' : String(answer.body)]).toEqual([status, '']);
    const [hit, ...more] = await arrivals('ers');
    expect(more).toEqual([]);
    const sent = new Map((hit?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]));
    const takesFunction = businessFunctions.length > 0;
    const actsForSomebody = onBehalfOf && businessFunction === SPCA;
    expect(hit).toMatchObject({ interaction, userId: PERSON[businessFunction] });
    expect([
      sent.get('nhsd-end-user-organisation-ods'),
      sent.get('nhsd-ers-business-function'),
      sent.get('nhsd-ers-on-behalf-of-user-id'),
    ]).toEqual([
      takesFunction ? 'R69' : undefined,
      takesFunction ? businessFunction : undefined,
      actsForSomebody ? CLINICIAN : undefined,
    ]);
    const [intent, outcome] = await trailOf(stack, answer);
    expect(intent).toMatchObject({
      ...{ kind: 'INTENT', interaction, userId: PERSON[businessFunction], aal: 3, ial: 3 },
      businessFunction: takesFunction ? businessFunction : null,
      onBehalfOfUserId: actsForSomebody ? CLINICIAN : null,
    });
    expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'COMPLETED' });
  });

  it('one that the function may not perform is refused, and nothing is sent', async () => {
    const arrivals = await watch(stack);
    const answer = await call(['POST', `${REFERRAL}/${OURS.accept}/$ers.acceptReferral`, RC, 403]);
    expect(verdictOf(answer)).toEqual({ status: 403, code: 'GW_BUSINESS_FUNCTION' });
    expect(String(answer.body)).toContain('User does not have the required Business Function');
    expect(await arrivals('ers')).toEqual([]);
  });
});

describe('a session that ends', () => {
  it('while a replica still remembers it sends nothing more', async () => {
    const { handle } = await signIn(stack, key, CLINICIAN);
    handles.set(CLINICIAN, handle);
    const row: Row = ['GET', `${REFERRAL}/000000070000`, SPC, 200];
    expect((await call(row)).status).toBe(200);
    const arrivals = await watch(stack);
    await stack.sql.query(
      `SELECT end_user_sessions(ARRAY(SELECT id FROM user_session WHERE user_id = $1), 'a test', 'for a test', now())`,
      [CLINICIAN],
    );
    const answer = await call(row);
    expect(verdictOf(answer)).toEqual({ status: 401, code: 'GW_USER_SESSION' });
    expect(await arrivals('ers')).toEqual([]);
  });
});
