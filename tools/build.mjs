// Builds the workspace (Nx: Prisma client, then tsc -b in every project) unless no source changed since last time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nxEnvironment } from './environment.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.gatehouse-build');
const skipped = new Set(['node_modules', 'dist', 'generated']);

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skipped.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

/** A fingerprint of everything that a build reads, by names, sizes and times. */
export function sourceState() {
  const hash = createHash('sha256');
  const files = [
    ...['apps', 'libs', 'prisma'].flatMap((folder) => [...filesUnder(join(root, folder))]),
    ...[
      'package-lock.json',
      'tsconfig.base.json',
      'tools/schema/prisma-generate.mjs',
      'tools/bundle/cli.mjs',
      'tools/bundle/gateway.mjs',
      'tools/bundle/packages.mjs',
    ].map((name) => join(root, name)),
  ].filter((path) => existsSync(path));
  for (const path of files.sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}\0${String(size)}\0${String(mtimeMs)}\n`);
  }
  return hash.digest('hex');
}

/** Whether every project with a build script has its output. */
function outputsExist() {
  return ['apps', 'libs'].every((kind) =>
    readdirSync(join(root, kind)).every((name) => {
      const manifest = join(root, kind, name, 'package.json');
      if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build === undefined)
        return true;
      return existsSync(join(root, kind, name, 'dist', '.tsbuildinfo'));
    }),
  );
}

/**
 * Returns whether anything had to be built; `onStart` is called if so.
 * @throws with the tool's output if it failed
 */
export function build(onStart = () => undefined) {
  const before = sourceState();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === before && outputsExist()) return false;
  onStart();
  const run = (...command) => {
    const tool = spawnSync(process.execPath, command, {
      cwd: root,
      encoding: 'utf8',
      env: nxEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (tool.status !== 0)
      throw new Error(
        `The build failed.\n${tool.stdout ?? ''}${tool.stderr ?? ''}${tool.error?.message ?? ''}`,
      );
  };
  run(join(root, 'node_modules/nx/dist/bin/nx.js'), 'run-many', '-t', 'build', '--output-style=stream');
  // Builds the referenced projects that have no build script of their own.
  run(join(root, 'node_modules/@typescript/native/bin/tsc'), '-b', 'tsconfig.build.json');
  writeFileSync(stamp, `${before}\n`);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
