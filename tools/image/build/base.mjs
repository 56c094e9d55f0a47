// The image that the build begins with: one from a registry, or a small Debian made by debootstrap where no registry can
// be reached. Nothing of it is in the result but Node and the libraries that Node needs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outerPath } from '../../packages/install-apart.mjs';

export const DEBOOTSTRAP = 'debootstrap';
const SUITE = 'bookworm';
const OWN_BASE = 'localhost/gatehouse-base';

/**
 * @typedef {object} Base
 * @property {string} image by which buildah finds it
 * @property {string} note for people
 * @property {import('../provenance.mjs').Resource[]} resources
 */

/** @returns {Promise<Base>} */
export async function pulledBase(image, { steps, buildah, certificates }) {
  await steps.run(
    [...buildah, 'pull', '--quiet', ...(certificates ? ['--cert-dir', certificates] : []), image],
    `The base image ${image} could not be pulled. Name one that this machine can reach with --base, the certificate ` +
      'authority of your proxy with --ca, or build on a Debian that is made here with --base debootstrap.',
  );
  const digest = await steps.run(
    [...buildah, 'inspect', '--type', 'image', '--format', '{{.FromImageDigest}}', image],
    `buildah does not say what ${image} is.`,
  );
  return {
    image,
    note: image,
    resources: [{ uri: `docker://${image}`, digest: { sha256: digest.trim().replace('sha256:', '') } }],
  };
}

/** Debian’s smallest set of packages with its security updates, the Node of node_modules (ADR 11), and npm. */
export async function debootstrappedBase({ root, folder, mirror, steps, buildah }) {
  const system = join(folder, 'debian');
  await steps.run(
    ['debootstrap', '--variant=minbase', '--include=libstdc++6', SUITE, system, mirror],
    `debootstrap could not make a Debian from ${mirror}. Is it reached from here? --mirror names another one.`,
  );
  const sources = [`deb ${mirror} ${SUITE} main`, `deb ${securityOf(mirror)} ${SUITE}-security main`];
  writeFileSync(join(system, 'etc/apt/sources.list'), `${sources.join('\n')}\n`);
  const env = { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive' };
  for (const words of [['update'], ['upgrade', '--yes'], ['clean']])
    await steps.run(
      ['/usr/sbin/chroot', system, 'apt-get', '--quiet', '-o', 'APT::Update::Error-Mode=any', ...words],
      `The security updates of Debian could not be installed from ${securityOf(mirror)}.`,
      { env },
    );
  rmSync(join(system, 'var/lib/apt/lists'), { recursive: true });
  const node = join(root, 'node_modules/node/bin/node');
  const npm = await installNpm(system, node, steps);
  const keep = (...words) => steps.run([...buildah, ...words], 'buildah could not keep the base.');
  const container = (await keep('from', 'scratch')).trim();
  await keep('add', '--quiet', container, system, '/');
  await keep('commit', '--quiet', container, OWN_BASE);
  const packages = await steps.run(
    ['/usr/sbin/chroot', system, 'dpkg-query', '-W', '-f', '${Package}@${Version}?arch=${Architecture}\n'],
    'dpkg does not say what it has installed.',
  );
  rmSync(system, { recursive: true });
  const sha256 = createHash('sha256').update(readFileSync(node)).digest('hex');
  return {
    image: OWN_BASE,
    note: `Debian ${SUITE} from ${mirror}`,
    resources: [
      { uri: `${mirror}/dists/${SUITE}` },
      ...packages
        .trim()
        .split('\n')
        .map((name) => ({ uri: `pkg:deb/debian/${name.replaceAll('+', '%2B')}` })),
      { uri: `pkg:generic/node@${process.versions.node}`, digest: { sha256 } },
      { uri: `pkg:npm/npm@${npm}` },
    ],
  };
}

/** Debian publishes its updates beside its releases, and mirrors do as well. */
const securityOf = (mirror) => `${mirror.replace(/\/+$/, '')}-security`;

/** @returns the version of npm, that of the npm that runs this */
async function installNpm(system, node, steps) {
  mkdirSync(join(system, 'usr/local/bin'), { recursive: true });
  copyFileSync(node, join(system, 'usr/local/bin/node'));
  const env = { ...process.env, PATH: outerPath };
  const version = spawnSync('npm', ['--version'], { encoding: 'utf8', env }).stdout.trim();
  await steps.run(
    [
      'npm',
      'install',
      '--global',
      '--prefix',
      join(system, 'usr/local'),
      '--no-audit',
      '--no-fund',
      `npm@${version}`,
    ],
    'npm could not be installed in the base.',
    { env },
  );
  return version;
}
