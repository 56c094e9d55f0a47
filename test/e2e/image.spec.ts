/**
 * The files of the production image are enough to run Gatehouse, and none is among them that must not be. They are copied
 * outside the repository, so that nothing else can be loaded.
 */
import { execFile, spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { checkSchemaVersion } from '@gatehouse/db/schema-version';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { imageFaults } from '../../tools/image/image-contents.mjs';
import { onboard, worklistBody } from '../support/onboard.ts';
import { createEmptyDatabase } from '../support/servers/postgres.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let tree: string;
let stack: Stack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-image-'));
  tree = join(folder, 'tree');
  const built = spawnSync(process.execPath, [join(ROOT, 'tools/image/image-tree.mjs'), tree], {
    encoding: 'utf8',
  });
  expect(built.stderr).toBe('');
  stack = await startStack({ folder: tree, testHooks: false });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true });
});

/** Runs the image's `gatehouse` command. */
async function gatehouse(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const command = join(tree, 'apps/cli/bin/gatehouse.js');
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...settings },
  });
  return stdout;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** By its files, by the source maps of the gateway's bundle, and by what the build says of the console, which has no maps. */
function packagesIn(image: string): string[] {
  const files = readdirSync(image, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const sources = globSync('apps/gateway/dist/bundle/program/*.map', { cwd: image }).flatMap(
    (map) => (readJson(join(image, map)) as { sources: string[] }).sources,
  );
  const ofConsole = readJson(join(ROOT, 'apps/console/dist/packages.json')) as string[];
  const folders = [...files, ...sources, ...ofConsole.map((folder) => `${folder}/`)].map(
    (path) => /(node_modules\/(?:.*\/node_modules\/)?(?!@gatehouse)(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  const manifests = [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .map((folder) => readJson(join(ROOT, folder, 'package.json')) as { name: string; version: string });
  return [...new Set(manifests.map(({ name, version }) => `${name}@${version}`))].toSorted();
}

it('nothing in it is forbidden, and it is small enough', () => {
  expect(imageFaults(tree)).toEqual([]);
});

it('its SBOM names each package that is in it or compiled into it, and nothing else', () => {
  const { components } = readJson(join(tree, 'sbom.cdx.json')) as { components: { 'bom-ref': string }[] };
  const named = components.map((component) => component['bom-ref']).toSorted();
  expect(named).toEqual(packagesIn(tree));
  expect(named.length).toBeGreaterThan(100);
});

it('its SBOM is valid by the schema of CycloneDX', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
  expect(await validator.validate(readFileSync(join(tree, 'sbom.cdx.json'), 'utf8'))).toBeNull();
});

it('its command migrates an empty database', async () => {
  const database = await createEmptyDatabase();
  await gatehouse(['migrate'], { DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl });
  await checkSchemaVersion(database.appUrl);
  await database.drop();
});

it('its gateway is ready and serves reads and worklists', async () => {
  expect((await fetch(`${stack.gateway.status}/ready`)).status).toBe(200);
  const [provider] = await onboard(stack, [{ odsCode: 'R69' }]);
  const headers = { authorization: `Bearer ${provider?.clientKey ?? ''}` };
  const read = await fetch(`${stack.gateway.partner}/FHIR/STU3/CodeSystem/SPECIALTY`, { headers });
  expect(read.status).toBe(200);
  const worklist = await fetch(`${stack.gateway.partner}/FHIR/STU3/ReferralRequest/$ers.fetchworklist`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/fhir+json' },
    body: worklistBody(),
  });
  expect(worklist.status).toBe(200);
});

it('its console is served with its script', async () => {
  const page = await (await fetch(stack.gateway.admin, { headers: { accept: 'text/html' } })).text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
  const answer = await fetch(`${stack.gateway.admin}${script ?? '/none'}`);
  expect(answer.headers.get('content-type')).toContain('text/javascript');
});

it('its command reads the audit trail of its gateway', async () => {
  const printed = await gatehouse(['audit', 'list'], {
    GATEHOUSE_ADMIN_URL: stack.gateway.admin,
    GATEHOUSE_ADMIN_TOKEN: stack.adminToken,
  });
  expect(printed).toContain('R69');
});
