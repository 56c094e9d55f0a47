// `npm start`: PostgreSQL, a simulated NHS, the gateway and a demo registry, all on this machine, until Ctrl-C. State is
// kept in .gatehouse/. Every change to the registry is made with the `gatehouse` command, as in production.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { gatehouse, loadDemo } from './start/demo.mjs';
import { isRunning, Pieces } from './start/pieces.mjs';
import { startOnFreePorts } from './start/ports.mjs';
import { openState } from './start/state.mjs';
import { prepareWeb, WEB_CLIENT } from './start/web.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = join(root, '.gatehouse');
const pidFile = join(home, 'start.pid');
const startedAt = Date.now();

/** Runs a step and prints one line about it. */
async function step(name, work) {
  const from = Date.now();
  const note = await work();
  if (ending) await new Promise(() => undefined);
  const seconds = ((Date.now() - from) / 1000).toFixed(1);
  console.log(`  ${name.padEnd(12)} ${typeof note === 'string' ? note : 'ready'}  (${seconds} s)`);
}

mkdirSync(home, { recursive: true });
if (existsSync(pidFile) && isRunning(Number(readFileSync(pidFile, 'utf8')), 'start.mjs')) {
  console.error(
    `Gatehouse is already running from this folder (process ${readFileSync(pidFile, 'utf8').trim()}).`,
  );
  process.exit(1);
}
writeFileSync(pidFile, `${String(process.pid)}\n`);

const pieces = new Pieces(root, join(home, 'logs'));
let ending = false;
async function end(code, reason) {
  if (ending) return;
  ending = true;
  console.log(reason);
  await pieces.stopAll();
  rmSync(pidFile, { force: true });
  console.log('Stopped.');
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => void end(0, '\nStopping …'));
}
process.on('disconnect', () => void end(0, 'Stopping …'));
pieces.onDeath((name, how, lastLines) => {
  void end(
    1,
    `\n${name} ended unexpectedly (${how}). Its last lines:\n${lastLines || '(none)'}\nThe whole log is in .gatehouse/logs/`,
  );
});

const isGatewayReady = ({ msg }) => msg === 'gateway ready';
/** Browsers accept Secure cookies from localhost without TLS. */
const inBrowser = (port) => `http://localhost:${port}`;
const DEMO_ROLES = [
  'gatehouse-platform=platform-engineer',
  'gatehouse-governance=governance-officer',
  'gatehouse-governance-r69=governance-officer@R69',
  'gatehouse-audit=auditor',
  'gatehouse-administrators=administrator',
].join(',');

try {
  console.log('Starting Gatehouse …');
  await step('build', () => (build() ? 'done' : 'nothing changed'));

  const state = openState(join(home, 'state.json'));
  const ports = {};
  const url = (name) => `http://127.0.0.1:${ports[name]}`;
  const listen = (name) => `127.0.0.1:${ports[name]}`;
  /** Starts a piece on its default ports, or on others where those are in use. */
  const startOnPorts = async (names, start) => {
    const { notes } = await startOnFreePorts(names, (given) => start(Object.assign(ports, given)));
    for (const note of notes) console.log(`  ${note}`);
  };

  const AWS = { AWS_REGION: 'eu-west-2', AWS_ACCESS_KEY_ID: 'demo', AWS_SECRET_ACCESS_KEY: 'demo' };
  await step('simulator', async () => {
    await startOnPorts(['apim', 'kms', 'objects', 'control', 'staff', 'cis2'], () =>
      pieces.start('simulator', ['apps/simulator/dist/main.js'], {
        SIMULATOR_APIM_LISTEN: listen('apim'),
        SIMULATOR_KMS_LISTEN: listen('kms'),
        SIMULATOR_OBJECT_STORE_LISTEN: listen('objects'),
        SIMULATOR_CONTROL_LISTEN: listen('control'),
        SIMULATOR_STAFF_LISTEN: listen('staff'),
        SIMULATOR_CIS2_LISTEN: listen('cis2'),
        SIMULATOR_STATE_DIR: join(home, 'simulator'),
      }),
    );
    const { createKmsKey } = await import('./start/kms.mjs');
    const kms = { ...AWS, AWS_ENDPOINT_URL_KMS: url('kms') };
    state.auditKmsKey ??= await createKmsKey(kms, 'SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT');
    state.checkpointKmsKey ??= await createKmsKey(kms, 'RSA_4096', 'SIGN_VERIFY');
    state.evidenceKmsKey ??= await createKmsKey(kms, 'RSA_4096', 'SIGN_VERIFY');
    state.save();
    return url('apim');
  });

  let databasePort;
  await step('PostgreSQL', async () => {
    const { secrets } = state;
    const roles = { gatehouse_owner: secrets.ownerPassword, gatehouse_app: secrets.appPassword };
    const ready = await pieces.start('PostgreSQL', ['tools/start/postgres.mjs'], {
      POSTGRES_DATA_DIR: join(home, 'postgres'),
      POSTGRES_ROLES: JSON.stringify(roles),
    });
    databasePort = ready.port;
    return `port ${databasePort}`;
  });
  const databaseUrl = (role, password) =>
    `postgresql://${role}:${password}@127.0.0.1:${databasePort}/gatehouse`;
  const settings = {
    DATABASE_URL: databaseUrl('gatehouse_app', state.secrets.appPassword),
    ...AWS,
    AWS_ENDPOINT_URL_KMS: url('kms'),
  };
  const asOwner = {
    ...settings,
    DATABASE_OWNER_URL: databaseUrl('gatehouse_owner', state.secrets.ownerPassword),
  };
  await step('migrate', async () => {
    await gatehouse(root, ['migrate'], asOwner);
  });

  const gatewaySettings = (environments) => ({
    ...settings,
    GATEHOUSE_AUDIT_KMS_KEY: state.auditKmsKey,
    GATEHOUSE_CHECKPOINT_KMS_KEY: state.checkpointKmsKey,
    GATEHOUSE_CHECKPOINTS: pathToFileURL(join(home, 'checkpoints')).href,
    GATEHOUSE_EVIDENCE_KMS_KEY: state.evidenceKmsKey,
    GATEHOUSE_PUBLIC_URL: inBrowser(ports.public),
    GATEHOUSE_CONSOLE_URL: inBrowser(ports.admin),
    GATEHOUSE_PARTNER_URL: url('partner'),
    GATEHOUSE_STAFF_ISSUER: url('staff'),
    GATEHOUSE_STAFF_ROLES: DEMO_ROLES,
    GATEHOUSE_ENVIRONMENTS: environments,
    GATEHOUSE_SERVES: 'local',
    GATEHOUSE_PARTNER_LISTEN: listen('partner'),
    GATEHOUSE_ADMIN_LISTEN: listen('admin'),
    GATEHOUSE_PUBLIC_LISTEN: listen('public'),
    GATEHOUSE_STATUS_LISTEN: listen('status'),
    GATEHOUSE_DRAIN_GRACE_MS: '0',
    // A laptop that is doing other work may be late without being overloaded.
    GATEHOUSE_MAX_LAG_MS: '10000',
  });
  await step('gateway', async () => {
    const environments = join(home, 'environments.yaml');
    const text = readFileSync(join(root, 'infra/demo/environments.yaml'), 'utf8');
    const pieceOfPort = { 8090: 'apim', 8092: 'objects', 8095: 'cis2' };
    const shifted = text.replaceAll(/127\.0\.0\.1:(8090|8092|8095)/g, (_, port) => listen(pieceOfPort[port]));
    writeFileSync(environments, shifted);
    await startOnPorts(['partner', 'admin', 'public', 'status'], () =>
      pieces.start(
        'gateway',
        ['apps/gateway/dist/bundle/program/main.js'],
        gatewaySettings(environments),
        isGatewayReady,
      ),
    );
    await untilReady(`${url('status')}/ready`);
    return url('partner');
  });

  const admin = { ...settings, GATEHOUSE_ADMIN_URL: url('admin') };
  let registry;
  await step('demo', async () => {
    registry = await loadDemo({
      root,
      home,
      state,
      settings: admin,
      asOwner,
      adminUrl: url('admin'),
      publicUrl: inBrowser(ports.public),
      controlUrl: url('control'),
    });
    return `${registry.organisations.length} organisations, ${registry.applications.length} applications, ${registry.clients.length} clients`;
  });

  if (registry.clients.some(({ name }) => name === WEB_CLIENT)) {
    const demo = { root, home, state, admin: { ...admin, GATEHOUSE_ADMIN_TOKEN: state.adminToken } };
    await step('web app', async () => {
      await startOnPorts(['web'], async () => {
        const addresses = {
          listen: listen('web'),
          url: inBrowser(ports.web),
          gatehouseUrl: url('partner'),
          consoleUrl: inBrowser(ports.admin),
        };
        const webSettings = await prepareWeb(demo, addresses, registry.organisations);
        await pieces.start('web', ['apps/demo/dist/main.js'], webSettings);
      });
      return inBrowser(ports.web);
    });
  }

  if (!ending) console.log(welcome(state, url, ports));
} catch (error) {
  await end(1, `\n${error instanceof Error ? error.message : String(error)}`);
}

async function untilReady(address) {
  const deadline = Date.now() + 60_000;
  let last = 'it did not answer';
  while (!ending && Date.now() < deadline) {
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(2000) });
      if (answer.ok) return;
      last = await answer.text();
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    await setTimeout(150);
  }
  if (!ending)
    throw new Error(`The gateway is not ready after 60 s: ${last}\n${pieces.lastLines('gateway')}`);
}

function welcome(state, url, ports) {
  return `
Gatehouse is running (started in ${((Date.now() - startedAt) / 1000).toFixed(1)} s).

  partner   ${url('partner')}   where your services send e-RS requests
  console   ${inBrowser(ports.admin)}   sign in as Priya (platform engineer), Gita (governance officer), Omar (auditor),
            Ada (administrator) or another demo person; in Chrome or Firefox
${ports.web === undefined ? '' : webApp(inBrowser(ports.web))}  admin     ${url('admin')}   admin API, for the gatehouse command
  public    ${url('public')}   sign-in of users, JWKS
  status    ${url('status')}   /live, /ready, /metrics
  simulator ${url('apim')}   the NHS: token service and e-RS; control API ${url('control')}

Fetch a referral as the service "worklist-sync" of R69 (provider):

curl -s ${url('partner')}/FHIR/STU3/ReferralRequest/000000070000 -H "Authorization: Bearer ${state.clientKeys['worklist-sync']}"

The service "referral-tracker" has three grants, so it must name the organisation:

curl -s ${url('partner')}/FHIR/STU3/ReferralRequest/000000070000 -H "NHSD-End-User-Organisation-ODS: RCD" -H "Authorization: Bearer ${state.clientKeys['referral-tracker']}"

See what was recorded, with the administrator's token:

GATEHOUSE_ADMIN_URL=${url('admin')} GATEHOUSE_ADMIN_TOKEN=${state.adminToken} npx gatehouse audit list

All data is synthetic. State is in .gatehouse/. Ctrl-C stops everything.`;
}

function webApp(address) {
  return `  web app   ${address}   a supplier's application. Sign in as
            Rosa Field   refers patients of a surgery: worklists, booking, letters
            Tom Hale     refers and treats at three organisations: chooses a role, accepts referrals
            Mina Shah    answers advice requests on behalf of two clinicians
            Max Stone    signs in with a lower level first, then with a higher one
`;
}
