// Folders with packages of their own (ADRs 44, 66 and 72): these are installed there, and only when the folder is used.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** npm must not run on the Node of node_modules: it may not find itself there. */
export const outerPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((part) => !part.includes('node_modules'))
  .join(delimiter);

/**
 * Makes the node_modules of `folder` match its package-lock.json. Ends the process if npm fails.
 * @param {string} folder an absolute path
 */
export function installApart(folder) {
  const stamp = join(folder, 'node_modules', '.gatehouse-install');
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, PATH: outerPath },
  });
  if (npm.status !== 0) process.exit(1);
  writeFileSync(stamp, lock);
}
