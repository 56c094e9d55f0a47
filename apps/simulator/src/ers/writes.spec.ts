import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  callAs,
  coded,
  freshErs,
  ifMatch,
  parameters,
  patient,
  REFERRAL,
  shortlist,
} from '../testing/ers-caller.js';
import { startHarness, type Harness } from '../testing/harness.js';
import { testNhsNumber } from './records/nhs-numbers.js';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(() => freshErs(h));
const call = (...args: Parameters<typeof callAs> extends [Harness, ...infer Rest] ? Rest : never) =>
  callAs(h, ...args);

const BOOKING = {
  resourceType: 'Appointment',
  status: 'booked',
  slot: [{ reference: 'Slot/11000021' }],
  incomingReferral: [{ reference: 'ReferralRequest/000000070005/_history/6' }],
};
describe('writes', () => {
  const cancel = (headers: Record<string, string>, ubrn = '000000070002') =>
    call('provider', 'POST', `${REFERRAL}/${ubrn}/$ers.cancelReferral`, {
      headers,
      body: parameters(coded('cancellationReason', 'RAISED_IN_ERROR')),
    });

  it.each<[string, Record<string, string>, string, number]>([
    ['no If-Match', {}, '000000070002', 400],
    ['a strong ETag', { 'If-Match': '"3"' }, '000000070002', 400],
    ['an older version', ifMatch(2), '000000070002', 412],
    ['a version to come', ifMatch(4), '000000070002', 412],
    ['a referral being edited', ifMatch(2), '000000070010', 423],
    ['a cancelled referral', ifMatch(2), '000000070011', 422],
    ['no relationship', ifMatch(2), '000000070006', 422],
  ])('%s: nothing changes', async (_name, headers, ubrn, status) => {
    expect((await cancel(headers, ubrn)).status).toBe(status);
    expect((await h.counters()).stateChanges).toBe(0);
  });
  it('a write that is sent twice takes effect once', async () => {
    const statuses = [(await cancel(ifMatch(3))).status, (await cancel(ifMatch(3))).status];
    expect(statuses).toEqual([200, 412]);
    const after = await call('provider', 'GET', `${REFERRAL}/000000070002`);
    expect([after.headers['etag'], after.json.meta?.versionId, after.json['status']]).toEqual([
      'W/"4"',
      '4',
      'cancelled',
    ]);
    expect((await call('provider', 'GET', `${REFERRAL}/000000070002/_history/3`)).json['status']).toBe(
      'active',
    );
    expect((await h.counters()).stateChanges).toBe(1);
  });
  it.each<[string, string, number]>([
    ['$ers.changeShortlist', '000000070005', 409],
    ['$ers.changeShortlistAndSendForTriage', '000000070005', 409],
  ])('%s answers a stale version with 409', async (operation, ubrn, status) => {
    expect(
      (
        await call('RC', 'POST', `${REFERRAL}/${ubrn}/${operation}`, {
          headers: ifMatch(1),
          body: parameters(shortlist('11002')),
        })
      ).status,
    ).toBe(status);
  });
  it('a booking takes the slot, ties the referral to it, and a cancellation frees both', async () => {
    const booked = await call('RC', 'POST', '/FHIR/STU3/Appointment', { body: BOOKING });
    const id = String(booked.json['id']);
    expect((await call('RC', 'POST', '/FHIR/STU3/Appointment', { body: BOOKING })).status).toBe(409);
    const again = {
      ...BOOKING,
      incomingReferral: [{ reference: 'ReferralRequest/000000070004/_history/2' }],
    };
    expect((await call('RC', 'POST', '/FHIR/STU3/Appointment', { body: again })).code).toBe(
      'SLOT_NOT_AVAILABLE',
    );
    expect((await call('RC', 'GET', `${REFERRAL}/000000070005`)).headers['etag']).toBe('W/"7"');
    const cancelled = await call('RC', 'PUT', `/FHIR/STU3/Appointment/${id}`, {
      headers: ifMatch(1),
      body: { resourceType: 'Appointment', status: 'cancelled' },
    });
    expect([cancelled.status, cancelled.headers['etag']]).toEqual([200, 'W/"2"']);
    expect((await call('RC', 'POST', '/FHIR/STU3/Appointment', { body: again })).status).toBe(201);
  });
  it.each<[string, unknown[], string]>([
    ['no patient', [shortlist('11002')], 'MISSING_VALUE'],
    ['not an NHS number', [patient('9000000008'), shortlist('11002')], 'INVALID_VALUE'],
    ['a patient that can’t be used', [patient(testNhsNumber(8)), shortlist('11002')], 'PATIENT_ERROR'],
    ['an empty shortlist', [patient(), shortlist()], 'MISSING_VALUE'],
    ['a service twice', [patient(), shortlist('1', '1')], 'DUPLICATE_SERVICE'],
    ['an unknown service', [patient(), shortlist('99999')], 'SHORTLISTED_SERVICE_NOT_IN_RESULTS'],
    [
      '21 services',
      [patient(), shortlist(...Array.from({ length: 21 }, (_, i) => String(i)))],
      'TOO_MANY_ITEMS',
    ],
  ])('A011 refuses %s with 422', async (_name, given, code) => {
    const response = await call('RC', 'POST', `${REFERRAL}/$ers.createReferral`, {
      body: parameters(...given),
    });
    expect([response.status, response.code]).toEqual([422, code]);
  });
  it('A011, A021 and A044 create new UBRNs that can be read', async () => {
    const made = await call('RC', 'POST', `${REFERRAL}/$ers.createReferral`, {
      body: parameters(patient(), shortlist('11002')),
    });
    const ubrn = String(made.json['id']);
    expect(made.headers['etag']).toBe('W/"1"');
    expect((await call('provider', 'GET', `${REFERRAL}/${ubrn}`)).status).toBe(200);
    const other = await call('RC', 'POST', `${REFERRAL}/$ers.createReferralAndSendForTriage`, {
      body: parameters(patient(), shortlist('11012')),
    });
    expect(other.json['id']).not.toBe(ubrn);
  });
  it('A027 converts once, and only with authority', async () => {
    const convert = (ubrn: string, version: number) =>
      call('SPC', 'POST', `${REFERRAL}/$ers.createFromCommunicationRequestActionLater`, {
        body: parameters(
          {
            name: 'createFrom',
            valueReference: { reference: `CommunicationRequest/${ubrn}/_history/${version}` },
          },
          coded('newReferralPriority', 'URGENT'),
          { name: 'reviewComments', valueString: 'x' },
        ),
      });
    expect((await convert('000000070001', 6)).code).toBe('INVALID_REQUEST_STATE');
    expect((await convert('000000070008', 5)).status).toBe(409);
    expect((await convert('000000070008', 6)).status).toBe(201);
    expect((await convert('000000070008', 7)).code).toBe('INVALID_REQUEST_STATE');
  });
});
