// `npm run release -- VERSION [--dry-run]` makes a release of what is committed on main: its notes from CHANGELOG.md, the
// tree of the image with its SBOM, a commit and a tag. `--dry-run` says whether it could, and writes nothing. Publishing
// is left to a person.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toolEnvironment } from '../environment.mjs';
import { outerPath } from '../packages/install-apart.mjs';
import { release, ReleaseError } from './release.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (positionals.length !== 1) {
  console.error('Usage: npm run release -- VERSION [--dry-run]');
  process.exit(2);
}

function step(name, env, command, ...args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (status !== 0) throw new ReleaseError(`${name} failed. Nothing was released.`);
}

try {
  console.log(
    release({
      root,
      version: positionals[0],
      date: new Date().toISOString().slice(0, 10),
      isDryRun: values['dry-run'],
      prove: () => step('.ci/run', { ...process.env, PATH: outerPath }, join(root, '.ci/run')),
      makeTree: (folder) => {
        step('The build', toolEnvironment(), process.execPath, 'tools/build.mjs');
        step('The image’s tree', toolEnvironment(), process.execPath, 'tools/image/image-tree.mjs', folder);
      },
    }),
  );
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
