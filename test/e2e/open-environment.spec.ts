/** User-restricted access in an open environment such as the NHS sandbox, which has no users, tokens, ASIDs or owners. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, sendRequest, refusalIn, trailOf, watch } from '../support/answers.ts';
import type { Stack } from '../support/servers/stack.ts';
import { startOpenWard } from '../support/users/open-ward.ts';

const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const SOMEBODY = '555073103100';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const FUNCTION = 'NHSD-eRS-Business-Function';
const ON_BEHALF_OF = 'NHSD-eRS-On-Behalf-Of-User-ID';

let stack: Stack;
let key: string;

beforeAll(async () => {
  ({ stack, key } = await startOpenWard());
});
afterAll(() => stack.stop());

interface Extra {
  readonly method?: string;
  readonly body?: Buffer | string;
}
const call = (path: string, headers: Record<string, string> = {}, extra: Extra = {}): Promise<Answer> =>
  sendRequest(stack.gateway.partner, path, { key, headers, ...extra });

/** The user headers of the one request that reached e-RS, with names in lower case. */
async function userHeadersSent(work: () => Promise<Answer>): Promise<Record<string, string>> {
  const arrivals = await watch(stack);
  expect((await work()).status).toBeLessThan(300);
  const [sent, ...more] = await arrivals('ers');
  expect(more).toEqual([]);
  expect(sent?.headers.map(([name]) => name.toLowerCase())).not.toContain('authorization');
  return Object.fromEntries(
    (sent?.headers ?? [])
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => name.startsWith('nhsd-')),
  );
}

describe('a user-restricted call in an open environment', () => {
  it('is sent without a session, with the organisation of the binding and the business function of the caller', async () => {
    const headers = await userHeadersSent(() => call(REFERRAL, { [FUNCTION]: 'REFERRING_CLINICIAN' }));
    expect(headers).toEqual({
      'nhsd-end-user-organisation-ods': 'R69',
      'nhsd-ers-business-function': 'REFERRING_CLINICIAN',
    });
  });

  it('is recorded with the business function, the user acted for, and the reason why there was no user', async () => {
    const answer = await call(REFERRAL, { [FUNCTION]: SPCA, [ON_BEHALF_OF]: SOMEBODY });
    expect(answer.status).toBe(200);
    const [intent, outcome] = await trailOf(stack, answer);
    expect(intent).toMatchObject({
      kind: 'INTENT',
      accessMode: 'user-restricted',
      businessFunction: SPCA,
      onBehalfOfUserId: SOMEBODY,
      noUser: 'open environment',
      tokenIdHash: null,
    });
    expect(outcome).toMatchObject({ kind: 'OUTCOME', outcome: 'COMPLETED' });
  });

  it('omits headers that the interaction does not take', async () => {
    const everything = {
      [FUNCTION]: SPCA,
      [ON_BEHALF_OF]: SOMEBODY,
      'NHSD-eRS-Comm-Rule-Org': 'X26',
      'NHSD-eRS-File-Name': 'letter.pdf',
      'NHSD-eRS-Referral-ID': '000000070000',
    };
    expect(await userHeadersSent(() => call('/FHIR/R4/PractitionerRole', everything))).toEqual({});
    expect(await userHeadersSent(() => call('/FHIR/R4/Practitioner?_query=onBehalfOf', everything))).toEqual({
      'nhsd-end-user-organisation-ods': 'R69',
      'nhsd-ers-business-function': SPCA,
    });
  });

  it('uploads a file of 5 MiB with its name and referral', async () => {
    const headers = await userHeadersSent(() =>
      call(
        '/FHIR/STU3/Binary',
        {
          [FUNCTION]: 'REFERRING_CLINICIAN',
          'NHSD-eRS-File-Name': 'Clinic letter.pdf',
          'NHSD-eRS-Referral-ID': '000000070000',
          'Content-Type': 'application/pdf',
        },
        { method: 'POST', body: Buffer.alloc(5_242_880, 'a') },
      ),
    );
    expect(headers).toMatchObject({
      'nhsd-ers-file-name': 'Clinic letter.pdf',
      'nhsd-ers-referral-id': '000000070000',
    });
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ['no function', REFERRAL, {}, 400, 'GW_HEADER_SYNTAX'],
    ['another interaction’s function', REFERRAL, { [FUNCTION]: 'COMMISSIONER' }, 403, 'GW_BUSINESS_FUNCTION'],
    [
      'an application’s function',
      REFERRAL,
      { [FUNCTION]: 'AUTHORISED_APPLICATION' },
      403,
      'GW_HEADER_FORBIDDEN',
    ],
    ['a list of functions', REFERRAL, { [FUNCTION]: `${SPCA},${SPCA}` }, 400, 'GW_HEADER_SYNTAX'],
    ['nobody to act for', REFERRAL, { [FUNCTION]: SPCA }, 400, 'GW_HEADER_SYNTAX'],
    [
      'somebody to act for needlessly',
      REFERRAL,
      { [FUNCTION]: 'REFERRING_CLINICIAN', [ON_BEHALF_OF]: SOMEBODY },
      403,
      'GW_HEADER_FORBIDDEN',
    ],
    [
      'a malformed header that the interaction does not take',
      REFERRAL,
      { [FUNCTION]: 'REFERRING_CLINICIAN', 'NHSD-eRS-File-Name': 'letter.exe' },
      400,
      'GW_HEADER_SYNTAX',
    ],
    [
      'another organisation',
      REFERRAL,
      { [FUNCTION]: SPCA, 'NHSD-End-User-Organisation-ODS': 'RCD' },
      403,
      'GW_GRANT',
    ],
    [
      'an interaction outside the message sets',
      '/FHIR/STU3/Appointment/70000',
      { [FUNCTION]: 'REFERRING_CLINICIAN' },
      403,
      'GW_MESSAGE_SET',
    ],
  ])('%s: nothing is sent, and the refusal is recorded', async (_, path, headers, status, code) => {
    const arrivals = await watch(stack);
    const answer = await call(path, headers);
    expect(refusalIn(answer)).toMatchObject({ status, code });
    expect(await arrivals('ers')).toEqual([]);
    expect(await trailOf(stack, answer)).toMatchObject([{ kind: 'DENIED', code }]);
  });

  it('is explained with the same steps, at the time and now', async () => {
    const answer = await call(REFERRAL, { [FUNCTION]: 'COMMISSIONER' });
    const [denied] = await trailOf(stack, answer);
    const past = await stack.admin<{ same: boolean; then: { code: string } }>(
      'GET',
      `/audit/requests/${String(denied?.['attemptId'])}/explanation`,
    );
    expect(past).toMatchObject({ same: true, then: { code: 'GW_BUSINESS_FUNCTION' } });
  });
});
