// What the image has of Debian: Node, the libraries that it is linked with, and the few files that they read. There is no
// shell, no package manager and no other program (ADR 71).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NODE = '/usr/local/bin/node';
/** Named `node` and numbered as in the official image of Node, which the manifests in infra rely on. */
const FILES = {
  'etc/passwd': [
    'root:x:0:0:root:/nonexistent:/usr/sbin/nologin',
    'node:x:1000:1000:Gatehouse:/nonexistent:/usr/sbin/nologin',
  ],
  'etc/group': ['root:x:0:', 'node:x:1000:'],
  'etc/nsswitch.conf': ['passwd: files', 'group: files', 'hosts: files dns'],
  // `#!/usr/bin/env node` would need another program.
  'usr/local/bin/gatehouse': [`#!${NODE}`, "import('/opt/gatehouse/apps/cli/dist/gatehouse.js');"],
};
/** Where a container's runtime mounts something; a read-only root can't be given new folders. */
const FOLDERS = ['dev', 'proc', 'sys', 'etc'];

/**
 * @param {string} output of ldd
 * @returns {string[]} the files that it names, the loader among them
 * @throws Error that names a library which is missing
 */
export function librariesIn(output) {
  const missing = /^\s*(\S+) => not found/m.exec(output);
  if (missing !== null) throw new Error(`Node needs ${missing[1]}, which the base image does not have.`);
  return [...output.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path]) => path);
}

/**
 * Writes Node and what it needs to the root of an image.
 * @returns {object[]} their components in the SBOM
 */
export function writeSystemFiles(root) {
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  mkdirSync(join(root, 'tmp'));
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const [file, lines] of Object.entries(FILES)) write(root, file, `${lines.join('\n')}\n`);
  chmodSync(join(root, 'usr/local/bin/gatehouse'), 0o755);
  const libraries = librariesIn(run('ldd', NODE));
  for (const file of [NODE, ...libraries, '/etc/os-release']) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(realpathSync(file), join(root, file));
  }
  const packages = [...new Set(libraries.map(packageWith))].sort();
  return [nodeComponent(), ...packages.map((name) => debianComponent(root, name))];
}

function nodeComponent() {
  const version = run(NODE, '--version').trim().replace('v', '');
  const content = createHash('sha256').update(readFileSync(NODE)).digest('hex');
  return {
    'bom-ref': `node@${version}`,
    type: 'platform',
    name: 'node',
    version,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    purl: `pkg:generic/node@${version}`,
    hashes: [{ alg: 'SHA-256', content }],
  };
}

/** Keeps what scanners of images read, and the licence. */
function debianComponent(root, name) {
  const [version, architecture] = run('dpkg-query', '-W', '-f', '${Version}\t${Architecture}', name).split(
    '\t',
  );
  write(root, `var/lib/dpkg/status.d/${name}`, run('dpkg-query', '--status', name));
  write(root, `usr/share/doc/${name}/copyright`, readFileSync(`/usr/share/doc/${name}/copyright`, 'utf8'));
  return {
    'bom-ref': `debian/${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`,
  };
}

/** Debian knows a file below /lib by this path or below /usr/lib, whichever the package was built with. */
function packageWith(file) {
  const names = [file, file.startsWith('/usr') ? file.slice('/usr'.length) : `/usr${file}`];
  for (const path of names.filter((each) => existsSync(each))) {
    const { status, stdout } = spawnSync('dpkg-query', ['--search', path], { encoding: 'utf8' });
    if (status === 0) return stdout.split(':')[0];
  }
  throw new Error(`No package of Debian has ${file}. The base image must be Debian’s, or built on it.`);
}

function write(root, file, text) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr.trim()}`);
  return stdout;
}
