import { expect, it } from 'vitest';
import type { Json } from '../input/strict-json.js';
import { type ActedFor, peopleIn } from './on-behalf-of.js';

const practitioner = (resource: Json): Json => ({ entry: [{ resource }] });
const identifier = [{ system: 'https://fhir.nhs.uk/Id/sds-user-id', value: '555073103100' }];
const person = (name: string | null): ActedFor[] => [{ userId: '555073103100', name }];

it.each<[string, Json, readonly ActedFor[]]>([
  ['without a name', practitioner({ identifier }), person(null)],
  [
    'with the text of a name',
    practitioner({ identifier, name: [{ text: ' Dr Ivy Lane ' }] }),
    person('Dr Ivy Lane'),
  ],
  [
    'with the parts of a name',
    practitioner({ identifier, name: [{ prefix: ['Dr'], given: ['Ivy', 'May'], family: 'Lane' }] }),
    person('Dr Ivy May Lane'),
  ],
  ['with an empty name', practitioner({ identifier, name: [{}] }), person(null)],
  ['whose id is not 12 digits', practitioner({ identifier: [{ value: 'ABC' }] }), []],
  ['whose identifiers are no list', practitioner({ identifier: { value: '555073103100' } }), []],
  ['of whom there are none', { entry: [] }, []],
  ['in an answer that is something else', { resourceType: 'OperationOutcome' }, []],
  ['named twice', { entry: [{ resource: { identifier } }, { resource: { identifier } }] }, person(null)],
])('a person %s', (_, answer, expected) => {
  expect(peopleIn(answer)).toEqual(expected);
});
