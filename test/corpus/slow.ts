/** SLOW: callers that take their time, against the real limits (headers 10 s, body 30 s, stall 30 s), all at once. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import selfsigned from 'selfsigned';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { PARTNER_ONLY } from '../support/servers/stack.ts';
import { watchMachine } from '../support/servers/machine.ts';
import { until } from '../support/until.ts';
import { gatewayCodeOf, pairsOf } from './check.ts';
import { openSocket, parseAnswers } from './wire.ts';
import type { AuditRow, World } from './world.ts';

const LARGE_BODY = 24 * 1_048_576;
/** A connection that is open for so long is not being cut off. */
const STILL_OPEN_MS = 60_000;

/** @returns the violations */
export async function slowFaults(world: World): Promise<string[]> {
  const faults = await Promise.all([
    partialHeaders(world),
    slowBody(world),
    idle(world),
    slowReader(world),
    flood(world),
    overTls(world),
  ]);
  return faults.flat();
}

interface Ended {
  readonly afterMs: number;
  /** How much of that a busy machine withheld. */
  readonly lateMs: number;
  readonly status: number;
  readonly code: string | null;
}

/** Listens until the gateway ends the connection. */
async function endOf(socket: Socket, gateway: GatewayProcess): Promise<Ended | null> {
  const started = Date.now();
  const lateMs = watchMachine(gateway.child.pid);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  const ended = await Promise.race([
    once(socket, 'end').then(() => true),
    once(socket, 'close').then(() => true),
    delay(STILL_OPEN_MS, false, { ref: false }),
  ]).catch(() => true);
  socket.destroy();
  if (!ended) return null;
  const { answers } = parseAnswers(Buffer.concat(chunks), ['GET']);
  const { code } = gatewayCodeOf({ answers, interim: 0, fault: null, closed: true, text: '' });
  return { afterMs: Date.now() - started, lateMs: lateMs(), status: answers[0]?.status ?? 0, code };
}

function judge(id: string, ended: Ended | null, fromMs: number, toMs: number): string[] {
  if (ended === null) return [`${id}: still open`];
  const faults: string[] = [];
  if (![408, 0].includes(ended.status)) faults.push(`${id}: status ${ended.status}, ${String(ended.code)}`);
  if (ended.status === 408 && ended.code !== 'GW_TIMEOUT') faults.push(`${id}: code ${ended.code}`);
  if (ended.afterMs < fromMs || ended.afterMs > toMs + ended.lateMs)
    faults.push(`${id}: ended after ${ended.afterMs} ms`);
  return faults;
}

async function drip(socket: Socket, texts: readonly string[], everyMs: number): Promise<void> {
  for (const text of texts) {
    if (socket.destroyed || !socket.writable) return;
    socket.write(text);
    await delay(everyMs, undefined, { ref: false });
  }
}

/** SLOW-001 */
async function partialHeaders(world: World): Promise<string[]> {
  const before = await world.parseErrors();
  const socket = openSocket(world.stack.gateway.partner);
  void drip(
    socket,
    [
      'GET /FHIR/STU3/ReferralRequest/000000070000 HTTP/1.1\r\n',
      'Host: gw.local\r\n',
      'X-0: 1\r\n',
      'X-1: 1\r\n',
      'X-2: 1\r\n',
    ],
    5_000,
  );
  const faults = judge('SLOW-001', await endOf(socket, world.stack.gateway), 9_000, 13_000);
  if ((await world.parseErrors()) === before) faults.push('SLOW-001: no parse event');
  return faults;
}

/** SLOW-002 */
async function slowBody(world: World): Promise<string[]> {
  const socket = openSocket(world.stack.gateway.partner);
  const correlationId = 'slow-body';
  const head = [
    'POST /FHIR/STU3/ReferralRequest/$ers.fetchworklist HTTP/1.1',
    'Host: gw.local',
    `Authorization: Bearer ${world.placeholder('A_APP_PROVIDER') ?? ''}`,
    `X-Correlation-ID: ${correlationId}`,
    'Content-Type: application/fhir+json',
    'Content-Length: 100',
    '\r\n',
  ].join('\r\n');
  void drip(socket, [head, ...'{"a":"xxxx'], 5_000);
  const ended = await endOf(socket, world.stack.gateway);
  const faults = judge('SLOW-002', ended, 29_000, 34_000);
  const rows = await rowsOf(world, correlationId);
  if (rows.map(({ kind, record }) => `${kind} ${String(record['code'])}`).join() !== 'DENIED GW_TIMEOUT') {
    faults.push(`SLOW-002: audit has ${rows.map(({ kind }) => kind).join()}`);
  }
  return faults;
}

/** SLOW-003 */
async function idle(world: World): Promise<string[]> {
  const before = await world.parseErrors();
  const faults = judge(
    'SLOW-003',
    await endOf(openSocket(world.stack.gateway.partner), world.stack.gateway),
    9_000,
    13_000,
  );
  if ((await world.parseErrors()) === before) faults.push('SLOW-003: no parse event');
  return faults;
}

/**
 * SLOW-004: the answer is larger than the kernel's buffers, so that sending it stalls. The application is none of the
 * crowd's, whose calls wait in its queue for up to 10 s.
 */
async function slowReader(world: World): Promise<string[]> {
  const { simulator, gateway } = world.stack;
  const correlationId = 'slow-reader';
  const path = '/FHIR/STU3/CommunicationRequest/000000070001/$ers.generateCRI';
  await simulator.control('POST', '/faults', {
    target: 'ers',
    times: 1,
    match: { method: 'POST', pathPrefix: path },
    fault: { status: 200, headers: { 'Content-Type': 'application/pdf' }, body: 'x'.repeat(LARGE_BODY) },
  });
  const socket = openSocket(gateway.partner);
  socket.on('error', () => undefined);
  const closed = new Promise<boolean>((resolve) => {
    for (const event of ['end', 'close', 'error']) socket.once(event, () => resolve(true));
  });
  socket.write(
    [
      `POST ${path} HTTP/1.1`,
      'Host: gw.local',
      `Authorization: Bearer ${world.applications.cold.clientKey}`,
      `X-Correlation-ID: ${correlationId}`,
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n'),
  );
  socket.pause();
  let rows: AuditRow[] = [];
  const hasRow = (wanted: string, withinMs: number): Promise<unknown> =>
    until(
      `${wanted} is recorded`,
      async () => {
        rows = await rowsOf(world, correlationId);
        return rows.some(({ kind }) => kind === wanted);
      },
      withinMs,
    ).catch(() => undefined);
  // The release begins with OUTCOME. How long the answer took to come is not what is limited here.
  const lateMs = watchMachine(gateway.child.pid);
  await hasRow('OUTCOME', 60_000);
  await hasRow('END', STILL_OPEN_MS);
  const end = rows.find(({ kind }) => kind === 'END');
  const atMs = (row: AuditRow | undefined): number => Number(row?.record['atMs']);
  const afterMs = atMs(end) - atMs(rows.find(({ kind }) => kind === 'OUTCOME'));
  const faults: string[] = [];
  if (pairsOf(rows).whole !== 1) faults.push('SLOW-004: no INTENT and OUTCOME');
  if (end?.record['delivery'] !== 'aborted')
    faults.push(`SLOW-004: END says ${String(end?.record['delivery'])}`);
  if (!(afterMs >= 25_000 && afterMs <= 40_000 + lateMs()))
    faults.push(`SLOW-004: ended after ${afterMs} ms`);
  const cut = Promise.race([closed, delay(5_000, false, { ref: false })]);
  socket.resume();
  if (!(await cut)) faults.push('SLOW-004: the connection is still open');
  socket.destroy();
  await simulator.control('DELETE', '/faults');
  return faults;
}

async function rowsOf(world: World, correlationId: string): Promise<AuditRow[]> {
  const { rows } = await world.stack.sql.query<AuditRow>(
    `SELECT seq, kind, record FROM audit.event WHERE attempt_id IN
       (SELECT attempt_id FROM audit.event WHERE correlation_id = $1) ORDER BY seq`,
    [correlationId],
  );
  return rows;
}

/** SLOW-005, on a separate gateway, so that its cap does not affect the other sockets. */
async function flood(world: World): Promise<string[]> {
  const gateway = await world.stack.startGateway(PARTNER_ONLY);
  const started = Date.now();
  const lateMs = watchMachine(gateway.child.pid);
  let open = 0;
  let decided = 0;
  const sockets: Socket[] = [];
  while (sockets.length < 2_000) {
    // The kernel's queue for new connections is short, and it drops connections without a report.
    if (sockets.length % 100 === 0) await until('all are accepted', () => decided === sockets.length);
    const socket = openSocket(gateway.partner);
    let isOpen = false;
    socket.once('connect', () => {
      [open, decided, isOpen] = [open + 1, decided + 1, true];
    });
    socket.once('close', () => {
      if (isOpen) open -= 1;
      else decided += 1;
    });
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.resume();
    sockets.push(socket);
  }
  const isCapped = until('the cap is kept', () => decided === sockets.length && open <= 1_000, 5_000);
  await isCapped.catch(() => undefined);
  const openConnections = open;
  const health = await fetch(`${gateway.status}/live`);
  await until('all are closed', () => open === 0, STILL_OPEN_MS).catch(() => undefined);
  const isInTime = open === 0 && Date.now() - started < 20_000 + lateMs();
  for (const socket of sockets) socket.destroy();
  return [
    ...(openConnections > 1_000 ? [`SLOW-005: ${openConnections} idle connections from one address`] : []),
    ...(openConnections < 900
      ? [`SLOW-005: only ${openConnections} connections were let in, so the cap was not tried`]
      : []),
    ...(health.status === 200 ? [] : [`SLOW-005: health says ${health.status}`]),
    ...(isInTime ? [] : [`SLOW-005: ${open} are still open after ${Date.now() - started} ms`]),
  ];
}

/**
 * The same limits behind TLS: idle callers are cut off, and a connection in use outlives the limit on headers. Its calls
 * don't wait in the queue of the crowd either.
 */
async function overTls(world: World): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-corpus-tls-'));
  const pem = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(cert, pem.cert);
  await writeFile(key, pem.private);
  const gateway = await world.stack.startGateway({
    ...PARTNER_ONLY,
    GATEHOUSE_TLS_CERT: cert,
    GATEHOUSE_TLS_KEY: key,
  });
  const { port } = new URL(gateway.partner);
  const faults: string[] = [];

  const idleEnds = endOf(openSocket(gateway.partner), gateway);
  const socket = connectTls({ host: '127.0.0.1', port: Number(port), ca: pem.cert, servername: 'localhost' });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1'))).on('error', () => undefined);
  const request = [
    'GET /FHIR/STU3/CodeSystem/SPECIALTY HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${world.applications.cold.clientKey}`,
    '\r\n',
  ].join('\r\n');
  // The connection has to be older than the real limit, and never idle for so long.
  for (const pauseMs of [6_000, 6_000, 0]) {
    const before = text.length;
    socket.write(request);
    const isAnswered = until('it is answered', () => text.length > before || socket.destroyed, 8_000);
    await isAnswered.catch(() => undefined);
    if (text.length === before)
      faults.push(socket.destroyed ? 'TLS: a connection in use was cut off' : 'TLS: no answer');
    await delay(pauseMs);
  }
  socket.destroy();
  if ((text.match(/HTTP\/1\.1 200/g) ?? []).length !== 3)
    faults.push('TLS: not three answers on one connection');
  faults.push(...judge('TLS idle', await idleEnds, 9_000, 13_000));
  await rm(folder, { recursive: true, force: true });
  return faults;
}
