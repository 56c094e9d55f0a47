/** Runs `gatehouse`, as an operator would, against the database of a drill. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestDatabase } from '../support/servers/postgres.ts';

const MAIN = fileURLToPath(new URL('../../apps/cli/dist/gatehouse.js', import.meta.url));

/** @returns what it printed @throws with what it printed if it fails */
export async function gatehouse(
  command: string,
  { ownerUrl, appUrl }: Pick<TestDatabase, 'ownerUrl' | 'appUrl'>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, command], {
    env: { ...process.env, DATABASE_OWNER_URL: ownerUrl, DATABASE_URL: appUrl },
  });
  return stdout;
}
