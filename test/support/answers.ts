/** Sends requests as a downstream service does, and reads what reached e-RS and what the audit trail recorded. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import type { SimulatorProcess } from './servers/processes.ts';
import type { Stack } from './servers/stack.ts';

export interface PartnerRequest {
  readonly method?: string;
  /** A client key, sent as a bearer token. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  /** As received: in order, with duplicates. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  header(name: string): string | null;
  readonly body: Buffer;
  readonly text: string;
  /** True if the connection broke before the body was complete. */
  readonly brokenOff: boolean;
  /** The X-Correlation-ID that was sent; a different one for each request. */
  readonly correlationId: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Makes one HTTP call. It doesn't decompress the answer or follow redirects. */
export function sendRequest(base: string, path: string, options: PartnerRequest = {}): Promise<Answer> {
  const { method = 'GET', key, body } = options;
  const headersGiven = Array.isArray(options.headers)
    ? (options.headers as [string, string][])
    : Object.entries(options.headers ?? {});
  const correlationId =
    headersGiven.find(([name]) => name.toLowerCase() === 'x-correlation-id')?.[1] ?? `test-${randomUUID()}`;
  const headers = [
    ...headersGiven,
    ...(key === undefined ? [] : [['Authorization', `Bearer ${key}`]]),
    ...(headersGiven.some(([name]) => name.toLowerCase() === 'x-correlation-id')
      ? []
      : [['X-Correlation-ID', correlationId]]),
    ...(body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]]),
  ];
  const url = new URL(base);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: url.hostname,
        port: url.port,
        method,
        path,
        headers: ['Host', url.host, ...headers.flat()],
      },
      (response) => {
        const chunks: Buffer[] = [];
        const settle = (brokenOff: boolean): void => {
          const bytes = Buffer.concat(chunks);
          const pairs: [string, string][] = [];
          for (let at = 0; at + 1 < response.rawHeaders.length; at += 2)
            pairs.push([response.rawHeaders[at] ?? '', response.rawHeaders[at + 1] ?? '']);
          resolve({
            status: response.statusCode ?? 0,
            headers: pairs,
            header: (name) =>
              pairs.find(([headerName]) => headerName.toLowerCase() === name.toLowerCase())?.[1] ?? null,
            body: bytes,
            text: bytes.toString('utf8'),
            brokenOff,
            correlationId,
          });
        };
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          settle(false);
        });
        response.on('error', () => {
          settle(true);
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The parts of a refusal by Gatehouse. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly issue: string;
  /** All its text for people. */
  readonly words: string;
  readonly profile: string;
  readonly system: string;
}

export function refusalIn(answer: Answer): Refusal {
  const outcome = JSON.parse(answer.text) as {
    resourceType: string;
    meta: { profile: string[] };
    issue: {
      severity: string;
      code: string;
      details: { coding: { system: string; code: string; display: string }[] };
      diagnostics: string;
    }[];
  };
  const [issue] = outcome.issue;
  const [coding] = issue?.details.coding ?? [];
  if (outcome.resourceType !== 'OperationOutcome' || issue === undefined || coding === undefined)
    throw new Error(`not an OperationOutcome of ours: ${answer.text.slice(0, 200)}`);
  return {
    status: answer.status,
    code: coding.code,
    issue: issue.code,
    words: issue.diagnostics,
    profile: outcome.meta.profile[0] ?? '',
    system: coding.system,
  };
}

/** The status, and the code if Gatehouse itself refused the request. */
export function verdictOf(answer: Answer): { status: number; code: string | null } {
  const ours = answer.header('gatehouse-error-source') === 'gateway';
  return { status: answer.status, code: ours && answer.text !== '' ? refusalIn(answer).code : null };
}

export type AuditRecord = Readonly<Record<string, unknown>>;

/** Every audit record of one request, in the order in which they were written. */
export async function trailOf(stack: Stack, { correlationId }: Answer): Promise<AuditRecord[]> {
  const { rows } = await stack.sql.query<{ record: AuditRecord }>(
    `SELECT record FROM audit.event
     WHERE request_id IN (SELECT request_id FROM audit.event WHERE correlation_id = $1)
     ORDER BY writer, seq`,
    [correlationId],
  );
  return rows.map(({ record }) => record);
}

/** A request that arrived at the simulator. */
export interface Arrival {
  readonly n: number;
  readonly target: 'token' | 'ers' | 'kms' | 'object-store';
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly bodySha256: string;
  readonly status: number;
  readonly correlationId?: string;
  readonly apiKey?: string;
  readonly asid?: string;
  readonly odsCode?: string;
  readonly interaction?: string;
  readonly kid?: string;
  readonly jti?: string;
  readonly kmsAction?: string;
  readonly stateChange?: true;
}

/** The number of the newest arrival read from each simulator, so that none is read again and again. */
const lastRead = new WeakMap<SimulatorProcess, number>();

/** Remembers the newest arrival. The function that it returns lists the arrivals since, of one target or of all. */
export async function watch(
  stack: Stack,
  environment?: string,
): Promise<(target?: Arrival['target']) => Promise<Arrival[]>> {
  const simulator = environment === undefined ? stack.simulator : stack.simulators.get(environment);
  if (simulator === undefined) throw new Error(`no simulator for ${environment}`);
  const newArrivals = await simulator.control<Arrival[]>(
    'GET',
    `/requests?after=${lastRead.get(simulator) ?? 0}`,
  );
  const mark = newArrivals.at(-1)?.n ?? lastRead.get(simulator) ?? 0;
  lastRead.set(simulator, mark);
  return async (target) => {
    const query = `after=${mark}${target === undefined ? '' : `&target=${target}`}`;
    const arrived = await simulator.control<Arrival[]>('GET', `/requests?${query}`);
    // The gateway checks its keys every few seconds, whether or not anybody calls.
    return arrived.filter(({ kmsAction }) => kmsAction !== 'DescribeKey');
  };
}

/** Calls the admin API and returns its answer, even a refusal. */
export async function administer(
  stack: Stack,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${stack.gateway.admin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.adminToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}

/** Applies part of a registry file. */
export async function apply(stack: Stack, document: object): Promise<void> {
  await stack.admin('POST', '/registry/apply', { document: { apiVersion: 'gatehouse/v1', ...document } });
}

/** Moves the clocks of all gateways and simulators. */
export async function moveClocks(stack: Stack, offsetMs: number): Promise<void> {
  // The gateways go first: APIM rejects an assertion from the past, but a token past its hour is only renewed.
  for (const gateway of stack.gateways) await gateway.hook({ clockOffsetMs: offsetMs });
  for (const simulator of stack.simulators.values()) await simulator.control('POST', '/clock', { offsetMs });
}

/** The first moment of a calendar day in London. */
export function londonMidnight(day: string): number {
  const dayIn = (at: number): string =>
    new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(at);
  const utc = Date.parse(`${day}T00:00:00Z`);
  return dayIn(utc - 3_600_000) === day ? utc - 3_600_000 : utc;
}

export function londonDayIn(days: number, nowMs = Date.now()): string {
  return addDays(londonDay(nowMs), days);
}
