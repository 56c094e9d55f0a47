// `npm run image` builds the production image from what is committed, with its SBOM and provenance, starts it once, and
// leaves them in dist/image (ADR 71).
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEBOOTSTRAP, debootstrappedBase, pulledBase } from './base.mjs';
import { optionsOf, requirePrograms } from './options.mjs';
import { provenanceOf } from '../provenance.mjs';
import { ImageError, Steps } from './steps.mjs';
import { Trial } from './trial.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const output = join(root, 'dist/image');
const CONTAINERFILE = 'infra/Containerfile';
const IMAGE = 'localhost/gatehouse';

mkdirSync(join(root, 'dist'), { recursive: true });
const files = mkdtempSync(`${output}.unfinished-`);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
// PostgreSQL runs as another user.
chmodSync(folder, 0o755);
const steps = new Steps(`${output}.log`);
const trial = new Trial(root, join(folder, 'trial'));
// A storage of its own, of which nothing is left. The driver works on every file system.
const storage = [
  '--root',
  join(folder, 'storage'),
  '--runroot',
  join(folder, 'run'),
  '--storage-driver',
  'vfs',
];
const buildah = ['buildah', ...storage];

let ending;
/** Stops what was started and removes what is not finished; once. */
const end = () => (ending ??= stopAll());
async function stopAll() {
  await steps.stop();
  await trial.stop();
  for (const each of [folder, files]) rmSync(each, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (ending === undefined) console.error('Interrupted: what was started is being stopped …');
    void end().then(() => process.exit(130));
  });

async function make() {
  const options = optionsOf(process.argv.slice(2), readFileSync(join(root, CONTAINERFILE), 'utf8'));
  requirePrograms(options.base);
  const startedAt = new Date();
  const commit = (await git('rev-parse', 'HEAD')).trim();
  console.log(`Building the image of commit ${commit.slice(0, 12)} …`);
  if ((await git('status', '--porcelain')) !== '') console.log('  What is not committed is not in it.');
  const source = join(folder, 'source');
  await unpack(commit, source);
  const version = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')).version;

  const base = await steps.step(
    'base',
    () => baseFor(options),
    ({ note }) => note,
  );
  await steps.step('build', () => build(source, base.image, commit, options.ca));
  const name = `gatehouse-${version}.oci.tar`;
  const archive = join(files, name);
  const made = await steps.step(
    'archive',
    () => keep(archive),
    ({ image }) => `${megabytes(statSync(archive).size)}, ${megabytes(sizeOf(image))} unpacked`,
  );
  copyFileSync(join(made.image, 'opt/gatehouse/sbom.cdx.json'), join(files, 'sbom.cdx.json'));
  const provenance = provenanceOf({
    kind: 'image',
    subjects: [
      { name: 'gatehouse', digest: { sha256: made.digest } },
      { name, digest: { sha256: sha256(archive) } },
    ],
    parameters: {
      containerfile: CONTAINERFILE,
      base: options.base,
      ...(options.base === DEBOOTSTRAP && { mirror: options.mirror }),
      certificateAuthority: options.ca !== undefined,
    },
    commit,
    base: base.resources,
    locked: JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8')).packages,
    builder: options.builder,
    versions: { buildah: (await steps.run(['buildah', '--version'], 'buildah failed.')).trim() },
    startedAt,
    finishedAt: new Date(),
    byproducts: [{ name: 'sbom.cdx.json', digest: { sha256: sha256(join(files, 'sbom.cdx.json')) } }],
  });
  writeFileSync(join(files, 'provenance.json'), `${JSON.stringify(provenance, null, 2)}\n`);
  await steps.step(
    'start',
    () => trial.run(made.image, made.config),
    (seen) => seen,
  );

  rmSync(output, { recursive: true, force: true });
  chmodSync(files, 0o755);
  renameSync(files, output);
  console.log(`
dist/image holds
  ${name}   the image, sha256:${made.digest}
  sbom.cdx.json   what is in it
  provenance.json   how it was built; signed by nobody

To push it with this digest:
  skopeo copy --preserve-digests oci-archive:dist/image/${name} docker://REGISTRY/gatehouse:${version}`);
}

const git = (...words) => steps.run(['git', ...words], 'This is no checkout of git.', { cwd: root });

async function unpack(commit, source) {
  mkdirSync(source);
  const script = 'git archive "$0" | tar -x -C "$1"';
  await steps.run(['/bin/sh', '-c', script, commit, source], 'The commit could not be unpacked.', {
    cwd: root,
  });
}

function baseFor({ base, mirror, ca }) {
  if (base === DEBOOTSTRAP) return debootstrappedBase({ root, folder, mirror, steps, buildah });
  let certificates;
  if (ca !== undefined) {
    certificates = join(folder, 'certificates');
    mkdirSync(certificates);
    copyFileSync(ca, join(certificates, 'ca.crt'));
  }
  return pulledBase(base, { steps, buildah, certificates });
}

/** The time of the commit is that of every file, so that the same commit on the same base gives the same image. */
async function build(source, base, commit, ca) {
  const timestamp = (await git('show', '--no-patch', '--format=%ct', commit)).trim();
  await steps.run(
    [
      ...[
        ...buildah,
        'build',
        '--isolation',
        'chroot',
        '--timestamp',
        timestamp,
        '--build-arg',
        `BASE=${base}`,
      ],
      ...(ca === undefined ? [] : ['--secret', `id=ca,src=${ca}`]),
      ...['--file', join(source, CONTAINERFILE), '--tag', IMAGE, source],
    ],
    'The image could not be built.',
  );
}

/** Writes the image to an archive, and says what is in it. */
async function keep(archive) {
  await steps.run(
    [...buildah, 'push', '--quiet', IMAGE, `oci-archive:${archive}`],
    'The image could not be archived.',
  );
  const read = async (file) =>
    JSON.parse(await steps.run(['tar', '-xOf', archive, file], `${file} is not in the archive.`));
  const blob = (digest) => read(`blobs/${digest.replace(':', '/')}`);
  const [{ digest }] = (await read('index.json')).manifests;
  const { config } = await blob((await blob(digest)).config.digest);
  const container = (await steps.run([...buildah, 'from', IMAGE], 'The image can’t be unpacked.')).trim();
  const image = (await steps.run([...buildah, 'mount', container], 'The image can’t be unpacked.')).trim();
  return { image, config, digest: digest.replace('sha256:', '') };
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const sizeOf = (tree) =>
  readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

try {
  await make();
} catch (error) {
  if (!(error instanceof ImageError)) throw error;
  if (ending === undefined) console.error(error.message);
  process.exitCode = 1;
} finally {
  await end();
}
