// Builds the file tree of the production image: the files that the gateway and the `gatehouse` command can load, found by
// tracing their imports, and nothing else (ADR 31). `node tools/image/image-tree.mjs FOLDER`, after the build.
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
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = ['apps/gateway/dist/bundle/program/*.js', 'apps/cli/dist/main.js'];
/** The folders of the packages in the bundle, whose licences are shipped as well. */
const BUNDLED = 'apps/gateway/dist/bundle/packages.json';
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
/** Written by Vite, and needed only by the build. */
const LEFT_OUT = /^apps\/console\/(package\.json|dist\/www\/\.vite\/)/;

/** @returns {Promise<string[]>} paths in the repository, sorted */
async function filesToShip() {
  const programs = globSync(PROGRAMS, { cwd: root }).map((program) => join(root, program));
  const { fileList } = await nodeFileTrace(programs, { base: root });
  const traced = [...fileList].filter((file) => !LEFT_OUT.test(file));
  // Stack traces in the log name lines of the source.
  const maps = traced.map((file) => `${file}.map`).filter((file) => /^(apps|libs)\//.test(file));
  const bundled = JSON.parse(readFileSync(join(root, BUNDLED), 'utf8'));
  const packages = new Set([
    ...traced.map((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]),
    ...bundled,
  ]);
  packages.delete(undefined);
  const licences = [...packages].flatMap((folder) =>
    globSync(`${folder}/{LICENSE,LICENCE,License,license,NOTICE}*`, { cwd: root }),
  );
  const files = [...traced, ...maps, ...licences, ...ALSO];
  return [...new Set(files)].filter((file) => existsSync(join(root, file))).sort();
}

/** @param {string} target a folder that doesn't exist yet, or is empty */
export async function buildImageTree(target) {
  for (const file of await filesToShip()) {
    const [from, to] = [join(root, file), join(target, file)];
    mkdirSync(dirname(to), { recursive: true });
    // The workspaces' own packages are links in node_modules.
    if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else cpSync(from, to, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildImageTree(process.argv[2]);
