/** (f) A large registry: to start with it, to hold it, to look something up in it and to take over a change. */
import pg from 'pg';
import { openRegistry } from '../../../apps/gateway/dist/adapters/registry/registry.js';
import { startStack } from '../../support/servers/stack.ts';
import { inScope, type Later } from '../benchmark.ts';
import type { Bench, Row } from '../row.ts';
import { memoryMib } from '../servers/cpu.ts';
import { fillRegistry, REGISTRY_CHANGES } from '../servers/registry-data.ts';

const APPLICATIONS_EACH = 3;
const LOOK_UPS = 100_000;

export const registry: Row = {
  title: 'a large registry: start, memory, look-up, a change taken over',
  async run(bench) {
    for (const applications of bench.isQuick ? [1_000] : [1_000, 10_000, 100_000])
      await inScope((later) => measure(bench, later, applications));
  },
};

async function measure(bench: Bench, later: Later, applications: number): Promise<void> {
  const organisations = Math.ceil(applications / APPLICATIONS_EACH);
  const stack = await startStack({ environments: ['int'], replicas: 0 });
  later(() => stack.stop());
  await fillRegistry(stack.database, organisations);
  console.log(`  ${organisations} organisations with ${APPLICATIONS_EACH} applications each`);

  const startedMs = performance.now();
  const gateway = await stack.startGateway({ GATEHOUSE_ROLES: 'partner' });
  const startMs = Math.round(performance.now() - startedMs);
  const memory = Math.round(memoryMib(gateway.child.pid ?? 0));
  await stack.sql.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'X8'`);
  const changedMs = performance.now();
  await stack.settled();
  const changeMs = Math.round(performance.now() - changedMs);
  console.log(`    a gateway starts in ${startMs} ms, uses ${memory} MiB, has a change after ${changeMs} ms`);
  bench.record({ applications, startMs, memoryMib: memory, changeMs });
  await gateway.stop();

  await readInThisProcess(bench.record, stack.database.appUrl, applications);
}

/** Reads the registry as the gateway does, which shows what each kind of change costs. */
async function readInThisProcess(
  record: Bench['record'],
  databaseUrl: string,
  applications: number,
): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const print = async (name: string, read: () => Promise<unknown>): Promise<void> => {
    const before = process.cpuUsage();
    await read();
    const { user, system } = process.cpuUsage(before);
    const cpuMs = Math.round((user + system) / 1_000);
    console.log(`    ${name.padEnd(24)} CPU ${String(cpuMs).padStart(6)} ms`);
    record({ applications, read: name, cpuMs });
  };
  let opened: Awaited<ReturnType<typeof openRegistry>> | undefined;
  await print('read all of it', async () => {
    opened = await openRegistry({ databaseUrl, onError: console.error });
  });
  for (const [name, sql] of Object.entries(REGISTRY_CHANGES)) {
    // The registry may have read the change already when it is told to, so its commit is measured with it.
    await print(`read again: ${name}`, async () => {
      await pool.query(sql);
      const { rows } = await pool.query<{ version: string }>('SELECT version FROM registry_head');
      await opened?.refresh(Number(rows[0]?.version));
    });
  }
  await pool.end();

  const organisations = opened?.current().organisations;
  const startedMs = performance.now();
  for (let n = 0; n < LOOK_UPS; n += 1)
    organisations?.get(`X${1 + ((n * 7_919) % (organisations.size - 2))}`);
  const lookUpNs = Math.round(((performance.now() - startedMs) * 1e6) / LOOK_UPS);
  console.log(`    look up an organisation  ${String(lookUpNs).padStart(10)} ns`);
  record({ applications, lookUpNs });
  await opened?.close();
}
