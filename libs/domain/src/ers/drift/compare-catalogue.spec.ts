import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { specificationFile } from '../../../../../test/support/ers-specification.ts';
import { compareCatalogue, type Difference } from './compare-catalogue.js';
import { readSpecification, type Specification, type SpecifiedOperation } from './specification.js';
import { STATED_LIMITS } from './stated-limits.js';

const TABLE = new URL('../../../../../docs/reference/interactions.json', import.meta.url);
const { interactions } = JSON.parse(readFileSync(TABLE, 'utf8')) as {
  interactions: readonly { id: string; sizeLimits: string | readonly { text: string }[] }[];
};

/** The specification of this build, in the form in which it is published. */
const published = (): Specification => {
  const read = readSpecification(specificationFile());
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.specification;
};

const OF_BUILD = published();

function changed(operationId: string, change: Partial<SpecifiedOperation>): readonly Difference[] {
  const operations = OF_BUILD.operations.map((one) =>
    one.operationId === operationId ? { ...one, ...change } : one,
  );
  return compareCatalogue({ ...OF_BUILD, operations }).differences;
}

it('finds no difference between the specification of this build and its catalogue', () => {
  const { differences, remarks, operations } = compareCatalogue(OF_BUILD);
  expect(differences).toEqual([]);
  // Its own page permits applications, and the table of access modes doesn't (docs/reference/protocol-facts.md §2).
  expect(remarks).toEqual([
    'A006: the table of access modes does not have it for applications, and the text of a006-retrieve-attachment says the opposite. The table counts.',
  ]);
  expect(operations).toBe(40);
});

describe('shows each change of an operation', () => {
  it.each<[string, string, Partial<SpecifiedOperation>, readonly [string, string | null, string | null][]]>([
    ['deprecation', 'a033-retrieve-healthcare-service', { deprecated: true }, [['deprecated', 'no', 'yes']]],
    [
      'no longer deprecated',
      'a006-retrieve-attachment',
      { deprecated: false },
      [['deprecated', 'yes', 'no']],
    ],
    [
      'a path',
      'a035-search-for-healthcare-services',
      { path: '/FHIR/R4/HealthcareService/$search' },
      [['path', '/FHIR/R4/HealthcareService', '/FHIR/R4/HealthcareService/$search']],
    ],
    ['a method', 'a034-update-appointment', { method: 'PATCH' }, [['method', 'PUT', 'PATCH']]],
    [
      'business functions',
      'a011-create-referral',
      { businessFunctions: ['REFERRING_ADMIN', 'REFERRING_CLINICIAN'] },
      [
        [
          'business functions',
          'REFERRING_CLINICIAN, REFERRING_CLINICIAN_ADMIN',
          'REFERRING_ADMIN, REFERRING_CLINICIAN',
        ],
      ],
    ],
    [
      'an operation opened to applications',
      'a014-reject-referral',
      { applicationRestricted: { capabilities: ['provider'], writeException: true } },
      [
        ['application-restricted', 'no', 'yes'],
        ['capabilities', null, 'provider'],
        ['write exception', 'no', 'yes'],
      ],
    ],
    [
      'an operation closed to applications',
      'a042-retrieve-attachment',
      { applicationRestricted: null },
      [['application-restricted', 'yes', 'no']],
    ],
    [
      'another capability',
      'a035-search-for-healthcare-services',
      { applicationRestricted: { capabilities: ['provider', 'referrer'], writeException: false } },
      [['capabilities', 'referrer', 'provider, referrer']],
    ],
    [
      'an exception that is no longer needed',
      'a028-record-triage-outcome',
      { applicationRestricted: { capabilities: ['provider'], writeException: false } },
      [['write exception', 'yes', 'no']],
    ],
    ['If-Match', 'a013-accept-referral', { ifMatch: false }, [['If-Match', 'yes', 'no']]],
    ['on behalf of', 'a013-accept-referral', { onBehalfOf: false }, [['on behalf of', 'yes', 'no']]],
    [
      'a query parameter',
      'a035-search-for-healthcare-services',
      {
        query: [
          { name: '_id', required: false, maximum: null },
          { name: '_count', required: true, maximum: null },
        ],
      },
      [['query parameters', '_id', '_count, _id (optional)']],
    ],
    [
      'a request body',
      'a013-accept-referral',
      { mediaTypes: ['application/fhir+json'] },
      [['request body', 'none', 'application/fhir+json']],
    ],
    ['a size', 'a020-upload-file-to-document-store', { limits: ['100 MB'] }, [['limits', '5 MB', '100 MB']]],
    [
      'a limit that is no longer stated',
      'a023-retrieve-a&g-worklist',
      { limits: [] },
      [['limits', '10 MB', 'none']],
    ],
  ])('%s', (_name, operationId, change, expected) => {
    expect(changed(operationId, change).map(({ aspect, builtIn, file }) => [aspect, builtIn, file])).toEqual(
      expected,
    );
  });

  it.each([
    [100, []],
    [50, [['limits', '_count: another maximum', '_count: at most 50']]],
    [200, [['limits', '_count: another maximum', '_count: at most 200']]],
  ])('a page of at most %s slots', (maximum, expected) => {
    const slots = OF_BUILD.operations.find(
      ({ operationId }) => operationId === 'a015-retrieve-appointment-slots',
    );
    const query = slots?.query.map((one) => (one.name === '_count' ? { ...one, maximum } : one)) ?? [];
    const differences = changed('a015-retrieve-appointment-slots', { query });
    expect(differences.map(({ aspect, builtIn, file }) => [aspect, builtIn, file])).toEqual(expected);
  });

  it('nothing for what the file does not say in a known form, but a remark', () => {
    const operations = OF_BUILD.operations.map((one) =>
      one.operationId === 'a011-create-referral' ? { ...one, businessFunctions: null } : one,
    );
    const { differences, remarks } = compareCatalogue({ ...OF_BUILD, operations });
    expect(differences).toEqual([]);
    expect(remarks).toContain(
      'A011: the text of a011-create-referral does not say which business functions it takes in a known form.',
    );
  });
});

it('shows operations that are new and operations that are gone', () => {
  const operations = [
    ...OF_BUILD.operations.filter(({ interaction }) => interaction !== 'A021'),
    {
      ...(OF_BUILD.operations[0] as SpecifiedOperation),
      operationId: 'a045-x',
      interaction: 'A045',
      path: '/FHIR/R4/Task',
    },
  ];
  const { differences } = compareCatalogue({ ...OF_BUILD, operations });
  expect(differences.map(({ interaction, aspect }) => [interaction, aspect])).toEqual([
    ['A021', 'removed'],
    ['A045', 'added'],
  ]);
});

it('knows the limits that the table of interactions quotes', () => {
  const sizes = interactions.flatMap(({ id, sizeLimits }) =>
    typeof sizeLimits === 'string'
      ? []
      : sizeLimits.flatMap(({ text }) =>
          [...text.matchAll(/([0-9]+) ?([KMG]B)/g)].map(
            ([, size, unit]) => `${id} ${String(size)} ${String(unit)}`,
          ),
        ),
  );
  const stated = Object.entries(STATED_LIMITS).flatMap(([id, limits]) =>
    limits.filter((limit) => limit.endsWith('B')).map((limit) => `${id} ${limit}`),
  );
  expect(stated).toEqual([...new Set(sizes)]);
});
