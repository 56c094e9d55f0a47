import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ADVICE,
  callAs,
  freshErs,
  listType,
  parameters,
  REFERRAL,
  service,
  WORKLIST,
  type Who,
} from '../testing/ers-caller.js';
import { startHarness, type Harness } from '../testing/harness.js';
import { isNhsNumber, testNhsNumber } from './records/nhs-numbers.js';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(() => freshErs(h));
const call = (...args: Parameters<typeof callAs> extends [Harness, ...infer Rest] ? Rest : never) =>
  callAs(h, ...args);

describe('errors of reads', () => {
  it.each<[Who, string, string, number, string | undefined, unknown?]>([
    ['provider', 'GET', `${REFERRAL}/000000099999`, 404, undefined],
    ['provider', 'GET', `${REFERRAL}/000000070001`, 422, 'INVALID_REQUEST_TYPE'],
    ['provider', 'GET', `${ADVICE}/000000070000`, 422, 'INVALID_REQUEST_TYPE'],
    ['provider', 'GET', `${REFERRAL}/000000070009`, 422, 'PATIENT_ERROR'],
    ['provider', 'GET', `${REFERRAL}/000000070000/_history/7`, 404, undefined],
    ['provider', 'GET', `${REFERRAL}/000000070000/_history/0`, 404, undefined],
    ['provider', 'GET', '/FHIR/STU3/CodeSystem/__proto__', 404, undefined],
    ['SPC', 'GET', '/FHIR/STU3/Binary/att-70000-large', 422, 'FILE_SIZE_ERROR'],
    ['SPC', 'GET', '/FHIR/STU3/Binary/att-70000-pending', 422, 'PENDING'],
    [
      'provider',
      'GET',
      '/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/5&intent=proposal&status=ready',
      400,
      'HISTORY_NOT_SUPPORTED',
    ],
    [
      'provider',
      'GET',
      '/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/6&status=ready',
      400,
      'MISSING_PARAMETER',
    ],
    [
      'provider',
      'GET',
      '/FHIR/STU3/Communication?based-on=CommunicationRequest/000000070000',
      400,
      'INVALID_REQUEST_TYPE',
    ],
    ['RC', 'GET', '/FHIR/STU3/Slot', 400, 'MISSING_HEADER'],
    ['referrer', 'GET', '/FHIR/R4/HealthcareService', 400, 'REC_BAD_REQUEST'],
    ['provider', 'POST', WORKLIST, 422, 'MISSING_VALUE', parameters()],
    ['provider', 'POST', WORKLIST, 422, 'MISSING_VALUE', parameters(listType('REFERRALS_FOR_REVIEW'))],
    [
      'provider',
      'POST',
      WORKLIST,
      422,
      'INVALID_CODE',
      parameters(listType('AWAITING_BOOKING'), service('11012')),
    ],
    ['provider', 'POST', WORKLIST, 422, 'UNEXPECTED_FIELD', parameters({ name: 'other' })],
    ['provider', 'POST', WORKLIST, 422, 'INVALID_FHIR_STRUCTURE', { resourceType: 'List' }],
    [
      'provider',
      'POST',
      WORKLIST,
      422,
      'REFERENCE_NOT_FOUND',
      parameters(listType('REFERRALS_FOR_REVIEW'), service('99999')),
    ],
    ['provider', 'POST', WORKLIST, 400, undefined, 'not json'],
  ])('%s %s %s: %i %s', async (who, method, path, status, code, body) => {
    const response = await call(who, method, path, body === undefined ? {} : { body });
    expect([response.status, response.code]).toEqual([status, code]);
  });
});

describe('worklists', () => {
  it('list several patients of this organisation only, each with UBRN and NHS number', async () => {
    const { json } = await call('SPC', 'POST', WORKLIST, {
      body: parameters(listType('REFERRALS_FOR_REVIEW')),
    });
    const text = JSON.stringify(json);
    const entries = json['entry'] as unknown[];
    expect(entries.length).toBeGreaterThan(2);
    const patients = new Map(
      (json['contained'] as { id: string; identifier: [{ system: string; value: string }] }[]).map(
        ({ id, identifier: [{ system, value }] }) => [`#${id}`, `${system}|${value}`],
      ),
    );
    for (const entry of entries) {
      const text = JSON.stringify(entry);
      expect(text).toMatch(/ReferralRequest\/\d{12}/);
      const reference = /"url":"patient","valueReference":\{"reference":"([^"]+)"/.exec(text)?.[1] ?? '';
      expect(patients.get(reference)).toMatch(/^http:\/\/fhir\.nhs\.net\/Id\/nhs-number\|\d{10}$/);
    }
    expect([text.includes('000000070007'), text.includes('000000070006')]).toEqual([true, false]);
  });
  it('may be retrieved twice a day for each service, if the limit is switched on', async () => {
    await h.control('POST', '/options', { worklistDailyLimit: true });
    const ask = async (id: string) =>
      (
        await call('provider', 'POST', WORKLIST, {
          body: parameters(listType('REFERRALS_FOR_REVIEW'), service(id)),
        })
      ).status;
    expect([await ask('11012'), await ask('11012'), await ask('11012'), await ask('11013')]).toEqual([
      200, 200, 403, 200,
    ]);
  });
  it('that are too large for APIM get Apigee’s own 500', async () => {
    await h.control(
      'POST',
      '/referrals',
      Array.from({ length: 10_000 }, (_, i) => ({
        ubrn: String(500_000_000 + i).padStart(12, '0'),
        services: ['11012'],
        worklists: ['REFERRALS_FOR_REVIEW'],
      })),
    );
    const response = await call('provider', 'POST', WORKLIST, {
      body: parameters(listType('REFERRALS_FOR_REVIEW'), service('11012')),
    });
    expect([response.status, response.body.slice(0, 200)]).toEqual([
      500,
      '{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"protocol.http.TooBigBody"}}}',
    ]);
  });
});

it('every NHS number of the data set is a valid test number', () => {
  for (let n = 0; n < 15; n++)
    expect([isNhsNumber(testNhsNumber(n)), testNhsNumber(n).startsWith('999')]).toEqual([true, true]);
  expect([isNhsNumber('9000000009'), isNhsNumber('9000000008')]).toEqual([true, false]);
});
