import { expect, it } from 'vitest';
import { provenanceOf } from './provenance.mjs';

const LOCKED = {
  '': { version: '1.2.3' },
  'libs/db': { version: '0.0.0' },
  'node_modules/@gatehouse/db': { version: '0.0.0', link: true },
  'node_modules/pg': { version: '8.1.0', integrity: 'sha512-AQID' },
  'node_modules/@types/pg': { version: '8.1.0', integrity: 'sha1-AQ== sha512-Ag==' },
  'node_modules/vite/node_modules/pg': { version: '9.0.0', integrity: 'sha512-BA==' },
  'node_modules/other/node_modules/pg': { version: '9.0.0', integrity: 'sha512-BA==' },
  'node_modules/wrap': { version: '1.0.0', name: 'wrapped', integrity: 'sha512-BQ==' },
  'node_modules/wrap/node_modules/inside': { version: '1.0.0' },
};
const BUILD = {
  kind: 'image',
  subjects: [{ name: 'gatehouse', digest: { sha256: 'ab' } }],
  parameters: { base: 'debian' },
  commit: 'c0ffee',
  base: [{ uri: 'docker://debian', digest: { sha256: 'cd' } }],
  locked: LOCKED,
  builder: 'https://ci.example',
  versions: { buildah: '1' },
  startedAt: new Date('2026-01-31T10:00:00.123Z'),
  finishedAt: new Date('2026-01-31T10:05:00Z'),
  byproducts: [],
};
const resourcesOf = (locked, base = []) =>
  provenanceOf({ ...BUILD, locked, base }).predicate.buildDefinition.resolvedDependencies;

it('is an in-toto statement with a SLSA predicate about what was built', () => {
  expect(provenanceOf(BUILD)).toEqual({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'gatehouse', digest: { sha256: 'ab' } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://gatehouse.example/build/image/v1',
        externalParameters: { base: 'debian' },
        resolvedDependencies: [
          { name: 'source', digest: { gitCommit: 'c0ffee' } },
          { uri: 'docker://debian', digest: { sha256: 'cd' } },
          { uri: 'pkg:npm/%40types/pg@8.1.0', digest: { sha1: '01', sha512: '02' } },
          { uri: 'pkg:npm/pg@8.1.0', digest: { sha512: '010203' } },
          { uri: 'pkg:npm/pg@9.0.0', digest: { sha512: '04' } },
          { uri: 'pkg:npm/wrapped@1.0.0', digest: { sha512: '05' } },
        ],
      },
      runDetails: {
        builder: { id: 'https://ci.example', version: { buildah: '1' } },
        metadata: { startedOn: '2026-01-31T10:00:00Z', finishedOn: '2026-01-31T10:05:00Z' },
        byproducts: [],
      },
    },
  });
});

it.each([
  ['the repository itself', ''],
  ['a workspace', 'libs/db'],
  ['a link to a workspace', 'node_modules/@gatehouse/db'],
  ['a package that comes inside another one', 'node_modules/wrap/node_modules/inside'],
])('does not list %s as a package', (_, folder) => {
  expect(resourcesOf({ [folder]: LOCKED[folder] })).toHaveLength(1);
});

it.each([
  ['nothing', []],
  ['something without a digest', [{ name: 'gatehouse' }]],
  ['something with an empty digest', [{ name: 'gatehouse', digest: { sha256: '' } }]],
])('cannot be about %s', (_, subjects) => {
  expect(() => provenanceOf({ ...BUILD, subjects })).toThrow('no digest');
});
