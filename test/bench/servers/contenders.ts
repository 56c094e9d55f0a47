/** The servers that are compared, all before the same upstream. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchProgram } from '../../../tools/bench-programs.mjs';
import type { Later } from '../benchmark.ts';
import type { Target } from '../load/target.ts';
import { freePort } from '../../../tools/start/free-port.ts';
import { until } from '../../support/until.ts';
import { CODE_SYSTEM } from './gatehouse.ts';
import { LOAD_CORE, pin, startProgram } from './programs.ts';

export interface Contender {
  readonly name: string;
  /** What Gatehouse does for a request and this one doesn't. */
  readonly lacks: string;
  readonly pid: number;
  /** Written in C, it is printed for orientation, and may be faster than the load. */
  readonly isNative: boolean;
  readonly target: Target;
}

export interface Upstream {
  readonly origin: string;
  readonly target: Target;
}

const CHECKS = 'no credentials, no policy, no token, no checked answer';
const NOTHING = `${CHECKS}, no audit trail, no log`;

/** @param delayMs how long each answer takes */
export async function startUpstream(later: Later, delayMs = 0): Promise<Upstream> {
  const { origin, pid } = await startScript(later, 'upstream.mjs', [String(delayMs)]);
  pin(pid, LOAD_CORE);
  return { origin, target: targetOf(origin) };
}

/** Every rival that can be had here. @param databaseUrl of a database that one of them writes to */
export async function startRivals(
  later: Later,
  upstream: Upstream,
  databaseUrl: string,
): Promise<Contender[]> {
  const inNode = async (name: string, script: string, lacks: string): Promise<Contender> => {
    const { origin, pid } = await startScript(later, 'rivals.mjs', [script, upstream.origin, databaseUrl]);
    return { name, lacks, pid, isNative: false, target: targetOf(origin) };
  };
  const native = await Promise.all([nginx(later, upstream), haproxy(later, upstream)]);
  return [
    await inNode('@fastify/http-proxy', 'fastify', NOTHING),
    await inNode('http-proxy-middleware', 'http-proxy-middleware', NOTHING),
    await inNode('node:http and undici', 'node-undici', NOTHING),
    await inNode('@fastify/http-proxy, two inserts', 'fastify-with-inserts', `${CHECKS}, no chain, no log`),
    ...native.filter((contender) => contender !== null),
  ];
}

/** The same request without what only Gatehouse needs. */
function targetOf(origin: string): Target {
  return { origin, path: CODE_SYSTEM, keys: [] };
}

async function startScript(
  later: Later,
  script: string,
  args: readonly string[],
): Promise<{ origin: string; pid: number }> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  later(() => Promise.resolve(child.kill()));
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`${script} ${args[0]} ended before it was ready`);
    }),
  ])) as [{ port: number }];
  return { origin: `http://127.0.0.1:${message.port}`, pid: child.pid ?? 0 };
}

function nginx(later: Later, upstream: Upstream): Promise<Contender | null> {
  return native(later, 'nginx', (port, folder) => ({
    args: ['-p', folder, '-e', join(folder, 'errors'), '-c', join(folder, 'conf')],
    text: `
      daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/errors;
      events { worker_connections 4096; }
      http {
        access_log off; keepalive_requests 1000000000;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
        upstream ers { server ${new URL(upstream.origin).host}; keepalive 512; }
        server {
          listen 127.0.0.1:${port} backlog=4096;
          location / { proxy_pass http://ers; proxy_http_version 1.1; proxy_set_header Connection ""; }
        }
      }`,
  }));
}

function haproxy(later: Later, upstream: Upstream): Promise<Contender | null> {
  return native(later, 'haproxy', (port, folder) => ({
    args: ['-db', '-f', join(folder, 'conf')],
    text: [
      'global',
      '  nbthread 1',
      '  maxconn 4096',
      'defaults',
      '  mode http',
      '  timeout connect 5s',
      '  timeout client 60s',
      '  timeout server 60s',
      '  http-reuse always',
      'listen partner',
      `  bind 127.0.0.1:${port}`,
      `  server ers ${new URL(upstream.origin).host}`,
      '',
    ].join('\n'),
  }));
}

async function native(
  later: Later,
  name: 'nginx' | 'haproxy',
  configuration: (
    port: number,
    folder: string,
  ) => { readonly args: readonly string[]; readonly text: string },
): Promise<Contender | null> {
  const program = benchProgram(name);
  if (program === undefined) return null;
  const folder = await mkdtemp(join(tmpdir(), `gatehouse-${name}-`));
  later(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const { args, text } = configuration(port, folder);
  await writeFile(join(folder, 'conf'), text);
  const pid = await startProgram(later, program.file, args, program.env);
  const origin = `http://127.0.0.1:${port}`;
  await until(`${name} listens`, () =>
    fetch(origin + CODE_SYSTEM).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    name: `${name} ${program.version}`,
    lacks: NOTHING,
    pid,
    isNative: true,
    target: targetOf(origin),
  };
}
