import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshErs } from '../testing/ers-caller.js';
import { startHarness, type Harness } from '../testing/harness.js';
import { INTERACTIONS, type InteractionRow } from './interactions.js';

interface Specified {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly userRestricted: { readonly businessFunctions: readonly string[] | null };
  readonly headers: readonly { readonly name: string }[];
}

const ON_BEHALF_OF = 'NHSD-eRS-On-Behalf-Of-User-ID';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const FUNCTIONS = [
  'REFERRING_CLINICIAN',
  'REFERRING_CLINICIAN_ADMIN',
  'REFERRING_ADMIN',
  'COMMISSIONER',
  SPCA,
  'SERVICE_PROVIDER_CLINICIAN',
  'SERVICE_PROVIDER_ADMIN',
  'INFORMATION_ANALYST',
  'BOOKING_MANAGER',
  'ADDITIONAL_REQUIREMENTS_MANAGER',
];
const { interactions } = JSON.parse(
  readFileSync(new URL('../../../../docs/reference/interactions.json', import.meta.url), 'utf8'),
) as { interactions: Specified[] };

/** Parameters have other names in the specification than in our rows. */
const shape = ({ method, path }: { method: string; path: string }) =>
  `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`;
const specifiedOf = (row: InteractionRow) => interactions.find((one) => shape(one) === shape(row));

let h: Harness;
beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());

describe('who may call what, generated from docs/reference/interactions.json', () => {
  beforeAll(async () => {
    await freshErs(h);
    await h.control('POST', '/options', { relationships: 'any' });
  });

  it('every row of the specification has a row here', () => {
    expect(INTERACTIONS.map(shape).sort()).toEqual(interactions.map(shape).sort());
  });

  it.each(INTERACTIONS.map((row) => [`${row.id} ${row.operation}`, row] as const))(
    '%s, for each function, on behalf of somebody and not',
    async (_name, row) => {
      const specified = specifiedOf(row);
      const functions = specified?.userRestricted.businessFunctions;
      const takesOnBehalfOf = specified?.headers.some(({ name }) => name === ON_BEHALF_OF) === true;
      const token = await h.token('provider', {});
      const statusOf = async (businessFunction: string, onBehalfOf: boolean) => {
        const response = await h.ers(
          row.method,
          row.path.replaceAll(/\{\w+\}/g, 'x'),
          {
            Authorization: `Bearer ${token}`,
            'Content-Type': row.consumes?.[0] ?? '',
            'NHSD-End-User-Organisation-ODS': 'R69',
            'NHSD-eRS-Business-Function': businessFunction,
            ...(onBehalfOf ? { [ON_BEHALF_OF]: '555073103101' } : {}),
          },
          '{}',
        );
        return response.status === 403 ? 'refused' : response.status < 500 ? 'passed' : response.status;
      };
      for (const businessFunction of FUNCTIONS) {
        for (const onBehalfOf of [true, false]) {
          const isPermitted =
            functions === null ||
            (functions?.includes(businessFunction) === true &&
              onBehalfOf === (businessFunction === SPCA && takesOnBehalfOf));
          expect([businessFunction, onBehalfOf, await statusOf(businessFunction, onBehalfOf)]).toEqual([
            businessFunction,
            onBehalfOf,
            isPermitted ? 'passed' : 'refused',
          ]);
        }
      }
    },
  );
});

describe('e-RS follows the person', () => {
  beforeEach(() => freshErs(h));
  const as = async (userId: string, path: string, headers: Record<string, string> = {}) => {
    const token = await h.token('provider', { userId });
    return h.ers('GET', path, { Authorization: `Bearer ${token}`, ...headers });
  };
  const rolesOf = async (userId: string) => {
    const { entry = [] } = JSON.parse((await as(userId, '/FHIR/R4/PractitionerRole')).body) as {
      entry?: {
        resource: {
          practitioner: { identifier: { value: string } };
          organization: { identifier: { value: string } };
          code: { coding: { code: string }[] }[];
        };
      }[];
    };
    return entry.map(({ resource }) => [
      resource.practitioner.identifier.value,
      resource.organization.identifier.value,
      resource.code.map(({ coding }) => coding[0]?.code),
    ]);
  };
  const spca = {
    'NHSD-End-User-Organisation-ODS': 'R69',
    'NHSD-eRS-Business-Function': SPCA,
  };

  it.each<[string, unknown[]]>([
    ['656005750104', [['656005750104', 'A20047', ['REFERRING_CLINICIAN']]]],
    ['656005750114', []],
    ['656005750116', [['656005750116', 'R69', ['SERVICE_DEFINER', 'SERVICE_PROVIDER_CLINICIAN']]]],
  ])('A030 lists the roles of %s', async (userId, roles) => {
    expect(await rolesOf(userId)).toEqual(roles);
  });
  it.each([
    ['656005750108', ['656005750107', '656005750109']],
    ['656005750113', []],
  ])('A040 lists the users for whom %s may act', async (userId, others) => {
    const { body } = await as(userId, '/FHIR/R4/Practitioner?_query=onBehalfOf', spca);
    const { entry = [] } = JSON.parse(body) as { entry?: { resource: { id: string } }[] };
    expect(entry.map(({ resource }) => resource.id)).toEqual(others);
  });
  it.each<[string, string, number]>([
    ['656005750108', '656005750107', 200],
    ['656005750108', '656005750104', 403],
    ['656005750113', '656005750107', 403],
  ])('%s on behalf of %s: %i', async (userId, other, status) => {
    const response = await as(userId, '/FHIR/STU3/ReferralRequest/000000070000', {
      ...spca,
      [ON_BEHALF_OF]: other,
    });
    expect(response.status).toBe(status);
  });
  it.each<[string, string, string, number]>([
    ['656005750107', 'RCD', 'SERVICE_PROVIDER_CLINICIAN', 200],
    ['656005750107', 'RCD', 'REFERRING_CLINICIAN', 403],
    ['656005750107', 'X26', 'SERVICE_PROVIDER_CLINICIAN', 403],
    ['656005750114', 'R69', 'SERVICE_PROVIDER_CLINICIAN', 403],
  ])('%s at %s as %s: %i', async (userId, odsCode, businessFunction, status) => {
    const response = await as(userId, '/FHIR/STU3/ReferralRequest/000000070000', {
      'NHSD-End-User-Organisation-ODS': odsCode,
      'NHSD-eRS-Business-Function': businessFunction,
    });
    expect(response.status).toBe(status);
  });
  it('every call, refused or not, is recorded with subject, organisation, function and on-behalf-of user', async () => {
    const headers = { ...spca, [ON_BEHALF_OF]: '656005750107' };
    await as('656005750108', '/FHIR/STU3/ReferralRequest/000000070000', headers);
    await as('656005750113', '/FHIR/STU3/ReferralRequest/000000070000', headers);
    const [first, second] = await h.requests();
    expect(first).toMatchObject({
      userId: '656005750108',
      odsCode: 'R69',
      businessFunction: SPCA,
      onBehalfOfUserId: '656005750107',
      accessMode: 'user-restricted',
      status: 200,
    });
    expect(second).toMatchObject({ userId: '656005750113', odsCode: 'R69', status: 403 });
  });
});
