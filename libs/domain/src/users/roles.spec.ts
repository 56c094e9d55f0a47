import { describe, expect, it } from 'vitest';
import type { Json } from '../input/strict-json.js';
import { roleInWords, rolesIn } from './roles.js';

const SYSTEM = 'https://fhir.nhs.uk/CodeSystem/eRS-BusinessFunction-1';
const entry = (odsCode: Json, ...codes: Json[]): Json => ({
  resource: {
    resourceType: 'PractitionerRole',
    organization: { identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: odsCode } },
    code: codes.map((code) => ({ coding: [{ system: SYSTEM, code }] })),
  },
});
const bundle = (...entries: Json[]): Json => ({ resourceType: 'Bundle', type: 'searchset', entry: entries });

describe('the roles of A030', () => {
  it.each<[why: string, answer: Json, roles: readonly string[]]>([
    [
      'several functions at several organisations',
      bundle(entry('R69', 'SERVICE_PROVIDER_CLINICIAN', 'BOOKING_MANAGER'), entry('RCD', 'COMMISSIONER')),
      ['R69 SERVICE_PROVIDER_CLINICIAN', 'R69 BOOKING_MANAGER', 'RCD COMMISSIONER'],
    ],
    [
      'a function outside the ten is left out, and spoils nothing',
      bundle(entry('R69', 'SERVICE_DEFINER', 'REFERRING_ADMIN')),
      ['R69 REFERRING_ADMIN'],
    ],
    [
      'the same role twice',
      bundle(entry('R69', 'COMMISSIONER'), entry('R69', 'COMMISSIONER')),
      ['R69 COMMISSIONER'],
    ],
    ['the function of an application', bundle(entry('R69', 'PROVIDER_AUTHORISED_APPLICATION')), []],
    [
      'an organisation that is no ODS code',
      bundle(entry('r69', 'COMMISSIONER'), entry(7, 'COMMISSIONER')),
      [],
    ],
    ['an empty bundle', bundle(), []],
    ['no bundle', 'none', []],
    ['entries that are no roles', bundle(null, {}, { resource: {} }), []],
  ])('%s', (_why, answer, roles) => {
    expect(rolesIn(answer).map(({ odsCode, businessFunction }) => `${odsCode} ${businessFunction}`)).toEqual(
      roles,
    );
  });
});

it('a role is said in words', () => {
  const role = { odsCode: 'R69', businessFunction: 'SERVICE_PROVIDER_CLINICIAN' } as const;
  expect(roleInWords(role, 'Example NHS Trust')).toBe(
    'Service provider clinician at Example NHS Trust (R69)',
  );
  expect(roleInWords(role, null)).toBe('Service provider clinician at R69');
});
