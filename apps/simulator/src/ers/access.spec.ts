import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callAs, freshErs, REFERRAL, type Who } from '../testing/ers-caller.js';
import { startHarness, type Harness } from '../testing/harness.js';
import { INTERACTIONS } from './interactions.js';

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(() => freshErs(h));
const call = (...args: Parameters<typeof callAs> extends [Harness, ...infer Rest] ? Rest : never) =>
  callAs(h, ...args);

describe('who may do what', () => {
  const appRows = INTERACTIONS.map(
    ({ id, applicationFunctions }) => [id, applicationFunctions.map((name) => name.split('_')[0])] as const,
  );
  it('application-restricted capabilities are those of the matrix', () => {
    const interactionsOf = (capability: string) => [
      ...new Set(appRows.filter(([, names]) => names.includes(capability)).map(([id]) => id)),
    ];
    expect(interactionsOf('REFERRER')).toEqual(['A004', 'A033', 'A035', 'A037']);
    expect(interactionsOf('PROVIDER')).toEqual([
      'A004',
      'A005',
      'A006',
      'A007',
      'A008',
      'A013',
      'A024',
      'A025',
      'A028',
      'A029',
      'A036',
      'A042',
      'A043',
    ]);
  });
  it.each<[Who, string, string, string]>([
    ['referrer', 'GET', `${REFERRAL}/000000070000`, 'FORBIDDEN'],
    ['provider', 'GET', '/FHIR/R4/HealthcareService/1', 'REC_FORBIDDEN'],
    ['provider', 'GET', '/FHIR/STU3/Appointment/70000', 'FORBIDDEN'],
    ['SPC', 'POST', `${REFERRAL}/000000070000/$ers.generatePatientLetter`, 'FORBIDDEN'],
    ['SPC', 'GET', '/FHIR/R4/Practitioner?_query=onBehalfOf', 'REC_FORBIDDEN'],
  ])('%s must not %s %s: 403 %s', async (who, method, path, code) => {
    const response = await call(who, method, path);
    expect([response.status, response.code]).toEqual([403, code]);
  });
  it('SERVICE_PROVIDER_CLINICIAN_ADMIN must act on behalf of a user, others must not', async () => {
    const obo = { 'NHSD-eRS-On-Behalf-Of-User-ID': '555073103100' };
    const path = `${REFERRAL}/000000070000`;
    expect((await call('SPCA', 'GET', path)).status).toBe(403);
    expect((await call('SPCA', 'GET', path, { headers: obo })).status).toBe(200);
    expect((await call('SPC', 'GET', path, { headers: obo })).status).toBe(403);
  });
  it('the sandbox needs no token, but checks the business function and on-behalf-of', async () => {
    await h.control('POST', '/options', { authorisation: 'none' });
    const statusOf = async (headers: Record<string, string>) =>
      (await h.ers('GET', `${REFERRAL}/000000070000`, headers)).status;
    const as = (businessFunction: string) => ({
      'NHSD-End-User-Organisation-ODS': 'R69',
      'NHSD-eRS-Business-Function': businessFunction,
    });
    expect(await statusOf(as('SERVICE_PROVIDER_CLINICIAN'))).toBe(200);
    expect(await statusOf(as('REFERRING_ADMIN'))).toBe(403);
    expect(await statusOf(as('SERVICE_PROVIDER_CLINICIAN_ADMIN'))).toBe(403);
    expect(await statusOf({})).toBe(200);
    await h.control('POST', '/options', { authorisation: 'required' });
    expect(await statusOf(as('SERVICE_PROVIDER_CLINICIAN'))).toBe(401);
  });
  it('a user with known roles can’t act in any other', async () => {
    await h.control('PUT', '/users/555073103100', {
      roles: [{ odsCode: 'R69', businessFunctions: ['SERVICE_PROVIDER_CLINICIAN'] }],
    });
    expect((await call('SPC', 'GET', `${REFERRAL}/000000070000`)).status).toBe(200);
    expect((await call('RC', 'GET', `${REFERRAL}/000000070000`)).code).toBe('NO_ACCESS');
    expect(JSON.stringify((await call('SPC', 'GET', '/FHIR/R4/PractitionerRole')).json)).not.toContain(
      'A20047',
    );
  });
  it('a legitimate relationship is needed, unless the option relationships is any', async () => {
    expect((await call('provider', 'GET', `${REFERRAL}/000000070006`)).code).toBe('NO_RELATIONSHIP');
    await h.control('POST', '/options', { relationships: 'any' });
    expect((await call('provider', 'GET', `${REFERRAL}/000000070006`)).status).toBe(200);
  });
});
