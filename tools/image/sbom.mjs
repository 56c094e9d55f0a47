// The list of packages of the production image (SBOM, CycloneDX 1.5 JSON), from the lock file. `npm sbom` lists every tool
// as well, and fails while the peer of any of them is one that it doesn't want.
import { createHash } from 'node:crypto';

/**
 * @typedef {{ version: string, name?: string, integrity?: string, license?: string }} Locked
 * @param {readonly string[]} folders of the packages in the image, as the lock file names them
 * @param {Record<string, Locked>} locked the packages of the lock file by their folders; '' is the repository itself
 * @throws Error that names a package which the lock file doesn't have
 */
export function sbomOf(folders, locked) {
  const components = new Map(
    folders.map((folder) => componentOf(folder, locked[folder])).map((each) => [each['bom-ref'], each]),
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

/** @param {Locked | undefined} entry */
function componentOf(folder, entry) {
  if (entry === undefined) throw new Error(`${folder} is not in the lock file.`);
  const name = entry.name ?? folder.replace(/^.*node_modules\//, '');
  return {
    'bom-ref': `${name}@${entry.version}`,
    type: 'library',
    name,
    version: entry.version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${entry.version}`,
    hashes: hashesOf(entry.integrity),
    ...licenceOf(entry.license),
  };
}

/** A licence is an SPDX expression, or “SEE LICENSE IN” a file. */
function licenceOf(text) {
  if (text === undefined) return {};
  return { licenses: [text.startsWith('SEE ') ? { license: { name: text } } : { expression: text }] };
}

/** `sha512-` and base64, as in a lock file; there may be several. */
function hashesOf(integrity = '') {
  return [...integrity.matchAll(/sha(1|256|384|512)-(\S+)/g)].map(([, bits, base64]) => ({
    alg: `SHA-${bits}`,
    content: Buffer.from(base64, 'base64').toString('hex'),
  }));
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
