/**
 * Every alert of infra/observability seen red on a real Prometheus, by a fault of the simulator, of the database or of a
 * process; and every panel of the dashboards asked of it. When an alert is quiet, and for how long it waits, is tested by
 * promtool (rules.spec.ts).
 */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { callGateway, type GatewayAnswer, type GatewayRequest } from '../../support/load.ts';
import { allowWrite, appointOwner, onboard, type Onboarded, worklistBody } from '../../support/onboard.ts';
import { environmentsFile, grantWrites, rebind } from '../../support/proofs.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { type PrometheusServer, startPrometheus } from '../../support/servers/prometheus-server.ts';
import { createCheckpointKey, PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { startTcpProxy, type TcpProxy } from '../../support/servers/tcp-proxy.ts';
import { until } from '../../support/until.ts';

const OBSERVABILITY = fileURLToPath(new URL('../../../infra/observability', import.meta.url));
/** No fault outside Gatehouse causes these two: they are defects of its own. promtool shows that they fire. */
const OWN_DEFECTS = ['GatehouseInternalErrors', 'GatehouseLawAlarm'];
const WITHIN_MS = 90_000;
vi.setConfig({ testTimeout: 2 * WITHIN_MS + 30_000 });

let stack: Stack;
let prometheus: PrometheusServer;
let folder: string;
let application: Onboarded;
let slowed: Onboarded;
let lapsed: Onboarded;
/** Reaches PostgreSQL by way of the proxy, and its clock is moved. */
let far: GatewayProcess;
/** Its e-RS is somebody else, and it refuses requests when it is late. */
let misled: GatewayProcess;
let doomed: GatewayProcess;
let proxy: TcpProxy;
let impostor: Server;
const seen = new Set<string>();

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const statusOf = ({ status }: GatewayProcess): string => new URL(status).host;

beforeAll(async () => {
  stack = await startStack({ settings: { GATEHOUSE_KEY_POLL_MS: '500' } });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  [application, slowed, lapsed] = (await onboard(stack, [
    { odsCode: 'R69' },
    { odsCode: 'X26' },
    { odsCode: 'RCD' },
  ])) as [Onboarded, Onboarded, Onboarded];
  await grantWrites(stack, application);
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-alerts-'));
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 3 * 86_400_000),
  });
  await writeFile(join(folder, 'key.pem'), key);
  await writeFile(join(folder, 'cert.pem'), cert);
  impostor = createServer({ key, cert }, (socket) => socket.on('error', () => undefined));
  impostor.on('tlsClientError', () => undefined);
  await once(impostor.listen(0, '127.0.0.1'), 'listening');
  const { port } = impostor.address() as AddressInfo;

  proxy = await startTcpProxy(new URL(stack.database.appUrl).host);
  far = await stack.startGateway({ ...PARTNER_ONLY, DATABASE_URL: proxy.through(stack.database.appUrl) });
  await stack.sql.query(
    `INSERT INTO audit.checkpoint (sequence, made_at, is_full, chains, jws, heads, behind)
     VALUES (1, now(), true, 0, 'unsigned', '', '[{"writer":"gone","coveredSeq":3,"seq":null}]')`,
  );
  await stack.sql.query(
    `INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
     SELECT id, 1, at, 'SYSTEM', id, sha256(''), sha256(''), jsonb_build_object('writer', id, 'seq', 1, 'kind', 'SYSTEM',
            'attemptId', id, 'startedAtMs', (extract(epoch FROM at) * 1000)::bigint)
       FROM (SELECT gen_random_uuid() AS id, date_trunc('month', now()) - interval '40 days' AS at) old`,
  );
  misled = await stack.startGateway({
    GATEHOUSE_CHECKPOINT_KMS_KEY: await createCheckpointKey(stack.simulator.kmsUrl),
    GATEHOUSE_CHECKPOINTS: pathToFileURL(join(folder, 'checkpoints')).href,
    GATEHOUSE_ENVIRONMENTS: await environmentsFile(stack, {
      apiBaseUrl: `https://localhost:${port}/referrals`,
    }),
    GATEHOUSE_MAX_LAG_MS: '500',
  });
  doomed = await stack.startGateway(PARTNER_ONLY);
  await onboardWhatEnds();
  const ending = await startEndingGateway();
  const gateways = [stack.gateway, far, misled, doomed, ending];
  prometheus = await startPrometheus(gateways.map(statusOf));
  await until(
    'Prometheus has read each gateway',
    async () => (await prometheus.seriesOf('gatehouse_ready')) === gateways.length,
  );
}, 300_000);
afterAll(async () => {
  await prometheus.stop();
  proxy.pass();
  await stack.stop();
  await proxy.close();
  impostor.close();
  await rm(folder, { recursive: true, force: true });
});

/** A client key, an admin token, a write exception and an owner's review that end in five days. */
async function onboardWhatEnds(): Promise<void> {
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      organisations: [{ odsCode: 'R68', name: 'Synthetic Trust R68' }],
      clients: [{ name: 'short', environment: 'local', grants: [] }],
    },
  });
  await stack.admin('POST', '/clients/local/short/keys', { expiresInDays: 5 });
  await stack.admin('POST', '/admin-tokens', { label: 'short', scopes: ['audit'], expiresInDays: 5 });
  await allowWrite(stack, {
    ...{ environment: 'local', organisation: 'X26', product: 'ReferWell', capability: 'provider' },
    ...{ interaction: 'A028', useCaseReference: 'TEST-2', expiresOn: inDays(5) },
  });
  await appointOwner(stack, 'R68', inDays(5));
  await stack.settled();
}

/** A process whose certificate ends soon, whose database is nearly full, and whose trail lacks next month. */
async function startEndingGateway(): Promise<GatewayProcess> {
  const { rows } = await stack.sql.query<{ bytes: string }>(
    'SELECT pg_database_size(current_database()) AS bytes',
  );
  await stack.sql.query(
    `CREATE OR REPLACE FUNCTION audit.partitions_ahead() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
  );
  return stack.startGateway({
    GATEHOUSE_AUDIT_STREAM: 'file:///dev/null/no-folder',
    GATEHOUSE_CHECKPOINT_KMS_KEY: 'no-such-key',
    GATEHOUSE_CHECKPOINTS: pathToFileURL(join(folder, 'checkpoints')).href,
    GATEHOUSE_TLS_CERT: join(folder, 'cert.pem'),
    GATEHOUSE_TLS_KEY: join(folder, 'key.pem'),
    GATEHOUSE_DATABASE_MAX_MIB: String(Math.floor(Number(rows[0]?.bytes) / 1_048_576 / 0.88)),
  });
}

const call = (caller: Onboarded, more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> =>
  callGateway({ gateway: stack.gateway.partner, key: caller.clientKey, ...more });
const atOnce = (count: number, make: () => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, make));
const arm = (target: string, fault: object, more: object = {}): Promise<unknown> =>
  stack.simulator.control('POST', '/faults', { target, fault, ...more });
const disarm = (): Promise<unknown> => stack.simulator.control('DELETE', '/faults');

/** Repeats what provokes the alerts until each has been seen to fire. */
async function red(
  names: readonly string[],
  provoke: () => Promise<unknown> = () => pause(200),
): Promise<void> {
  const missing = new Set(names);
  await until(
    `red: ${names.join(', ')}`,
    async () => {
      await provoke();
      for (const name of await prometheus.firing()) {
        missing.delete(name);
        seen.add(name);
      }
      return missing.size === 0;
    },
    WITHIN_MS,
  );
}

it('a process that is killed', async () => {
  doomed.kill('SIGKILL');
  await doomed.ended;
  await red(['GatehouseDown']);
});

it('what ends soon, and a database that is nearly full', async () => {
  await red([
    'GatehouseClientKeyExpiring',
    'GatehouseAdminTokenExpiring',
    'GatehouseWriteExceptionExpiring',
    'GatehouseSroReviewDue',
    'GatehouseCertificateExpiring',
    'GatehouseDatabaseFilling',
    'GatehouseDatabaseFull',
    'GatehouseAuditPartitionMissing',
  ]);
});

it('a background job is overdue, and one has failed permanently', async () => {
  // It runs once an hour, so no run puts this right meanwhile.
  await until('it has run', async () => {
    const { rows } = await stack.sql.query(
      `UPDATE job_schedule SET registered_at = now() - interval '1 day', succeeded_at = now() - interval '3 hours'
       WHERE job = 'housekeeping' AND succeeded_at IS NOT NULL RETURNING job`,
    );
    return rows.length > 0;
  });
  await stack.sql.query(
    `INSERT INTO background_job (job, payload, queue_id, state, requested_by, requested_at, cause, ended_at)
     VALUES ('housekeeping', '{}', 'by-hand', 'failed', 'schedule', now(), 'no luck', now())`,
  );
  await red(['GatehouseJobOverdue', 'GatehouseJobFailed']);
  // Each process reads the schedules by itself.
  await until(
    'the ready page names the job, and stays 200',
    async () => {
      const ready = await fetch(`${stack.gateway.status}/ready`);
      const { overdueJobs } = (await ready.json()) as { overdueJobs?: string[] };
      return ready.status === 200 && overdueJobs?.includes('housekeeping') === true;
    },
    60_000,
  );
});

it('a key rotation that does not go on', async () => {
  await stack.sql.query(
    `INSERT INTO key_rotation (owner_id, step, cause, failures, failing_since, not_before)
     SELECT id, 'prove', 'no luck', 3, now(), now() + interval '1 day' FROM application WHERE state = 'live'`,
  );
  await stack.sql.query(
    `INSERT INTO rotation_policy (ods_code, product, environment, every_days)
     SELECT b.ods_code, a.product, a.environment, 90 FROM application a JOIN binding b ON b.application_id = a.id
     WHERE a.state = 'live' LIMIT 1`,
  );
  await red(['GatehouseKeyRotationStuck']);
});

it('sign-ins that failed, signatures that nobody recorded, a log that lacks some, and a changed record', async () => {
  // Seen last tomorrow, so that no run of the job finds that it has ended.
  await stack.sql.query(
    `INSERT INTO upkeep_finding (key, watch, title, body, what_to_do, path, ods_codes, found_at, seen_at)
     SELECT watch, watch, 'Found', '', 'Look.', '/audit', '{}', now(), now() + interval '1 day'
       FROM unnest(ARRAY['refused-sign-ins', 'unrecorded-signature', 'signature-log', 'trail-fault']) AS watch`,
  );
  await red([
    'GatehouseSignInsFailing',
    'GatehouseSignatureUnrecorded',
    'GatehouseSignatureLogIncomplete',
    'GatehouseTrailFault',
  ]);
});

it('an application that NHS England does not serve as it should', async () => {
  await stack.sql.query(
    `INSERT INTO application_probe AS p (application_id, claimed_at, checked_at, checked_by, since, code)
     SELECT id, now(), now(), 'schedule', now(), 'ACTS_AS_PROVIDER' FROM application WHERE state = 'live'
     ON CONFLICT (application_id) DO UPDATE SET code = EXCLUDED.code, claimed_at = now(), checked_at = now(),
       checked_by = 'schedule', since = now()`,
  );
  await red(['GatehouseProbesFailing']);
});

describe('e-RS', () => {
  it('is slow', async () => {
    await arm('ers', { delayMs: 7_000 }, { match: { apiKey: slowed.apiKey } });
    await red(['GatehouseErsSlow'], () => atOnce(10, () => call(slowed)));
    await disarm();
  });

  it('fails', async () => {
    await arm('ers', { status: 500 });
    await red(['GatehouseErsFailing'], () => atOnce(3, () => call(application)));
    await disarm();
  });

  it('does not say what became of a write', async () => {
    await arm('ers', { applyThenReset: true });
    let ubrn = 90_000;
    await red(['GatehouseWritesInDoubt'], async () => {
      const padded = String((ubrn += 1)).padStart(12, '0');
      await stack.simulator.control('POST', '/referrals', { ubrn: padded, state: 'BOOKED' });
      await call(application, {
        method: 'POST',
        path: `/FHIR/STU3/ReferralRequest/${padded}/$ers.acceptReferral`,
        headers: { 'if-match': 'W/"1"' },
      });
    });
    await disarm();
  });

  it('is somebody else', async () => {
    await red(['GatehouseErsIdentityUnverified'], () => call(application, { gateway: misled.partner }));
  });
});

describe('callers', () => {
  it('come too fast', async () => {
    await red(['GatehouseRateLimited'], () => atOnce(80, () => call(application)));
  });

  it('have wrong credentials', async () => {
    await red(['GatehouseCredentialsRejected'], () =>
      atOnce(50, () => callGateway({ gateway: stack.gateway.partner, key: 'gh_wrong' })),
    );
  });

  it('try referrals that are not theirs', async () => {
    let ubrn = 700_000;
    await red(['GatehouseReferralsGuessed'], async () => {
      for (let tries = 0; tries < 20; tries += 1)
        await call(slowed, { path: `/FHIR/STU3/ReferralRequest/${String((ubrn += 1)).padStart(12, '0')}` });
    });
  });

  it('are of an organisation without an owner', async () => {
    const { items } = await stack.admin<{ items: { id: string }[] }>(
      'GET',
      '/sro-appointments?organisation=RCD',
    );
    await stack.admin('POST', `/sro-appointments/${items[0]?.id ?? ''}/withdraw`, {
      reason: 'The owner has left.',
    });
    await red(['GatehouseAccessClosed'], () => call(lapsed));
  });
});

describe('tokens, keys and the clock', () => {
  /** A call of an application that has no token yet. */
  async function callAsNew(): Promise<void> {
    application = await rebind(stack, application);
    await call(application);
  }

  it('NHS England refuses tokens', async () => {
    await arm('token', { status: 401, body: '{"error":"invalid_request"}' });
    await red(['GatehouseTokensRefused'], callAsNew);
    await disarm();
  });

  it('the token service is down', async () => {
    await arm('token', { status: 503 });
    await red(['GatehouseTokenServiceDown'], callAsNew);
    await disarm();
  });

  it('KMS is throttled', async () => {
    await arm('kms', { kmsError: 'ThrottlingException' }, { match: { kmsAction: 'Sign' } });
    await red(['GatehouseKmsUnavailable'], callAsNew);
    await disarm();
  });

  it('a key signs as another', async () => {
    await arm('kms', { scenario: 'kms-wrong-key' }, { match: { kmsAction: 'Sign' } });
    await red(['GatehouseSigningKeyUnusable'], callAsNew);
    await disarm();
  });

  it('the clock drifts, and is wrong', async () => {
    expect((await call(slowed, { gateway: far.partner })).status).toBe(200);
    const callFar = () => atOnce(2, () => call(slowed, { gateway: far.partner }));
    await far.hook({ clockOffsetMs: 20_000 });
    await red(['GatehouseClockDrifting'], callFar);
    await far.hook({ clockOffsetMs: 400_000 });
    await red(['GatehouseClockWrong', 'GatehouseNotReady'], callFar);
    await far.hook({ clockOffsetMs: 0 });
  });
});

describe('the process and its database', () => {
  it('the event loop is late', async () => {
    await red(['GatehouseEventLoopLate', 'GatehouseOverloaded'], async () => {
      // What arrives while the loop is blocked is read right after it.
      await misled.hook({ blockMs: 800 });
      await atOnce(10, () => call(application, { gateway: misled.partner }));
    });
  });

  it('the admin listener fails', async () => {
    await misled.hook({ failAdmin: true });
    await red(['GatehouseAdminListenerDown']);
  });

  it('a table is locked, and callers wait for connections', async () => {
    const locker = new pg.Client({ connectionString: stack.database.superuserUrl });
    await locker.connect();
    await locker.query('BEGIN');
    await locker.query('LOCK TABLE worklist_use IN ACCESS EXCLUSIVE MODE');
    const worklist = {
      method: 'POST',
      path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
      headers: { 'content-type': 'application/fhir+json' },
      body: worklistBody(),
    };
    let running: Promise<unknown> = Promise.resolve();
    await red(['GatehouseConnectionsExhausted'], async () => {
      const before = running;
      running = atOnce(40, () => call(slowed, worklist));
      await before;
    });
    await running;
    await locker.query('ROLLBACK');
    await locker.end();
  });

  it('commits are slow', async () => {
    proxy.delay(400);
    await red(['GatehouseAuditSlow', 'GatehouseRateDivided'], () => call(slowed, { gateway: far.partner }));
    proxy.pass();
  });

  it('the database is out of reach of one process, and the others go on', async () => {
    proxy.refuse();
    await stack.admin('POST', '/registry/apply', {
      document: { apiVersion: 'gatehouse/v1', products: [{ name: 'Another' }] },
    });
    await red([
      'GatehouseAuditUnavailable',
      'GatehouseAuditLeaseLost',
      'GatehouseRegistryStale',
      'GatehouseReplicasDisagree',
    ]);
    proxy.pass();
  });

  it('the writers of the process that was killed are swept', async () => {
    await red(['GatehouseAuditWriterDied']);
  });
});

it('the trail lacks what a checkpoint covers, checkpoints cannot be signed, no collector gets the records, and an old month is not archived', async () => {
  await red([
    'GatehouseTrailBehindCheckpoint',
    'GatehouseCheckpointsFailing',
    'GatehouseAuditStreamBehind',
    'GatehouseTrailNotArchived',
  ]);
});

it('no alert was left out', async () => {
  const text = await readFile(join(OBSERVABILITY, 'prometheus/gatehouse.rules.yaml'), 'utf8');
  const { groups } = parse(text) as { groups: { rules: { alert?: string }[] }[] };
  const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
  expect(alerts.filter((alert) => !seen.has(alert)).toSorted()).toEqual(OWN_DEFECTS);
});

it('every panel of the dashboards has shown something', async () => {
  const empty: string[] = [];
  for (const name of await readdir(join(OBSERVABILITY, 'grafana'))) {
    const { panels } = JSON.parse(await readFile(join(OBSERVABILITY, 'grafana', name), 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    for (const { title, targets = [] } of panels)
      for (const { expr } of targets) {
        const asked = expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(instance|environment)/g, '.*');
        if ((await prometheus.seriesOf(`count_over_time((${asked})[15m:5s])`)) === 0)
          empty.push(`${name}: ${title}: ${asked}`);
      }
  }
  expect(empty).toEqual([]);
});
