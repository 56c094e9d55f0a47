// What the lock file says of a package: its name, its address as a package URL, and its hashes.

/** @typedef {{ version: string, name?: string, integrity?: string, license?: string, link?: boolean }} Locked */

/** @param {string} folder as the lock file names it */
export function nameOf(folder, { name }) {
  return name ?? folder.replace(/^.*node_modules\//, '');
}

export function purlOf(folder, entry) {
  return `pkg:npm/${nameOf(folder, entry).replace('@', '%40')}@${entry.version}`;
}

/**
 * @param {string | undefined} integrity `sha512-` and base64, as in a lock file; there may be several
 * @returns {{ bits: string, hex: string }[]}
 */
export function hashesOf(integrity = '') {
  return [...integrity.matchAll(/sha(1|256|384|512)-(\S+)/g)].map(([, bits, base64]) => ({
    bits,
    hex: Buffer.from(base64, 'base64').toString('hex'),
  }));
}
