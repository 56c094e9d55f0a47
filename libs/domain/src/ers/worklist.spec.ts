import { describe, expect, it } from 'vitest';
import { GatewayError } from '../errors.js';
import type { JsonObject } from '../input/strict-json.js';
import { bodySubjects, requireWorklistFilter, ubrnIn, worklistSubjects } from './worklist.js';

const listType = (...codes: string[]) => ({
  name: 'listType',
  valueCodeableConcept: { coding: codes.map((code) => ({ code })) },
});
const service = (value: unknown) => ({ name: 'service', valueIdentifier: { system: 's', value } });
const ask = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter }) as JsonObject;

function filterOf(body: JsonObject): string {
  try {
    return requireWorklistFilter(body);
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

describe('application-restricted A008: one of two worklists, of one named service', () => {
  const review = listType('REFERRALS_FOR_REVIEW');
  it.each([
    ['referrals for review', ask(review, service('11000')), '11000'],
    ['appointment slot issues', ask(service('7'), listType('APPOINTMENT_SLOT_ISSUES')), '7'],
    ['a service id of 12 digits', ask(review, service('999999999999')), '999999999999'],
    ['other parameters besides', ask(review, service('11000'), { name: 'priority' }), '11000'],
  ])('takes %s', (_, body, expected) => {
    expect(filterOf(body)).toBe(expected);
  });

  it.each([
    ['another list', ask(listType('AWAITING_BOOKING'), service('11000'))],
    ['a list in small letters', ask(listType('referrals_for_review'), service('11000'))],
    ['no list', ask(service('11000'))],
    ['two lists', ask(review, review, service('11000'))],
    ['two codings in one list', ask(listType('REFERRALS_FOR_REVIEW', 'OTHER'), service('11000'))],
    ['a list without coding', ask({ name: 'listType' }, service('11000'))],
    ['no coding in the list', ask(listType(), service('11000'))],
    ['coding that is no list', ask({ name: 'listType', valueCodeableConcept: { coding: 1 } }, service('1'))],
    ['no service', ask(review)],
    ['two services', ask(review, service('11000'), service('11001'))],
    ['the same service twice', ask(review, service('11000'), service('11000'))],
    ['an empty service id', ask(review, service(''))],
    ['a service id of 13 digits', ask(review, service('1234567890123'))],
    ['a service id with a leading zero', ask(review, service('011000'))],
    ['a service id with a space', ask(review, service(' 11000'))],
    ['a service id with a line feed', ask(review, service('11000\n'))],
    ['two service ids in one', ask(review, service('11000,11001'))],
    ['a service id that is a number', ask(review, service(11000))],
    ['a service without identifier', ask(review, { name: 'service' })],
    ['no parameters', ask()],
    ['parameters that are no list', { parameter: { name: 'listType' } }],
    ['an empty object', {}],
  ])('refuses %s', (_, body) => {
    expect(filterOf(body)).toBe('GW_WORKLIST_FILTER');
  });
});

const nhs = (value: string, system = 'https://fhir.nhs.uk/Id/nhs-number') => ({ system, value });
const patient = (...identifier: object[]) => ({ resourceType: 'Patient', identifier });

describe('the patients that a worklist names', () => {
  it('each NHS number and UBRN once, in the two systems that e-RS uses, at any depth', () => {
    const answer = {
      resourceType: 'List',
      contained: [
        patient(nhs('9000000009')),
        patient(nhs('9000000009'), nhs('9000000017', 'http://fhir.nhs.net/Id/nhs-number')),
        patient(nhs('local-1', 'https://example.nhs.uk/Id/hospital-number')),
        {
          resourceType: 'Practitioner',
          identifier: [nhs('021600556514', 'http://fhir.nhs.net/Id/sds-user-id')],
        },
      ],
      entry: [
        { item: { reference: 'ReferralRequest/000000070000/_history/5' } },
        { item: { reference: 'ReferralRequest/000000070000/_history/6' } },
        { item: { reference: 'ReferralRequest/000000070001' } },
        { item: { reference: 'Practitioner/021600556514' } },
        { extension: [{ url: 'patient', valueReference: { identifier: nhs('9000000025') } }] },
        {},
      ],
    };
    const subjects = worklistSubjects(answer as unknown as JsonObject).map(
      ({ kind, value }) => `${kind} ${value}`,
    );
    expect(subjects.sort()).toEqual([
      'nhs-number 9000000009',
      'nhs-number 9000000017',
      'nhs-number 9000000025',
      'ubrn 000000070000',
      'ubrn 000000070001',
    ]);
  });

  it.each([
    ['null', null],
    ['text', 'List'],
    ['no members', {}],
    ['entries that are no list', { entry: { item: {} }, contained: 3 }],
    ['empty entries', { entry: [null, 1, []], contained: [null, 'Patient'] }],
  ])('there are none in %s, and nothing is thrown', (_, answer) => {
    expect(worklistSubjects(answer)).toEqual([]);
  });
});

describe('the patients that a request body names', () => {
  const nhsNumber = [{ kind: 'nhs-number', value: '9000000009' }];
  const ubrn = [{ kind: 'ubrn', value: '000000070000' }];
  it.each([
    [
      'patient parameter',
      { parameter: [{ name: 'patient', valueIdentifier: nhs('9000000009') }] },
      nhsNumber,
    ],
    ['patient parameter', { parameter: [{ name: 'other', valueIdentifier: nhs('9000000009') }] }, []],
    ['patient parameter', { parameter: [{ name: 'patient', valueIdentifier: nhs('x', 'urn:y') }] }, []],
    [
      'communication request parameter',
      { parameter: [{ valueReference: { reference: 'CommunicationRequest/000000070000' } }] },
      ubrn,
    ],
    [
      'appointment',
      {
        incomingReferral: [{ reference: 'ReferralRequest/000000070000' }],
        participant: [{ actor: { identifier: nhs('9000000009') } }, { actor: {} }],
      },
      [...ubrn, ...nhsNumber],
    ],
  ] as const)('%s %#', (find, body, expected) => {
    expect(bodySubjects(find, body as unknown as JsonObject)).toEqual(expected);
  });
});

describe('the UBRN in a reference', () => {
  it.each([
    ['000000070000', '000000070000'],
    ['ReferralRequest/000000070000', '000000070000'],
    ['ReferralRequest/000000070000/_history/5', '000000070000'],
    ['https://fhir.nhs.uk/Id/UBRN|000000070000', '000000070000'],
    ['ReferralRequest/0000000700001', null],
    ['ReferralRequest/00000007000', null],
    ['ReferralRequest/x000000070000', null],
    [7, null],
    [undefined, null],
  ])('%s: %s', (reference, value) => {
    expect(ubrnIn(reference)).toEqual(value === null ? null : { kind: 'ubrn', value });
  });
});
