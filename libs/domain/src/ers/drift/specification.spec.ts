import { describe, expect, it } from 'vitest';
import { specificationFile } from '../../../../../test/support/ers-specification.ts';
import { readDescription, tableOfApplications } from './description.js';
import { readSpecification } from './specification.js';

const OPERATION = {
  operationId: 'a041-search',
  summary: 'A041 - Search for service requests',
  description: '',
};

function faultsOf(document: unknown): string[] {
  const read = readSpecification(document);
  return 'faults' in read ? read.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`) : [];
}

const withPaths = (paths: unknown, more: object = {}) => ({
  ...{ openapi: '3.0.0', info: { version: '1.2.3' }, paths },
  ...more,
});

function operationOf(operation: object, more: object = {}) {
  const read = readSpecification(
    withPaths({ '/R4/ServiceRequest': { get: { ...OPERATION, ...operation } } }, more),
  );
  return 'faults' in read ? read.faults : read.specification.operations[0];
}

describe('says what is wrong with a file, and where', () => {
  it.each<[unknown, readonly string[]]>([
    [[], [': an OpenAPI document is an object']],
    [null, [': an OpenAPI document is an object']],
    [
      {},
      [
        '/openapi: this is not an OpenAPI document of version 3',
        '/info: an object with the version is missing here',
        '/paths: an object with the paths is missing here',
      ],
    ],
    [
      { swagger: '2.0', info: { version: '1\n2' }, paths: {} },
      [
        '/openapi: this is not an OpenAPI document of version 3',
        '/info/version: a version of 1 to 64 printable characters is missing here',
      ],
    ],
    [
      withPaths({ '/pets': { get: {} } }),
      ['/paths: this is not the specification of e-RS: no path begins with /STU3/ or /R4/'],
    ],
    [
      withPaths({ '/R4/Task': { get: { $ref: 'components/r4/a.yaml' } } }),
      [
        '/paths/~1R4~1Task/get: this refers to another file: bundle the specification into one file first (“npm run publish” in its repository)',
        '/paths/~1R4~1Task/get/operationId: an operation id of 1 to 100 letters, digits and -, _, . or & is missing here',
      ],
    ],
    [
      withPaths({
        '/R4/Task': { get: { ...OPERATION, parameters: [{ $ref: '#/components/parameters/X' }] } },
      }),
      [
        '/paths/~1R4~1Task/get/parameters/0: this refers to a part of the file that is not there',
        '/paths/~1R4~1Task/get/parameters/0: this parameter has no name, or does not say where it stands',
      ],
    ],
    [
      withPaths(
        { '/R4/Task': { get: OPERATION } },
        { info: { version: '1', description: 'x'.repeat(200_001) } },
      ),
      ['/info/description: a text of at most 200,000 characters is expected here'],
    ],
    [
      withPaths({ [`/R4/${'x'.repeat(201)}`]: { get: OPERATION } }),
      [
        `/paths/~1R4~1${'x'.repeat(201)}: this path is longer than 200 characters, or has characters that no path of e-RS has`,
      ],
    ],
  ])('%#', (document, expected) => {
    expect(faultsOf(document)).toEqual(expected);
  });

  it('a reference that leads to itself', () => {
    const parameters = { A: { $ref: '#/components/parameters/A' } };
    const read = operationOf(
      { parameters: [{ $ref: '#/components/parameters/A' }] },
      { components: { parameters } },
    );
    expect(read).toContainEqual(
      expect.objectContaining({ detail: 'this leads through more than 10 references' }),
    );
  });

  it('more operations than e-RS could have', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 501 }, (_, at) => [`/R4/Task${at}`, { get: OPERATION }]),
    );
    expect(faultsOf(withPaths(paths))).toEqual([
      '/paths/~1R4~1Task500: this file has more than 500 operations',
    ]);
  });

  it('no more than fifty faults', () => {
    const paths = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`/R4/Task${at}`, { get: {} }]));
    expect(faultsOf(withPaths(paths))).toHaveLength(50);
  });
});

it('reads the interaction, the title without it, and references within the file', () => {
  expect(
    operationOf(
      { parameters: [{ $ref: '#/components/parameters/Page' }] },
      { components: { parameters: { Page: { in: 'query', name: 'page', schema: { maximum: 9 } } } } },
    ),
  ).toMatchObject({
    interaction: 'A041',
    title: 'Search for service requests',
    path: '/FHIR/R4/ServiceRequest',
    query: [{ name: 'page', required: false, maximum: 9 }],
  });
  expect(
    operationOf({ operationId: 'search', summary: 'Search (A041, FHIR R4) [deprecated]' }),
  ).toMatchObject({
    interaction: 'search',
    title: 'Search',
  });
});

it('does not guess the business functions of a text that has them in another form', () => {
  const header = { in: 'header', name: 'NHSD-eRS-Business-Function' };
  expect(operationOf({ parameters: [header], description: 'Be a `REFERRING_CLINICIAN`.' })).toMatchObject({
    businessFunctions: null,
  });
  expect(operationOf({ description: 'Be a `REFERRING_CLINICIAN`.' })).toMatchObject({
    businessFunctions: [],
  });
});

it('counts the table of access modes and not the text of the operation', () => {
  const document = specificationFile();
  document.info.description = document.info.description.replace(/<li>\[A005 .*?<\/li>/, '');
  const read = readSpecification(document);
  if ('faults' in read) throw new Error('not read');
  const [a005] = read.specification.operations.filter(({ interaction }) => interaction === 'A005');
  expect(a005?.applicationRestricted).toBeNull();
  expect(read.specification.remarks).toContain(
    'A005: the table of access modes does not have it for applications, and the text of a005-retrieve-referral-request says the opposite. The table counts.',
  );
});

describe('the Markdown of an operation', () => {
  const PATTERNS = '## Supported security patterns\n- Healthcare worker, user-restricted access\n';
  const ROLES = 'use one of the following e-RS roles:\n';
  it.each<[string, string, object]>([
    ['nothing', '', { isOpenToApplications: false, businessFunctions: [], limits: [], needsUseCase: false }],
    ['users only', PATTERNS, { isOpenToApplications: false }],
    [
      'applications',
      `${PATTERNS}- Application-restricted, unattended access`,
      { isOpenToApplications: true },
    ],
    [
      'applications in another section',
      `${PATTERNS}## Notes\n- Application-restricted access`,
      { isOpenToApplications: false },
    ],
    ['no context', PATTERNS, { capabilities: ['provider', 'referrer'] }],
    ['of a provider', 'in the context of a Service Provider Organisation.', { capabilities: ['provider'] }],
    ['of a referrer', 'in the context of a Referring Organisation.', { capabilities: ['referrer'] }],
    ['a use case', 'you will be required to submit your use case for review.', { needsUseCase: true }],
    [
      'roles in a list',
      `${ROLES}  - \`A_B\`\n\n  - \`C_D\`\nthen \`E_F\`\n- \`G_H\``,
      { businessFunctions: ['A_B', 'C_D'] },
    ],
    [
      'roles in a table',
      `${ROLES}\n| Query | Role |\n| --- | --- |\n| x | \`A_B\` |`,
      { businessFunctions: ['A_B'] },
    ],
    [
      'roles in two sections',
      `${ROLES}- \`A_B\`\n## Next\n${ROLES}- \`C_D\``,
      { businessFunctions: ['A_B', 'C_D'] },
    ],
    ['roles before a heading', `${ROLES}## Notes\n- \`A_B\``, { businessFunctions: [] }],
    ['sizes', 'at most 5MB (5242880 bytes), 5 MB, not 10MB', { limits: ['10 MB', '5 MB'] }],
    ['times', 'for a given service up to two times per day.', { limits: ['two times per day'] }],
  ])('%s', (_name, markdown, expected) => {
    expect(readDescription(markdown)).toMatchObject(expected);
  });

  it('takes time linear in its length', () => {
    const hostile = ['| '.repeat(50_000), '`A'.repeat(50_000), '- '.repeat(50_000), '1'.repeat(100_000)].join(
      '\n',
    );
    const startedAt = performance.now();
    readDescription(`${ROLES}${hostile}`);
    tableOfApplications(`| Application-restricted ${'A00'.repeat(50_000)}`);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

it.each<[string, readonly string[] | null]>([
  ['no table', null],
  ['| Application-restricted | none |', null],
  [
    '| Application-restricted,<br/>unattended access | [[HYPERLINK_A004]] [[HYPERLINK_A005]] |',
    ['A004', 'A005'],
  ],
  ['| Healthcare worker | A010 |\n| Application-restricted | [A042 - Retrieve](#a042) |', ['A042']],
])('the table of access modes: %s', (markdown, expected) => {
  const found = tableOfApplications(markdown);
  expect(found === null ? null : [...found]).toEqual(expected);
});
