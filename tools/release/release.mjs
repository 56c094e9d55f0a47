/** A release: checked first, made beside the tree, and only then committed and tagged (ADR 72). */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LOCAL_BUILDER, provenanceOf } from '../image/provenance.mjs';
import { cutRelease, isNewer } from './changelog.mjs';

/** Where the version is written, and the text before it. */
const VERSION_IN = {
  'package.json': '  "version": "',
  'package-lock.json': '"name": "gatehouse",\n  "version": "',
  'apps/gateway/src/status/metrics.ts': "export const VERSION = '",
};

export class ReleaseError extends Error {}

/**
 * @typedef {object} Release
 * @property {string} root the folder of the repository
 * @property {string} version
 * @property {string} date "2026-01-31"
 * @property {boolean} isDryRun whether everything is checked and nothing is written
 * @property {() => void} prove throws if the checks or tests of the repository fail
 * @property {(folder: string) => void} makeTree writes the tree of the image, with its SBOM, to an empty folder
 */

/**
 * @param {Release} release
 * @returns {string} what was done or would be, and what is left to a person
 * @throws {ReleaseError} with every reason why this can't be released; the repository is then as it was
 */
export function release(release) {
  const { root, version, isDryRun, prove } = release;
  const git = gitIn(root);
  const changes = changesOf(release, git);
  if (isDryRun)
    return `${version} can be released with these notes:\n\n${changes.notes}\n\nNothing was written.`;
  const start = git('rev-parse', 'HEAD');
  const startedAt = new Date();
  prove();
  // The proofs take long enough for somebody to have changed something.
  if (git('rev-parse', 'HEAD') !== start || git('status', '--porcelain') !== '')
    throw new ReleaseError('The repository has changed while it was tested. Start again.');
  const folder = join(root, 'dist', 'release', version);
  const files = Object.keys(changes.files);
  try {
    for (const [file, text] of Object.entries(changes.files)) writeFileSync(join(root, file), text);
    git('add', '--', ...files);
    git('commit', '--quiet', '-m', `Release ${version}`);
    // After the commit, which the provenance names.
    writeRelease(release, folder, changes.notes, { commit: git('rev-parse', 'HEAD'), startedAt });
    // As it is: git would leave out the headings, which look like its comments.
    git(
      'tag',
      '--annotate',
      '--cleanup=verbatim',
      `v${version}`,
      '-m',
      `Gatehouse ${version}\n\n${changes.notes}\n`,
    );
  } catch (error) {
    git('reset', '--quiet', '--soft', start);
    git('restore', `--source=${start}`, '--staged', '--worktree', '--', ...files);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return [
    `Released ${version}: dist/release/${version} holds its files, and v${version} is tagged. Nothing was sent anywhere.`,
    'To publish it, read the notes and the commit, then push both:',
    `  git push --atomic origin main v${version}`,
  ].join('\n');
}

/** The notes and the new texts of the files; throws every reason against the release at once. */
function changesOf({ root, version, date }, git) {
  const read = (file) => readFileSync(join(root, file), 'utf8');
  const current = JSON.parse(read('package.json')).version;
  const cut = cutRelease(read('CHANGELOG.md'), version, date);
  const unwritten = Object.entries(VERSION_IN).filter(
    ([file, before]) => !read(file).includes(before + current),
  );
  const reasons = [
    [
      !isNewer(version, current),
      `${version} is not a version later than ${current}. Give three numbers, such as 1.2.3.`,
    ],
    [git('branch', '--show-current') !== 'main', 'This is not the branch main. Check it out.'],
    [git('status', '--porcelain') !== '', 'There are changes that are not committed. Commit or remove them.'],
    [git('tag', '--list', `v${version}`) !== '', `The tag v${version} exists already.`],
    [cut === null, 'CHANGELOG.md has nothing under “Unreleased”. Write there what has changed.'],
    [
      existsSync(join(root, 'dist', 'release', version)),
      `dist/release/${version} exists already. Remove it.`,
    ],
    ...unwritten.map(([file]) => [
      true,
      `${file} does not hold the version ${current} where it is expected.`,
    ]),
  ].flatMap(([applies, reason]) => (applies ? [reason] : []));
  if (reasons.length > 0) throw new ReleaseError(reasons.join('\n'));
  const versions = Object.entries(VERSION_IN).map(([file, before]) => [
    file,
    read(file).replaceAll(before + current, () => before + version),
  ]);
  return { notes: cut.notes, files: { ...Object.fromEntries(versions), 'CHANGELOG.md': cut.text } };
}

/** Writes everything to a folder beside `folder` first, so that this is either whole or not there. */
function writeRelease({ root, version, makeTree }, folder, notes, { commit, startedAt }) {
  mkdirSync(join(folder, '..'), { recursive: true });
  const unfinished = mkdtempSync(`${folder}.unfinished-`);
  try {
    chmodSync(unfinished, 0o755);
    const tree = join(unfinished, 'tree');
    makeTree(tree);
    const archive = `gatehouse-${version}.tar.gz`;
    run(root, 'tar', '-czf', join(unfinished, archive), '-C', tree, '.');
    copyFileSync(join(tree, 'sbom.cdx.json'), join(unfinished, 'sbom.cdx.json'));
    rmSync(tree, { recursive: true });
    const described = (name) => ({ name, digest: { sha256: sha256(join(unfinished, name)) } });
    const provenance = provenanceOf({
      kind: 'release',
      subjects: [described(archive)],
      parameters: { version },
      commit,
      base: [],
      locked: JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages,
      builder: LOCAL_BUILDER,
      versions: { node: process.versions.node },
      startedAt,
      finishedAt: new Date(),
      byproducts: [described('sbom.cdx.json')],
    });
    writeFileSync(join(unfinished, 'provenance.json'), `${JSON.stringify(provenance, null, 2)}\n`);
    writeFileSync(join(unfinished, 'NOTES.md'), `# Gatehouse ${version}\n\n${notes}\n`);
    const sums = readdirSync(unfinished)
      .sort()
      .map((file) => `${sha256(join(unfinished, file))}  ${file}\n`);
    writeFileSync(join(unfinished, 'SHA256SUMS'), sums.join(''));
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const gitIn =
  (root) =>
  (...args) =>
    run(root, 'git', ...args);

function run(root, command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0)
    throw new ReleaseError(`${command} ${args[0]} failed: ${error?.message ?? stderr.trim()}`);
  return stdout.trim();
}
