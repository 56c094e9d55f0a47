/**
 * A whole Gatehouse for a test: its own database, one simulator for each environment, one or more gateways, and the
 * admin API through which a test onboards organisations as an operator would.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mintAdminToken } from '@gatehouse/domain/input/opaque-key';
import pg from 'pg';
import { freePort } from '../../../tools/start/free-port.ts';
import { createDatabase, type TestDatabase, type TestServer } from './postgres.ts';
import {
  type GatewayProcess,
  type SimulatorProcess,
  startGatewayProcess,
  startSimulatorProcess,
} from './processes.ts';
import { until } from '../until.ts';

type Settings = Readonly<Record<string, string>>;

export interface StackOptions {
  /** The names of the environments; each gets a simulator. Default: local. */
  readonly environments?: readonly string[];
  /** The environments that are open, as the NHS sandbox is. */
  readonly openEnvironments?: readonly string[];
  readonly replicas?: number;
  /**
   * Whether the gateways run background jobs, too, which takes twice the processor time of an idle gateway. False: for
   * tests of requests alone. Default: true.
   */
  readonly worker?: boolean | undefined;
  readonly settings?: Settings | ((simulator: SimulatorProcess) => Settings);
  readonly testHooks?: boolean;
  /** The folder of the gateways' files; default: this checkout. */
  readonly folder?: string;
  /** The quota of each application; default 600. */
  readonly requestsPerMinute?: number;
  /** Where the gateways write their logs, one file each; default: the logs are kept in memory. */
  readonly logFolder?: string;
  /** A separate PostgreSQL, for tests that stop it. */
  readonly server?: TestServer;
}

export interface Stack {
  readonly database: TestDatabase;
  /** Connects as the superuser, who may read everything. */
  readonly sql: pg.Pool;
  readonly simulators: ReadonlyMap<string, SimulatorProcess>;
  readonly gateways: GatewayProcess[];
  /** The first gateway and the first simulator. */
  readonly gateway: GatewayProcess;
  readonly simulator: SimulatorProcess;
  /** Calls the admin API; throws on anything but 2xx. */
  admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  readonly adminToken: string;
  /** The path of the gateways' environments file, which is JSON. */
  readonly environmentsFile: string;
  /** Waits until every running gateway has loaded the current version of the registry. */
  settled(): Promise<void>;
  /** @param folder of another build's files; default: that of the other gateways */
  startGateway(settings?: Settings, folder?: string): Promise<GatewayProcess>;
  stop(): Promise<void>;
}

/** For a replica that only serves partners, which starts with a third of the work of a whole gateway. */
export const PARTNER_ONLY = { GATEHOUSE_ROLES: 'partner' };

/** For a replica that runs no background jobs. */
export const WITHOUT_WORKER = { GATEHOUSE_ROLES: 'partner,admin,public' };

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const names = options.environments ?? ['local'];
  const isOpen = (name: string): boolean => options.openEnvironments?.includes(name) ?? false;
  const database = await createDatabase(options.server);
  const sql = new pg.Pool({ connectionString: database.superuserUrl, max: 4 });
  // A test may stop the server while the pool is connected.
  sql.on('error', () => undefined);
  const simulators = new Map<string, SimulatorProcess>();
  for (const name of names) {
    const simulator = await startSimulatorProcess();
    await simulator.control('POST', '/options', {
      rateLimits: false,
      worklistDailyLimit: false,
      authorisation: isOpen(name) ? 'none' : 'required',
    });
    simulators.set(name, simulator);
  }
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-stack-'));
  const environments = [...simulators].map(([name, simulator]) => ({
    name,
    ...(isOpen(name)
      ? { kind: 'open' }
      : { kind: 'authenticated', tokenUrl: simulator.tokenUrl, cis2Issuer: simulator.cis2Issuer }),
    apiBaseUrl: simulator.apiBaseUrl,
    redirectHosts: [new URL(simulator.objectStoreUrl).host],
    requestsPerMinute: options.requestsPerMinute ?? 600,
  }));
  await writeFile(join(folder, 'environments.yaml'), JSON.stringify({ environments }));
  const simulator = first(simulators.values());
  const settings = {
    DATABASE_URL: database.appUrl,
    AWS_ENDPOINT_URL_KMS: simulator.kmsUrl,
    GATEHOUSE_AUDIT_KMS_KEY: await createAuditKey(simulator.kmsUrl),
    GATEHOUSE_ENVIRONMENTS: join(folder, 'environments.yaml'),
    GATEHOUSE_SERVES: names.join(','),
    GATEHOUSE_PUBLIC_URL: 'http://127.0.0.1:1',
    ...(options.worker === false ? WITHOUT_WORKER : {}),
    // Tests count the calls that they make.
    GATEHOUSE_PROBE_HOURS: '0',
    // Tests provoke many rejections a minute from one address, and look for the record of each.
    GATEHOUSE_RECORDED_REJECTIONS_PER_ADDRESS: '1000000',
    GATEHOUSE_RECORDED_REJECTIONS_PER_CLIENT: '1000000',
    ...(typeof options.settings === 'function' ? options.settings(simulator) : options.settings),
  };
  const adminToken = await insertAdminToken(sql);
  const gateways: GatewayProcess[] = [];
  const nextLogFile = (): string | undefined =>
    options.logFolder && join(options.logFolder, `gateway-${gateways.length}.log`);
  const startGateway = async (more: Settings = {}, folder = options.folder): Promise<GatewayProcess> => {
    const gateway = await startGatewayProcess(
      { ...settings, ...more },
      { testHooks: options.testHooks ?? true, folder, logFile: nextLogFile() },
    );
    gateways.push(gateway);
    return gateway;
  };
  try {
    for (let count = 0; count < (options.replicas ?? 1); count += 1) await startGateway();
  } catch (error) {
    await Promise.all([...gateways, ...simulators.values()].map((server) => server.stop()));
    await sql.end();
    throw error;
  }

  return {
    database,
    sql,
    simulators,
    gateways,
    get gateway() {
      return first(gateways);
    },
    simulator,
    adminToken,
    environmentsFile: settings.GATEHOUSE_ENVIRONMENTS,
    async admin<T>(method: string, path: string, body?: unknown): Promise<T> {
      const answer = await fetch(`${first(gateways).admin}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${adminToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok || text.includes('"type":"failed"')) {
        throw new Error(`admin ${method} ${path}: ${answer.status} ${text}`);
      }
      const isLines = answer.headers.get('content-type')?.includes('ndjson') === true;
      return (
        text === ''
          ? null
          : isLines
            ? text
                .trim()
                .split('\n')
                .map((line) => JSON.parse(line))
            : JSON.parse(text)
      ) as T;
    },
    startGateway,
    async settled() {
      const { rows } = await sql.query<{ version: string }>('SELECT version FROM registry_head');
      for (const gateway of gateways.filter(
        ({ child }) => child.exitCode === null && child.signalCode === null,
      )) {
        const registryVersion = async (): Promise<number> => {
          const page = await (await fetch(`${gateway.status}/metrics`)).text();
          return Number(/^gatehouse_registry_version (\d+)/m.exec(page)?.[1]);
        };
        await until(
          'a gateway has loaded the current registry',
          async () => (await registryVersion()) >= Number(rows[0]?.version),
        );
      }
    },
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await Promise.all([...simulators.values()].map((simulator) => simulator.stop()));
      await sql.end();
      await database.drop().catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type StaffStackOptions = Pick<StackOptions, 'worker'> & {
  readonly host?: string;
  readonly settings?: Settings;
};

/**
 * A stack whose one gateway has staff sign in at the simulator's identity provider.
 * @param roles the setting GATEHOUSE_STAFF_ROLES
 * @param options.host of the console's address: a browser keeps Secure cookies over plain HTTP only from localhost
 */
export async function startStaffStack(
  roles: string,
  { host = '127.0.0.1', worker, settings = {} }: StaffStackOptions = {},
): Promise<{ readonly stack: Stack; readonly origin: string }> {
  const port = await freePort();
  const origin = `http://${host}:${port}`;
  const stack = await startStack({
    worker,
    settings: ({ staffIssuer }) => ({
      GATEHOUSE_ADMIN_LISTEN: `127.0.0.1:${port}`,
      GATEHOUSE_CONSOLE_URL: origin,
      GATEHOUSE_STAFF_ISSUER: staffIssuer,
      GATEHOUSE_STAFF_ROLES: roles,
      ...settings,
    }),
  });
  return { stack, origin };
}

function first<T>(items: Iterable<T>): T {
  for (const item of items) return item;
  throw new Error('the list is empty');
}

async function insertAdminToken(sql: pg.Pool): Promise<string> {
  const { id, key } = mintAdminToken(randomBytes);
  await sql.query(
    `INSERT INTO admin_token (id, token_id, label, secret_hash, scopes, created_at, created_by, expires_at)
     VALUES (gen_random_uuid(), $1, 'test', $2, '{registry,governance,audit}', now(), 'test', now() + interval '400 days')`,
    [id, createHash('sha256').update(key).digest('hex')],
  );
  return key;
}

/** Creates the KMS key under which the audit trail seals patients' identifiers, as an operator's infrastructure would. */
export function createAuditKey(kmsUrl: string): Promise<string> {
  return createKmsKey(kmsUrl, { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' });
}

/** The same for the key that signs the checkpoints of the audit trail. */
export function createCheckpointKey(kmsUrl: string): Promise<string> {
  return createKmsKey(kmsUrl, { KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' });
}

async function createKmsKey(kmsUrl: string, key: object): Promise<string> {
  const { KeyMetadata } = await callKms<{ KeyMetadata: { Arn: string } }>(kmsUrl, 'CreateKey', key);
  return KeyMetadata.Arn;
}

/** Calls the KMS of the simulator as an operator would. Throws on anything but 200. */
export async function callKms<T = unknown>(kmsUrl: string, action: string, input: object): Promise<T> {
  const answer = await fetch(kmsUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${action}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=test',
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`KMS ${action}: ${String(answer.status)} ${text}`);
  // Some actions answer with nothing.
  return JSON.parse(text || 'null') as T;
}
