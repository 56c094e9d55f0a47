// Builds the file tree of the production image: the files that the gateway and the `gatehouse` command can load, found by
// tracing their imports, the list of their packages (SBOM), and nothing else (ADR 31). `node tools/image/image-tree.mjs
// FOLDER`, after the build.
import { nodeFileTrace } from '@vercel/nft';
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sbomOf } from './sbom.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = ['apps/gateway/dist/bundle/program/*.js', 'apps/cli/dist/gatehouse.js'];
/** The folders of the packages in the bundles, whose licences are shipped as well. */
const BUNDLED = [
  'apps/gateway/dist/bundle/packages.json',
  'apps/cli/dist/packages.json',
  'apps/console/dist/packages.json',
];
/** Read at run time, so that tracing may miss some of it. */
const READ = ['apps/console/dist/www/index.html', 'apps/console/dist/www/assets', 'prisma/migrations'];
/** The fonts of documents, which are found by their names. */
const FONTS = [
  'ttf/DejaVuSansCondensed.ttf',
  'ttf/DejaVuSansCondensed-Bold.ttf',
  'package.json',
  'LICENSE',
].map((file) => `node_modules/dejavu-fonts-ttf/${file}`);
const ALSO = ['apps/cli/bin/gatehouse.js', 'LICENSE', ...READ, ...FONTS];
const SBOM = 'sbom.cdx.json';
/** The innermost folder of a package that a file belongs to. */
const PACKAGE = /^(?:.*\/)?node_modules\/(?!@gatehouse\/)(?:@[^/]+\/)?[^/]+(?=\/)/;
/** Written by Vite, and needed only by the build. */
const LEFT_OUT = /^apps\/console\/(package\.json|dist\/www\/\.vite\/)/;

/** @returns the files and the folders of their packages, as sorted paths in the repository */
async function contentsToShip() {
  const programs = globSync(PROGRAMS, { cwd: root }).map((program) => join(root, program));
  const { fileList } = await nodeFileTrace(programs, { base: root });
  const traced = [...fileList].filter((file) => !LEFT_OUT.test(file));
  // Stack traces in the log name lines of the source.
  const maps = traced.map((file) => `${file}.map`).filter((file) => /^(apps|libs)\//.test(file));
  const code = [...traced, ...maps, ...ALSO];
  const bundled = BUNDLED.flatMap((list) => JSON.parse(readFileSync(join(root, list), 'utf8')));
  const packages = new Set([...code.map((file) => PACKAGE.exec(file)?.[0]), ...bundled]);
  packages.delete(undefined);
  const licences = [...packages].flatMap((folder) =>
    globSync(`${folder}/{LICENSE,LICENCE,License,license,NOTICE}*`, { cwd: root }),
  );
  const files = new Set([...code, ...licences]);
  return {
    files: [...files].filter((file) => existsSync(join(root, file))).sort(),
    packages: [...packages].sort(),
  };
}

/**
 * @param {string} target a folder that doesn't exist yet, or is empty
 * @param {readonly object[]} system components of the SBOM that come from elsewhere
 */
export async function buildImageTree(target, system = []) {
  const { files, packages } = await contentsToShip();
  for (const file of files) {
    const [from, to] = [join(root, file), join(target, file)];
    mkdirSync(dirname(to), { recursive: true });
    // The workspaces' own packages are links in node_modules.
    if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else cpSync(from, to, { recursive: true });
  }
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const sbom = sbomOf(packages, lock.packages, system);
  writeFileSync(join(target, SBOM), `${JSON.stringify(sbom, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildImageTree(process.argv[2]);
