/**
 * `npm run bench` measures the latency that Gatehouse adds to a direct call at 200 requests/s, and its throughput on
 * one pinned core beside two bare proxies in the same interleaved run, then what it costs to read a large registry. It
 * prints the figures that docs/performance.md quotes, and asserts nothing.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onboard } from '../support/onboard.ts';
import { startStack } from '../support/servers/stack.ts';
import { benchmark, type Later } from './benchmark.ts';
import { closedLoop, openLoop, percentile, type Target } from './load.ts';
import { registry } from './registry.ts';

const APPLICATIONS = 60;
const RATE = 200;
const OPEN_SECONDS = 20;
const CLOSED_SECONDS = 5;
const ROUNDS = 3;
const PATH = '/FHIR/STU3/CodeSystem/SPECIALTY';
const here = fileURLToPath(new URL('.', import.meta.url));

function pin(pid: number | undefined, core: number): void {
  if (process.platform === 'linux' && cpus().length > 1)
    spawnSync('taskset', ['-apc', String(core), String(pid)]);
}

async function rival(
  later: Later,
  name: string,
  upstream = '',
): Promise<{ origin: string; pid: number | undefined }> {
  const child = fork(join(here, 'rivals.mjs'), [name, upstream], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  later(() => Promise.resolve(child.kill()));
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return { origin: `http://127.0.0.1:${message.port}`, pid: child.pid };
}

/** The simulator issues tokens. e-RS is a bare server, so that its own time is not measured. */
async function gatewayBefore(later: Later, apiBaseUrl: string | null) {
  const stack = await startStack();
  later(() => stack.stop());
  const environment = {
    name: 'local',
    kind: 'authenticated',
    tokenUrl: stack.simulator.tokenUrl,
    apiBaseUrl: apiBaseUrl ?? stack.simulator.apiBaseUrl,
    requestsPerMinute: 60_000_000,
    redirectHosts: [],
  };
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
  later(() => rm(folder, { recursive: true }));
  const file = join(folder, 'environments.json');
  await writeFile(file, JSON.stringify({ environments: [environment] }));
  const clients = await onboard(
    stack,
    Array.from({ length: APPLICATIONS }, (_, n) => ({ odsCode: `B${String(n).padStart(3, '0')}` })),
  );
  const measured = await stack.startGateway({
    GATEHOUSE_ENVIRONMENTS: file,
    GATEHOUSE_ROLES: 'partner',
    GATEHOUSE_LOG_LEVEL: 'info',
  });
  const keys = clients.map(({ clientKey }) => clientKey);
  const target: Target = {
    origin: measured.partner,
    path: PATH,
    headers: (n) => ({ authorization: `Bearer ${keys[n % keys.length]}` }),
  };
  // Every binding has its token before the measurement starts.
  for (let n = 0; n < keys.length; n += 1) {
    const answer = await fetch(target.origin + PATH, { headers: target.headers(n) });
    if (answer.status !== 200) throw new Error(`warm-up: ${answer.status} ${await answer.text()}`);
  }
  return { stack, target, pid: measured.child.pid };
}

async function latency(later: Later): Promise<void> {
  const { stack, target } = await gatewayBefore(later, null);
  await stack.simulator.control('POST', '/options', { ersDelayMs: 20 });
  const apps = await stack.simulator.control<{ apiKey: string }[]>('GET', '/apps');
  const tokens = await Promise.all(
    apps.map(async ({ apiKey }) => {
      const { access_token } = await stack.simulator.control<{ access_token: string }>('POST', '/tokens', {
        apiKey,
        authType: 'app',
      });
      return access_token;
    }),
  );
  const url = new URL(stack.simulator.apiBaseUrl);
  const direct: Target = {
    origin: url.origin,
    path: url.pathname + PATH,
    headers: (n) => ({ authorization: `Bearer ${tokens[n % tokens.length]}` }),
  };
  await openLoop(target, RATE, 5);
  await openLoop(direct, RATE, 2);
  const through = await openLoop(target, RATE, OPEN_SECONDS);
  const straight = await openLoop(direct, RATE, OPEN_SECONDS);
  const failed = [...through, ...straight].filter(({ ok }) => !ok).length;
  console.log(
    `open loop: ${RATE} requests/s, ${OPEN_SECONDS} s, ${APPLICATIONS} applications, e-RS answering in 20 ms; failed: ${failed}`,
  );
  for (const [name, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
  ] as const) {
    const [a, b] = [through, straight].map((samples) =>
      percentile(
        samples.map(({ ms }) => ms),
        share,
      ),
    ) as [number, number];
    console.log(
      `  ${name}: direct ${b.toFixed(2)} ms, through Gatehouse ${a.toFixed(2)} ms, added ${(a - b).toFixed(2)} ms`,
    );
  }
}

async function throughput(later: Later): Promise<void> {
  const upstream = await rival(later, 'upstream');
  const { target, pid } = await gatewayBefore(later, `${upstream.origin}/referrals`);
  const fastify = await rival(later, 'fastify-http-proxy', upstream.origin);
  const middleware = await rival(later, 'http-proxy-middleware', upstream.origin);
  const plain = (origin: string): Target => ({ origin, path: `/referrals${PATH}`, headers: () => ({}) });
  const contenders = [
    { name: 'Gatehouse, everything on', target, pid },
    { name: '@fastify/http-proxy, bare', target: plain(fastify.origin), pid: fastify.pid },
    { name: 'http-proxy-middleware, bare', target: plain(middleware.origin), pid: middleware.pid },
  ];
  for (const contender of contenders) pin(contender.pid, 0);
  pin(upstream.pid, 1);
  pin(process.pid, 1);
  for (const connections of [32, 128]) {
    const results = new Map(contenders.map(({ name }) => [name, [] as number[]]));
    for (const contender of contenders) await closedLoop(contender.target, connections, 2);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, target: contender } of contenders) {
        const { perSecond, failed } = await closedLoop(contender, connections, CLOSED_SECONDS);
        if (failed > 0) console.log(`  ${name}: ${failed} failed`);
        results.get(name)?.push(perSecond);
      }
    }
    console.log(
      `closed loop: ${connections} connections, server under test on one core, ${ROUNDS} interleaved rounds of ${CLOSED_SECONDS} s`,
    );
    for (const [name, rounds] of results) {
      console.log(`  ${name.padEnd(28)} median ${percentile(rounds, 0.5)} requests/s (${rounds.join(', ')})`);
    }
  }
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, PostgreSQL and load on the same machine`,
);
await benchmark(latency, throughput, registry);
