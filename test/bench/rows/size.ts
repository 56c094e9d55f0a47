/**
 * (n) What a request adds to the database, its log (WAL) and the log of the process, what processor time it takes, and
 * how many connections to PostgreSQL a replica of each role holds. docs/sizing.md reckons with these figures.
 */
import type pg from 'pg';
import { inScope } from '../benchmark.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { startUpstream } from '../servers/contenders.ts';
import { watchCpu } from '../servers/cpu.ts';
import { watchDatabase } from '../servers/database-use.ts';
import {
  type BenchGatehouse,
  CODE_SYSTEM,
  mintTokens,
  readTarget,
  startGatehouse,
} from '../servers/gatehouse.ts';
import type { Bench, Row } from '../row.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';

const APPLICATIONS = 60;
const CONNECTIONS = 32;
const ROLES = ['partner', 'public', 'admin', 'worker', 'partner,public,admin,worker'];
/** So many that none is counted in place of being recorded. */
const RECORD_ALL = { GATEHOUSE_RECORDED_REJECTIONS_PER_CLIENT: '1000000' };

const KINDS = [
  { kind: 'a read without a patient', path: CODE_SYSTEM, isServed: true },
  { kind: 'a read about one patient', path: '/FHIR/STU3/ReferralRequest/000000070000', isServed: true },
  { kind: 'a rejected request', path: `${CODE_SYSTEM}?unknown=1`, isServed: false },
] as const;

export const size: Row = {
  title: 'bytes and processor time of a request, connections of a replica: for docs/sizing.md',
  async run(bench) {
    const upstream = await startUpstream(bench.later);
    const gatehouse = await startGatehouse(bench.later, `${upstream.origin}/referrals`, APPLICATIONS);
    const gateway = await gatehouse.startMeasured(RECORD_ALL);
    await mintTokens(readTarget(gateway, gatehouse.keys));
    for (const request of KINDS) await measureRequests(bench, gatehouse, gateway, request);
    await measureSubjects(bench, gatehouse.stack.sql);
    console.log(
      `  ${await connections(gatehouse.stack.sql)} connections of a replica that has served, beside one with the other roles`,
    );
    await inScope(async (later) => {
      const alone = await startStack({ environments: ['int'], replicas: 0 });
      later(() => alone.stop());
      for (const roles of ROLES) await measureConnections(bench, alone, roles);
    });
  },
};

async function measureRequests(
  { isQuick, rounds, seconds, record }: Bench,
  { stack: { sql }, keys }: BenchGatehouse,
  gateway: GatewayProcess,
  { kind, path, isServed }: (typeof KINDS)[number],
): Promise<void> {
  const target = { origin: gateway.partner, path, keys };
  await closedLoop(target, CONNECTIONS, isQuick ? 1 : 10);
  const logged = (): number => Buffer.byteLength(gateway.logs());
  const loggedBefore = logged();
  const usedDatabase = await watchDatabase(sql);
  const usedCpuUs = watchCpu(() => [gateway.child.pid ?? 0]);
  const { requests, failed } = await closedLoop(target, CONNECTIONS, seconds * rounds);
  const cpuUs = usedCpuUs();
  const database = await usedDatabase();
  if (failed !== (isServed ? 0 : requests)) throw new Error(`${kind}: ${failed} of ${requests} were refused`);
  const each = (whole: number): number => Math.round(whole / requests);
  const figure = {
    bytes: each(database.bytes),
    walBytes: each(database.walBytes),
    logBytes: each(logged() - loggedBefore),
    // Microseconds of a request are milliseconds of a thousand.
    gatewayMsPerThousand: each(cpuUs),
    databaseMsPerThousand: each(database.cpuUs),
  };
  console.log(
    `  ${kind.padEnd(25)} ${figure.bytes} bytes in the database, ${figure.walBytes} of WAL, ${figure.logBytes} in the log; ` +
      `a thousand take ${figure.gatewayMsPerThousand} ms in the gateway and ${figure.databaseMsPerThousand} ms in PostgreSQL (${requests} requests)`,
  );
  record({ kind, requests, ...figure });
}

/** A worklist has a row for each patient, so a request about many adds many of them. */
async function measureSubjects({ record }: Bench, sql: pg.Pool): Promise<void> {
  const { rows } = await sql.query<{ subjects: string; bytes: string }>(
    `SELECT (SELECT count(*) FROM audit.subject) AS subjects, sum(pg_total_relation_size(relid)) AS bytes
      FROM pg_partition_tree('audit.subject') WHERE isleaf`,
  );
  const bytes = Math.round(Number(rows[0]?.bytes) / Number(rows[0]?.subjects));
  console.log(`  a row for a patient: ${bytes} bytes`);
  record({ kind: 'a row for a patient', bytes });
}

/** The most that the only replica of a stack held in its first seconds, without a request. */
async function measureConnections({ isQuick, record }: Bench, stack: Stack, roles: string): Promise<void> {
  const gateway = await stack.startGateway({ GATEHOUSE_ROLES: roles });
  let most = 0;
  for (let looks = isQuick ? 5 : 50; looks > 0; looks -= 1) {
    most = Math.max(most, await connections(stack.sql));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await gateway.stop();
  console.log(`  ${most} connections of a replica with the roles ${roles}`);
  record({ roles, connections: most });
}

async function connections(sql: pg.Pool): Promise<number> {
  const { rows } = await sql.query<{ held: number }>(
    `SELECT count(*)::int AS held FROM pg_stat_activity WHERE datname = current_database() AND usename <> current_user`,
  );
  return rows[0]?.held ?? 0;
}
