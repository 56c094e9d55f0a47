// Generates the Prisma client into libs/db/src/generated if the schema has changed. It works offline: generation never
// runs the native schema engine, and Prisma doesn't download it if any executable is named instead.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../environment.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const schema = join(root, 'prisma', 'schema.prisma');
const output = join(root, 'libs', 'db', 'src', 'generated');
const stamp = join(output, '.schema-hash');
const prisma = join(root, 'node_modules', 'prisma');

const version = JSON.parse(readFileSync(join(prisma, 'package.json'), 'utf8')).version;
const hash = createHash('sha256').update(version).update(readFileSync(schema)).digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  rmSync(output, { recursive: true, force: true });
  const run = spawnSync(
    process.execPath,
    [join(prisma, 'build', 'index.js'), 'generate', '--schema', schema],
    {
      cwd: root,
      encoding: 'utf8',
      env: toolEnvironment({
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      }),
    },
  );
  if (run.status !== 0) {
    console.error(
      `prisma generate failed.\n${run.stdout ?? ''}${run.stderr ?? ''}${run.error?.message ?? ''}`,
    );
    process.exit(1);
  }
  mkdirSync(output, { recursive: true });
  writeFileSync(stamp, hash);
}
