import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect, it } from 'vitest';
import { sbomOf } from './sbom.mjs';

const LOCKED = {
  '': { version: '1.2.3', license: 'MIT' },
  'node_modules/pg': { version: '8.1.0', license: 'MIT', integrity: 'sha512-AQID' },
  'node_modules/@types/pg': { version: '8.1.0' },
  'node_modules/vite': { version: '7.0.0', license: '(MIT OR Apache-2.0)' },
  'node_modules/vite/node_modules/pg': { version: '9.0.0', license: 'SEE LICENSE IN README.md' },
  'node_modules/other/node_modules/pg': { version: '9.0.0' },
  'node_modules/wrap': { version: '1.0.0', name: 'wrapped' },
};
/** As long as the schema wants it. */
const HASH = `sha512-${Buffer.alloc(64).toString('base64')}`;
const componentsOf = (...folders) => sbomOf(folders, LOCKED).components;

it.each([
  ['a package', ['node_modules/pg'], ['pkg:npm/pg@8.1.0']],
  ['one with a scope', ['node_modules/@types/pg'], ['pkg:npm/%40types/pg@8.1.0']],
  ['another version inside another package', ['node_modules/vite/node_modules/pg'], ['pkg:npm/pg@9.0.0']],
  [
    'a version once that is there twice',
    ['node_modules/vite/node_modules/pg', 'node_modules/other/node_modules/pg'],
    ['pkg:npm/pg@9.0.0'],
  ],
  ['one that is installed under another name', ['node_modules/wrap'], ['pkg:npm/wrapped@1.0.0']],
  ['no package', [], []],
])('lists %s, and nothing else', (_, folders, purls) => {
  expect(componentsOf(...folders).map(({ purl }) => purl)).toEqual(purls);
});

it('has the hash and the licence of a package as the lock file has them', () => {
  const folders = ['node_modules/pg', 'node_modules/vite/node_modules/pg', 'node_modules/vite'];
  expect(componentsOf(...folders)).toMatchObject([
    { hashes: [{ alg: 'SHA-512', content: '010203' }], licenses: [{ expression: 'MIT' }] },
    { licenses: [{ license: { name: 'SEE LICENSE IN README.md' } }] },
    { hashes: [], licenses: [{ expression: '(MIT OR Apache-2.0)' }] },
  ]);
});

it('is about Gatehouse, and the same for the same packages', () => {
  const sbom = sbomOf(['node_modules/vite', 'node_modules/pg'], LOCKED);
  expect(sbom.metadata.component).toMatchObject({ name: 'gatehouse', version: '1.2.3', type: 'application' });
  expect(sbom.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(sbomOf(['node_modules/pg', 'node_modules/vite'], LOCKED)).toEqual(sbom);
  expect(sbomOf(['node_modules/pg'], LOCKED).serialNumber).not.toBe(sbom.serialNumber);
});

it('fails for a package that the lock file does not have', () => {
  expect(() => componentsOf('node_modules/none')).toThrow('node_modules/none is not in the lock file');
});

it('is valid by the schema of CycloneDX, with what is not from npm', async () => {
  const system = [
    {
      'bom-ref': 'debian/libc6@2.36-9+deb12u10',
      type: 'library',
      name: 'libc6',
      version: '2.36-9+deb12u10',
      purl: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64',
    },
  ];
  const folders = ['node_modules/pg', 'node_modules/vite', 'node_modules/vite/node_modules/pg'];
  const sbom = sbomOf(
    folders,
    { ...LOCKED, 'node_modules/pg': { ...LOCKED['node_modules/pg'], integrity: HASH } },
    system,
  );
  expect(sbom.components.map(({ name }) => name)).toContain('libc6');
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
  expect(await validator.validate(JSON.stringify(sbom))).toBeNull();
  const spoilt = { ...sbom, components: [{ ...sbom.components[0], type: 'npm package' }] };
  expect(await validator.validate(JSON.stringify(spoilt))).not.toBeNull();
});
