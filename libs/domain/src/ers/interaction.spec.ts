import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.js';
import { INTERACTIONS } from './interaction.js';
import { accessOf } from './interaction-access.js';
import { decide } from '../policy/decide.js';
import type { Application, Snapshot } from '../registry/registry.js';
import type { Capability } from '../registry/records/vocabulary.js';

it('has the 37 interactions of the catalogue, in order', () => {
  const ids = INTERACTIONS.map(({ id }) => id);
  expect(ids).toHaveLength(37);
  expect(ids).toEqual(ids.toSorted());
  expect(INTERACTIONS.find(({ id }) => id === 'A005')?.requests).toEqual([
    { method: 'GET', path: '/FHIR/STU3/ReferralRequest/{ubrn}' },
    { method: 'GET', path: '/FHIR/STU3/ReferralRequest/{ubrn}/_history/{version}' },
  ]);
});

it('rows of one interaction have the same terms', () => {
  for (const { interaction, readOnly, deprecated, businessFunctions, applicationRestricted } of CATALOGUE) {
    expect(INTERACTIONS.find(({ id }) => id === interaction)).toMatchObject({
      readOnly,
      deprecated,
      businessFunctions,
      applicationRestricted,
    });
  }
});

describe('what may be used', () => {
  it.each([
    ['A004', 'user-restricted', null, 'allowed'],
    ['A011', 'user-restricted', null, 'allowed'],
    ['A004', 'application-restricted', 'referrer', 'allowed'],
    ['A005', 'application-restricted', 'provider', 'allowed'],
    ['A005', 'application-restricted', 'referrer', 'capability'],
    ['A005', 'application-restricted', null, 'capability'],
    ['A006', 'application-restricted', 'provider', 'mode'],
    ['A011', 'application-restricted', 'referrer', 'mode'],
    ['A028', 'application-restricted', 'provider', 'write exception'],
    ['A028', 'application-restricted', 'referrer', 'capability'],
  ] as const)('%s, %s %s: %s', (id, mode, capability, access) => {
    expect(
      accessOf(
        INTERACTIONS.find((each) => each.id === id)!,
        mode,
        capability,
      ),
    ).toBe(access);
  });

  it.each(['referrer', 'provider'] as const)(
    'by a %s is what decide() permits, for every operation',
    (capability) => {
      for (const operation of CATALOGUE) {
        const interaction = INTERACTIONS.find(({ id }) => id === operation.interaction)!;
        expect(accessOf(interaction, 'application-restricted', capability), operation.operationId).toBe(
          refusingStep(operation, capability),
        );
      }
    },
  );
});

/** With an application that has every interaction in its message sets, and no write exception. */
function refusingStep(operation: (typeof CATALOGUE)[number], capability: Capability): string {
  const application: Application = {
    id: 'a1',
    environment: 'sandbox',
    product: 'P',
    accessMode: 'application-restricted',
    capability,
    state: 'live',
    asid: null,
    apiKey: null,
    apimApplicationId: null,
    jwksId: 'j',
    messageSets: [],
    interactions: new Set(INTERACTIONS.map(({ id }) => id)),
    writeExceptions: [],
    signingKeys: [],
  };
  const grant = { odsCode: 'R69', product: 'P', accessMode: application.accessMode, capability };
  const organisation = {
    odsCode: 'R69',
    name: 'Example',
    state: 'active' as const,
    bindings: [{ id: 'b1', odsCode: 'R69', application }],
    sroAppointments: [],
    assuranceFloor: null,
  };
  const decision = decide(
    { version: 1, organisations: new Map([['R69', organisation]]) } as unknown as Snapshot,
    {
      client: {
        id: 'c',
        name: 'c',
        environment: 'sandbox',
        state: 'active',
        grants: [grant],
        workload: null,
        rateShare: 'single',
      },
      actingAs: null,
      userSession: null,
      accessMode: 'application-restricted',
      odsCode: null,
      product: null,
      capability: null,
      operation,
      environmentKind: 'open',
      nowMs: 0,
    },
  );
  return decision.ok ? 'allowed' : (decision.steps.at(-1)?.step ?? '');
}
