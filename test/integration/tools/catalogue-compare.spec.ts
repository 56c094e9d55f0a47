/** `gatehouse catalogue compare` on files, in a process of its own where it prints and patches, and its patch by `git apply`. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOURCES } from '../../../apps/cli/src/catalogue/catalogue-patch.ts';
import { type Comparison, compareCatalogue } from '../../../libs/domain/src/ers/drift/compare-catalogue.ts';
import type { Operation } from '../../../libs/domain/src/ers/catalogue.ts';
import { readSpecification, type Specification } from '../../../libs/domain/src/ers/drift/specification.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { type SpecificationDocument, specificationFile } from '../../support/ers-specification.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const EXTRACT = join(ROOT, 'test/support/ers-specification-extract.yaml');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-catalogue-'));
  for (const source of Object.values(SOURCES)) {
    await mkdir(join(folder, dirname(source)), { recursive: true });
    await cp(join(ROOT, source), join(folder, source));
  }
});
afterAll(() => rm(folder, { recursive: true }));

function runIn(cwd: string, program: string, ...args: readonly string[]) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 8 * 1024 * 1024 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
const compare = (file: string, ...options: readonly string[]) =>
  runIn(
    folder,
    process.execPath,
    join(ROOT, 'apps/cli/bin/gatehouse.js'),
    'catalogue',
    'compare',
    file,
    ...options,
  );

/** The same in this process, which takes a hundredth of the time. */
const compareHere = (file: string, ...options: readonly string[]) =>
  runCli({ url: 'http://127.0.0.1:9', token: '' }, [
    'catalogue',
    'compare',
    resolve(folder, file),
    ...options,
  ]);

async function fileOf(name: string, document: unknown): Promise<string> {
  await writeFile(join(folder, name), typeof document === 'string' ? document : JSON.stringify(document));
  return name;
}

function specificationOf(document: SpecificationDocument): Specification {
  const read = readSpecification(document);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.specification;
}

const at = (document: SpecificationDocument, path: string, method: string) => {
  const operation = document.paths[path]?.[method];
  if (operation === undefined) throw new Error(`no ${method} ${path}`);
  return operation;
};

/** A newer version in which rows change, and one goes. */
function newer(): SpecificationDocument {
  const document = specificationFile('1.3.0');
  const reject = at(document, '/STU3/ReferralRequest/{ubrn}/$ers.rejectReferral', 'post');
  reject.description += [
    '\n## Supported security patterns\n- Application-restricted, unattended access',
    'working in the context of a Service Provider Organisation',
    'you will be required to submit your use case for review',
  ].join('\n');
  document.info.description = document.info.description.replace(
    '<ul>',
    '<ul><li>[A014 - Reject](#a014)</li>',
  );
  const upload = at(document, '/STU3/Binary', 'post');
  upload.description = upload.description.replace('5MB', '100MB');
  at(document, '/R4/HealthcareService/{id}', 'get').deprecated = true;
  const update = at(document, '/STU3/Appointment/{id}', 'put');
  update['parameters'] = (update['parameters'] as { name: string }[]).filter(
    ({ name }) => name !== 'If-Match',
  );
  const worklist = at(document, '/STU3/CommunicationRequest/$ers.fetchworklist', 'post');
  document.paths['/R4/CommunicationRequest/$fetch'] = { put: worklist };
  delete document.paths['/STU3/CommunicationRequest/$ers.fetchworklist'];
  delete document.paths['/STU3/ReferralRequest/$ers.createReferralAndSendForTriage'];
  return document;
}

it('ends with 0 if the file says what the build has', async () => {
  const { code, out, err } = await compareHere(await fileOf('same.json', specificationFile()));
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('No difference: this build has what the file says.');
});

it('ends with 1 if something is different, and prints the same for scripts', async () => {
  const file = await fileOf('newer.json', newer());
  const { code, out } = await compare(file);
  expect(code).toBe(1);
  expect(out).toMatch(/^The file is version 1\.3\.0 of the e-RS specification\. Its 39 operations/);
  expect(out).toContain('A014  a014-reject-referral\n  ~ application-restricted: no → yes');
  expect(out).toContain('  - POST /FHIR/STU3/ReferralRequest/$ers.createReferralAndSendForTriage');
  const json = await compareHere(file, '--json');
  const { differences, version } = JSON.parse(json.out) as Comparison;
  expect([json.code, version]).toEqual([1, '1.3.0']);
  expect(differences.map(({ interaction, aspect }) => `${interaction} ${aspect}`)).toEqual([
    'A014 application-restricted',
    'A014 capabilities',
    'A014 write exception',
    'A020 limits',
    'A021 removed',
    'A023 method',
    'A023 path',
    'A033 deprecated',
    'A034 If-Match',
  ]);
});

it('reads the words of NHS England in YAML', async () => {
  const { code, out } = await compareHere(EXTRACT, '--json');
  const { differences, remarks } = JSON.parse(out) as Comparison;
  expect([code, remarks]).toEqual([1, []]);
  const shown = differences.filter(({ aspect }) => aspect !== 'removed');
  expect(shown.map(({ interaction, aspect, builtIn, file }) => [interaction, aspect, builtIn, file])).toEqual(
    [
      // The extract has no table of access modes, so the text of the operation counts.
      ['A006', 'application-restricted', 'no', 'yes'],
      ['A006', 'capabilities', null, 'provider, referrer'],
      ['A013', 'application-restricted', 'yes', 'no'],
    ],
  );
  expect(differences.length - shown.length).toBe(36);
});

describe('the patch', () => {
  it('is taken by git apply, and brings catalogue, table and limits to what the file says', async () => {
    const document = newer();
    const { code } = await compare(await fileOf('newer.json', document), '--patch', 'newer.patch');
    expect(code).toBe(1);
    expect(await runIn(folder, 'git', 'apply', '--verbose', 'newer.patch')).toMatchObject({ code: 0 });
    const { CATALOGUE: patched } = (await import(pathToFileURL(join(folder, SOURCES.catalogue)).href)) as {
      CATALOGUE: readonly Operation[];
    };
    const left = compareCatalogue(specificationOf(document), patched).differences;
    // The limits are no part of the catalogue; those of the build that runs are still the old ones.
    expect(left.map(({ interaction, aspect }) => `${interaction} ${aspect}`)).toEqual(['A020 limits']);
    expect(await readFile(join(folder, SOURCES.limits), 'utf8')).toContain("A020: ['100 MB'],");
    const table = specificationFile('1.3.0', join(folder, SOURCES.table));
    const ofTable = compareCatalogue(specificationOf(table), patched).differences;
    expect(ofTable.map(({ interaction, aspect }) => `${interaction} ${aspect}`)).toEqual(['A020 limits']);
    expect(await runIn(folder, 'git', 'apply', '-R', 'newer.patch')).toMatchObject({ code: 0 });
  });

  it('leaves open what a file can’t say of a new operation, so that it does not compile', async () => {
    const document = specificationFile('1.4.0');
    const search = at(document, '/R4/ServiceRequest', 'get');
    document.paths['/R4/Task/{id}'] = {
      get: {
        ...search,
        operationId: 'a045-search-tasks',
        summary: "Search a patient's tasks (A045, FHIR R4)",
      },
    };
    await compare(await fileOf('added.json', document), '--patch', 'added.patch');
    expect(await runIn(folder, 'git', 'apply', 'added.patch')).toMatchObject({ code: 0 });
    const text = await readFile(join(folder, SOURCES.catalogue), 'utf8');
    expect(text.slice(text.indexOf("operationId: 'a045"))).toBe(`operationId: 'a045-search-tasks',
    interaction: 'A045',
    title: "Search a patient's tasks",
    fhirVersion: 'R4',
    method: 'GET',
    path: '/FHIR/R4/Task/{id}',
    readOnly: UNDECIDED,
    deprecated: false,
    businessFunctions: [RC, RCA, SPC, SPCA],
    applicationRestricted: null,
    ifMatch: false,
    onBehalfOf: true,
    query: { identifier: required(UNDECIDED) },
    body: null,
    subject: UNDECIDED,
  },
];
`);
    JSON.parse(await readFile(join(folder, SOURCES.table), 'utf8'));
    expect(await runIn(folder, 'git', 'apply', '-R', 'added.patch')).toMatchObject({ code: 0 });
  });

  it('is empty if nothing is different, and is not written outside a checkout', async () => {
    await compare(await fileOf('same.json', specificationFile()), '--patch', 'same.patch');
    expect(await readFile(join(folder, 'same.patch'), 'utf8')).toBe('');
    const elsewhere = await mkdtemp(join(tmpdir(), 'gatehouse-no-checkout-'));
    const bin = join(ROOT, 'apps/cli/bin/gatehouse.js');
    const file = join(folder, 'same.json');
    const { code, err } = await runIn(
      elsewhere,
      process.execPath,
      bin,
      'catalogue',
      'compare',
      file,
      '--patch',
      'x',
    );
    await rm(elsewhere, { recursive: true });
    expect([code, err]).toEqual([
      2,
      `${SOURCES.catalogue} can't be read: run --patch at the root of a checkout of Gatehouse.\n`,
    ]);
  });
});

describe('ends with 2 and the place for a file that can’t be read', () => {
  it.each<[string, unknown, RegExp]>([
    ['broken.json', '{"openapi": "3.0.0",\n  "info": }', /broken\.json:2:11: this is not valid JSON\./],
    ['broken.yaml', 'openapi: 3.0.0\ninfo: [', /broken\.yaml is not valid YAML:\n.*broken\.yaml:2:8: /],
    [
      'text.yaml',
      'hello',
      /text\.yaml can't be compared:\n.*text\.yaml: \/: an OpenAPI document is an object/,
    ],
    [
      'parts.json',
      { openapi: '3.0.0', info: { version: '1' }, paths: { '/R4/Task': { get: { $ref: 'a.yaml' } } } },
      /\/paths\/~1R4~1Task\/get: this refers to another file: bundle the specification/,
    ],
    ['large.json', `{"a": "${'x'.repeat(32 * 1024 * 1024)}"}`, /large\.json is larger than 32 MiB\./],
    ['large.yaml', `a: ${'x'.repeat(4 * 1024 * 1024)}`, /large\.yaml, which is YAML, is larger than 4 MiB\./],
  ])('%s', async (name, document, expected) => {
    const { code, out, err } = await compareHere(await fileOf(name, document));
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(expected);
  });

  it('one that does not exist', async () => {
    expect(await compare('absent.json')).toMatchObject({
      code: 2,
      err: "absent.json can't be read: it does not exist.\n",
    });
  });
});
