// Fills Gatehouse with the demo registry, by the same commands that people use. Steps that were done are not repeated.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { withoutRetired } from './demo-registry.mjs';
import { cleanEnvironment } from './pieces.mjs';

const CLIENT_KEY = /gh_local_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/;
const ADMIN_TOKEN = /gha_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/;
/** The organisation whose users may sign in at AAL2. All others require AAL3. */
const LOWER_LEVEL = 'X26';
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

/** Runs `gatehouse …` and returns its output. @throws with its output if it fails */
export function gatehouse(root, args, settings) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'apps/cli/dist/gatehouse.js'), ...args], {
      cwd: root,
      env: cleanEnvironment(settings),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let errors = '';
    child.stdout.on('data', (text) => (printed += String(text)));
    child.stderr.on('data', (text) => (errors += String(text)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`gatehouse ${args.slice(0, 2).join(' ')} failed:\n${errors}${printed}`));
    });
  });
}

/** @returns what of the demo registry is there: people may have retired some of it since */
export async function loadDemo({ root, home, state, settings, asOwner, adminUrl, publicUrl, controlUrl }) {
  const text = readFileSync(join(root, 'infra/demo/registry.yaml'), 'utf8');
  const published = join(root, 'infra/demo/ods.csv');
  const once = async (name, work) => {
    if (state.done.includes(name)) return;
    await work();
    state.done.push(name);
    state.save();
  };

  // After a year the token and the keys have expired.
  if (state.adminToken !== undefined && !(await isUsable(state.adminToken, adminUrl))) {
    state.done = state.done.filter((name) => name !== 'bootstrap' && !name.startsWith('client '));
  }
  await once('bootstrap', async () => {
    const printed = await gatehouse(
      root,
      ['bootstrap', '--force', '--label', 'npm start', '--expires-in-days', '366'],
      asOwner,
    );
    state.adminToken = ADMIN_TOKEN.exec(printed)?.[0];
    if (state.adminToken === undefined) throw new Error('gatehouse bootstrap printed no token.');
  });
  const admin = { ...settings, GATEHOUSE_ADMIN_TOKEN: state.adminToken };
  const run = (...args) => gatehouse(root, args, admin);
  const read = async (path) => {
    const answer = await fetch(`${adminUrl}/api/v1${path}`, {
      headers: { authorization: `Bearer ${state.adminToken}` },
    });
    if (!answer.ok)
      throw new Error(`The admin API answered ${answer.status} to ${path}: ${await answer.text()}`);
    return answer.json();
  };

  const registry = withoutRetired(parse(text), await read('/registry/export'));
  // Applied again, it would undo what people have changed since.
  await once(`registry ${sha256(text)}`, () => {
    const file = join(home, 'registry.yaml');
    writeFileSync(file, stringify(registry));
    return run('apply', file);
  });
  await once(`ods ${sha256(readFileSync(published))}`, () => run('ods', 'load', published));
  for (const [index, { odsCode, name }] of registry.organisations.entries()) {
    await once(`sro ${odsCode}`, () => appointOwner(run, read, odsCode, name, index));
  }
  for (const application of registry.applications) {
    await once(`key ${application.apiKey}`, () => run('keys', 'create', ...choice(application)));
  }
  await registerWithApim(registry.applications, read, controlUrl);
  for (const client of registry.cis2Clients) {
    const { environment, product, clientId } = client;
    await once(`key ${clientId}`, () =>
      run('keys', 'create', '--cis2-client', '--environment', environment, '--product', product),
    );
    await registerWithCis2(client, read, controlUrl, publicUrl);
  }
  for (const { name, environment } of registry.clients) {
    await once(`client ${name}`, async () => {
      const printed = await run(
        'clients',
        'issue-key',
        name,
        '--environment',
        environment,
        '--expires-in-days',
        '366',
      );
      state.clientKeys[name] = CLIENT_KEY.exec(printed)?.[0];
      if (state.clientKeys[name] === undefined)
        throw new Error('gatehouse clients issue-key printed no key.');
    });
  }
  // Users of one organisation may sign in with an authenticator of level 2, so that a step up can be seen.
  await once('assurance', () =>
    run('assurance', 'set', '2', '--organisation', LOWER_LEVEL, '--reason', 'demo of a step up'),
  );
  return registry;
}

async function isUsable(token, adminUrl) {
  const answer = await fetch(`${adminUrl}/api/v1/admin-tokens`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.status !== 401;
}

function choice({ environment, organisation, organisations, product, accessMode, capability }) {
  return [
    ['--environment', environment],
    ['--organisation', organisation ?? organisations[0]],
    ['--product', product],
    ['--access-mode', accessMode],
    ...(capability === undefined ? [] : [['--capability', capability]]),
  ].flat();
}

const ownerUserId = (index) => `55500000000${index + 1}`;

/** The SRO is fictitious. The hash stands for the signed letter of the organisation's CIO. */
async function appointOwner(run, read, odsCode, organisation, index) {
  const letter = sha256(`demo letter of ${organisation}`);
  await run(
    ...['sro', 'appoint', '--organisation', odsCode, '--environments', 'local'],
    ...[
      '--name',
      'Demo Owner',
      '--email',
      `sro@${odsCode.toLowerCase()}.example`,
      '--job-title',
      'Chief Nurse',
    ],
    ...[
      '--spine-user-id',
      ownerUserId(index),
      '--cio-name',
      'Demo Officer',
      '--authority-reference',
      `DEMO-${odsCode}`,
    ],
    ...['--authority-date', day(-1), '--authority-document-sha256', letter, '--review-due-on', day(365)],
  );
  const { items } = await read(`/sro-appointments?organisation=${odsCode}`);
  await run('sro', 'accept', items[0].id);
}

/** What the NHS e-RS partners team does once an application is approved: it sets product, attributes and JWKS URL. */
async function registerWithApim(applications, read, controlUrl) {
  const { items: owners } = await read('/sro-appointments?limit=500');
  const { items: listed } = await read('/applications?limit=500');
  for (const application of applications) {
    const { asid, apiKey, apiSecret, organisations, product, capability, accessMode } = application;
    const { jwksUrl } = listed.find((each) => each.asid === asid);
    const organisation = application.organisation ?? organisations.join(', ');
    await register(controlUrl, `/apps/${apiKey}`, {
      name: `${organisation} - ${product} - ${capability ?? 'User-Restricted'}`,
      products: [accessMode],
      ...(apiSecret === undefined ? {} : { apiSecret }),
      attributes: {
        asid,
        'jwks-resource-url': jwksUrl,
        ...(accessMode === 'user-restricted' ? allowList(organisations) : actsAs(application, owners)),
      },
    });
  }
}

const allowList = (organisations) =>
  organisations === undefined
    ? {}
    : { 'euo-allowlist-required': 'true', 'euo-allowlist': organisations.join(',') };

const actsAs = ({ organisation, capability }, owners) => ({
  'app-restricted-ods-code': organisation,
  'app-restricted-user-id': owners.find((owner) => owner.organisation === organisation).spineUserId,
  'app-restricted-business-function':
    capability === 'provider' ? 'PROVIDER_AUTHORISED_APPLICATION' : 'REFERRER_AUTHORISED_APPLICATION',
});

/** What CIS2's Connection Manager is given for a product whose users Gatehouse signs in. */
async function registerWithCis2({ environment, product, clientId }, read, controlUrl, publicUrl) {
  const { items: clients } = await read('/cis2-clients?limit=500');
  const { id } = clients.find((each) => each.environment === environment && each.product === product);
  const { items: keys } = await read('/signing-keys?owner=cis2-client&limit=500');
  await register(controlUrl, `/cis2/clients/${clientId}`, {
    redirectUris: [`${publicUrl}/auth/cis2/callback`],
    backChannelUrl: `${publicUrl}/auth/cis2/back-channel-logout`,
    auth: 'private_key_jwt',
    jwksUrl: keys.find(({ owner }) => owner.id === id).jwksUrl,
  });
}

async function register(controlUrl, path, body) {
  const answer = await fetch(controlUrl + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The simulator rejected ${path}: ${await answer.text()}`);
}
