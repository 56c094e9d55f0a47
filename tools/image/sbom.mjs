// The list of packages of the production image (SBOM, CycloneDX 1.5 JSON), from the lock file. `npm sbom` lists every tool
// as well, and fails while the peer of any of them is one that it doesn't want.
import { createHash } from 'node:crypto';
import { hashesOf, nameOf, purlOf } from './packages.mjs';

/**
 * @param {readonly string[]} folders of the packages in the image, as the lock file names them
 * @param {Record<string, import('./packages.mjs').Locked>} locked the packages of the lock file by their folders; '' is
 *   the repository itself
 * @param {readonly object[]} system components that come from elsewhere: Node, and packages of the operating system
 * @throws Error that names a package which the lock file doesn't have
 */
export function sbomOf(folders, locked, system = []) {
  const components = new Map(
    [...folders.map((folder) => componentOf(folder, locked[folder])), ...system].map((each) => [
      each['bom-ref'],
      each,
    ]),
  );
  const { version, license } = locked[''];
  const described = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        'bom-ref': `gatehouse@${version}`,
        type: 'application',
        name: 'gatehouse',
        version,
        ...licenceOf(license),
      },
    },
    components: [...components.keys()].sort().map((ref) => components.get(ref)),
  };
  return { ...described, serialNumber: serialNumberOf(described) };
}

/** @param {import('./packages.mjs').Locked | undefined} entry */
function componentOf(folder, entry) {
  if (entry === undefined) throw new Error(`${folder} is not in the lock file.`);
  const name = nameOf(folder, entry);
  return {
    'bom-ref': `${name}@${entry.version}`,
    type: 'library',
    name,
    version: entry.version,
    purl: purlOf(folder, entry),
    hashes: hashesOf(entry.integrity).map(({ bits, hex }) => ({ alg: `SHA-${bits}`, content: hex })),
    ...licenceOf(entry.license),
  };
}

/** A licence is an SPDX expression, or “SEE LICENSE IN” a file. */
function licenceOf(text) {
  if (text === undefined) return {};
  return { licenses: [text.startsWith('SEE ') ? { license: { name: text } } : { expression: text }] };
}

/** A UUID that is the same for the same contents (RFC 9562, version 8). */
function serialNumberOf(contents) {
  const hash = createHash('sha256').update(JSON.stringify(contents)).digest('hex');
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
