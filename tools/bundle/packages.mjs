// Which packages a bundle was made of: their licences are shipped with it, and the SBOM of the image names them.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * Writes a JSON list of the folders of the packages whose modules are in a bundle.
 * @param {string} file
 * @param {{ moduleIds?: string[] }[]} output of Rolldown or Vite
 * @param {string} root of the repository, as the bundler saw it
 */
export function writeBundledPackages(file, output, root) {
  const folders = output
    .flatMap(({ moduleIds = [] }) => moduleIds)
    .map((id) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(relative(root, id))?.[1])
    .filter((folder) => folder !== undefined);
  writeFileSync(file, `${JSON.stringify([...new Set(folders)].sort(), null, 2)}\n`);
}
