import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { release } from './release.mjs';

const NOTES = '### Added\n\n- A thing that was missing.';
const FILES = {
  'package.json': '{\n  "name": "gatehouse",\n  "version": "0.1.0"\n}\n',
  'package-lock.json': '{\n  "name": "gatehouse",\n  "version": "0.1.0",\n  "packages": {}\n}\n',
  'apps/gateway/src/status/metrics.ts': "export const VERSION = '0.1.0';\n",
  'CHANGELOG.md': `# Changelog\n\n## [Unreleased]\n\n${NOTES}\n`,
  '.gitignore': 'dist/\n',
};

/** @type {string} */
let root;
const git = (...args) => {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};
const write = (file, text) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const read = (file) => readFileSync(join(root, file), 'utf8');
const sha256 = (file) =>
  createHash('sha256')
    .update(readFileSync(join(root, file)))
    .digest('hex');
const makeTree = (folder) => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'sbom.cdx.json'), '{}\n');
  writeFileSync(join(folder, 'program.js'), 'start();\n');
};
const releaseHere = (changes = {}) =>
  release({
    root,
    version: '0.2.0',
    date: '2026-02-28',
    isDryRun: false,
    prove: () => undefined,
    makeTree,
    ...changes,
  });
const state = () => [
  git('log', '--format=%H %s'),
  git('status', '--porcelain'),
  git('tag'),
  existsSync(join(root, 'dist/release')) ? readdirSync(join(root, 'dist/release')) : [],
  Object.keys(FILES).map(read),
];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-release-'));
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Release');
  git('config', 'user.email', 'release@example.org');
  for (const [file, text] of Object.entries(FILES)) write(file, text);
  git('add', '.');
  git('commit', '--quiet', '-m', 'Begin');
});
afterEach(() => rmSync(root, { recursive: true }));

it('writes the version, the files, a commit and a tag with the notes', () => {
  expect(releaseHere()).toContain('git push --atomic origin main v0.2.0');
  expect(git('status', '--porcelain')).toBe('');
  expect(git('log', '-1', '--format=%s')).toBe('Release 0.2.0\n');
  expect(git('cat-file', '-t', 'v0.2.0')).toBe('tag\n');
  expect(git('for-each-ref', '--format=%(contents)', 'refs/tags/v0.2.0').trim()).toBe(
    `Gatehouse 0.2.0\n\n${NOTES}`,
  );
  expect(Object.keys(FILES).map(read).join('')).not.toContain('0.1.0');
  expect(read('CHANGELOG.md')).toContain('## [Unreleased]\n\n## [0.2.0] - 2026-02-28\n');
  const folder = 'dist/release/0.2.0';
  expect(readdirSync(join(root, 'dist/release'))).toEqual(['0.2.0']);
  const sums = read(`${folder}/SHA256SUMS`).trimEnd().split('\n');
  expect(sums.map((line) => line.split('  ')[1])).toEqual([
    'NOTES.md',
    'gatehouse-0.2.0.tar.gz',
    'provenance.json',
    'sbom.cdx.json',
  ]);
  for (const [sum, file] of sums.map((line) => line.split('  ')))
    expect(sha256(`${folder}/${file}`)).toBe(sum);
  const { subject, predicate } = JSON.parse(read(`${folder}/provenance.json`));
  expect(subject).toEqual([{ name: sums[1]?.split('  ')[1], digest: { sha256: sums[1]?.split('  ')[0] } }]);
  expect(predicate.buildDefinition.resolvedDependencies[0]).toEqual({
    name: 'source',
    digest: { gitCommit: git('rev-parse', 'v0.2.0^{commit}').trim() },
  });
});

it('a dry run says the notes and writes nothing', () => {
  const before = state();
  expect(releaseHere({ isDryRun: true })).toContain(NOTES);
  expect(state()).toEqual(before);
});

it.each([
  ['a file that is not committed', () => write('new.txt', ''), 'There are changes that are not committed.'],
  [
    'a change that is not committed',
    () => write('.gitignore', 'dist/\n\n'),
    'There are changes that are not committed.',
  ],
  ['a version that is not later', () => undefined, '0.1.0 is not a version later than 0.1.0.', '0.1.0'],
  ['a tag that exists', () => git('tag', 'v0.2.0'), 'The tag v0.2.0 exists already.'],
  ['another branch', () => git('switch', '--quiet', '-c', 'other'), 'This is not the branch main.'],
  [
    'nothing under “Unreleased”',
    () => {
      write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n');
      git('commit', '--quiet', '-am', 'Empty');
    },
    'CHANGELOG.md has nothing under “Unreleased”.',
  ],
])('is refused with %s, dry or not', (_, spoil, message, version = '0.2.0') => {
  spoil();
  const before = state();
  for (const isDryRun of [true, false]) expect(() => releaseHere({ version, isDryRun })).toThrow(message);
  expect(state()).toEqual(before);
});

const failure = () => {
  throw new Error('It failed.');
};
it.each([
  ['the tests fail', { prove: failure }, 'It failed.'],
  ['something is changed during the tests', { prove: () => write('a', '') }, 'has changed', ['a']],
  ['the image’s tree can’t be built', { makeTree: failure }, 'It failed.'],
  [
    'the tag can’t be written',
    { makeTree: (folder) => (makeTree(folder), git('tag', 'v0.2.0'), undefined) },
    'git tag failed',
  ],
])('leaves everything as it was when %s', (_, changes, message) => {
  const before = state();
  expect(() => releaseHere(changes)).toThrow(message);
  rmSync(join(root, 'a'), { force: true });
  if (message === 'git tag failed') git('tag', '-d', 'v0.2.0');
  expect(state()).toEqual(before);
});

it('the version is the same wherever it is written', () => {
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const text = (file) => readFileSync(join(repository, file), 'utf8');
  const { version } = JSON.parse(text('package.json'));
  expect(text('apps/gateway/src/status/metrics.ts')).toContain(`export const VERSION = '${version}';`);
  expect(text('package-lock.json')).toContain(`"name": "gatehouse",\n  "version": "${version}"`);
});
