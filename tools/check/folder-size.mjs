// A folder that holds more than 15 source files hides its structure: split it.
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const MOST_FILES = 15;
const notOurs = new Set(['node_modules', 'dist', 'generated']);

/** Specs, type declarations and data don't count. */
const isSource = (name) => /\.(ts|tsx|mjs|js)$/.test(name) && !/\.spec\.tsx?$/.test(name);

/** One line for each folder of apps, libs, tools and test under `root` that is too full. */
export function overfullFolders(root) {
  const faults = [];
  const visit = (folder) => {
    const entries = readdirSync(folder, { withFileTypes: true });
    const count = entries.filter((entry) => entry.isFile() && isSource(entry.name)).length;
    if (count > MOST_FILES)
      faults.push(`${relative(root, folder)} holds ${count} source files; ${MOST_FILES} is the limit`);
    for (const entry of entries)
      if (entry.isDirectory() && !notOurs.has(entry.name)) visit(join(folder, entry.name));
  };
  for (const top of ['apps', 'libs', 'tools', 'test'].map((name) => join(root, name)))
    if (existsSync(top)) visit(top);
  return faults;
}
