/** Calls the gateway: one request with all that its caller sees, or many of them in an open or a closed loop. */
import { createHash, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayProcess } from './servers/processes.ts';

export interface GatewayRequest {
  /** The URL of the partner listener. */
  readonly gateway: string;
  /** The client key. */
  readonly key: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly correlationId?: string;
  /** The caller goes away after this time. */
  readonly abortAfterMs?: number;
  readonly agent?: Agent;
}

export interface GatewayAnswer {
  readonly correlationId: string;
  readonly startedAtMs: number;
  readonly ms: number;
  /** Null if no headers of an answer arrived. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The error code, if Gatehouse itself refused the request. */
  readonly code: string | null;
  readonly attemptId: string | null;
  /** Whether the whole answer arrived, by the rules of HTTP. */
  readonly complete: boolean;
  readonly bytes: number;
  readonly bodySha256: string;
  readonly text: string;
  /** Why it is incomplete. */
  readonly error: string | null;
}

export const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';

export function callGateway(call: GatewayRequest): Promise<GatewayAnswer> {
  const correlationId = call.correlationId ?? randomUUID();
  const startedAtMs = Date.now();
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status: number | null = null;
    let headers: Record<string, string | undefined> = {};
    let settled = false;
    const settle = (complete: boolean, error: string | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      const body = Buffer.concat(chunks);
      const own = headers['gatehouse-error-source'] === 'gateway';
      resolve({
        correlationId,
        startedAtMs,
        ms: performance.now() - startedMs,
        status,
        headers,
        code: own ? (/"code":"(GW_[A-Z_]+)"/.exec(body.toString('utf8'))?.[1] ?? null) : null,
        attemptId: headers['gatehouse-attempt-id'] ?? null,
        complete,
        bytes: body.length,
        bodySha256: createHash('sha256').update(body).digest('hex'),
        text: body.length < 100_000 ? body.toString('utf8') : '',
        error,
      });
    };
    const outgoing = request(
      call.gateway + (call.path ?? REFERRAL),
      {
        method: call.method ?? 'GET',
        agent: call.agent ?? new Agent(),
        headers: {
          authorization: `Bearer ${call.key}`,
          'x-correlation-id': correlationId,
          ...(call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }),
          ...call.headers,
        },
      },
      (incoming) => {
        status = incoming.statusCode ?? null;
        headers = incoming.headers as Record<string, string | undefined>;
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => settle(incoming.complete, incoming.complete ? null : 'cut'));
        incoming.on('error', (error) => settle(false, error.message));
        incoming.on('close', () => settle(false, 'closed'));
      },
    );
    outgoing.on('error', (error) => settle(false, error.message));
    const timer =
      call.abortAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            settle(false, 'went away');
            outgoing.destroy();
          }, call.abortAfterMs);
    outgoing.end(call.body);
  });
}

/** Makes `total` calls with `inFlight` of them at a time; `make` gets the number of each call. */
export async function closedLoop<T>(
  total: number,
  inFlight: number,
  make: (n: number) => Promise<T>,
): Promise<T[]> {
  const all: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(inFlight, total) }, async () => {
      while (next < total) {
        const n = next;
        next += 1;
        all[n] = await make(n);
      }
    }),
  );
  return all;
}

export interface Stream<T> {
  /** The answers so far, in the order in which they arrived. */
  readonly answers: readonly T[];
  /** Stops sending, and resolves with all answers once the last one has arrived. */
  stop(): Promise<T[]>;
}

/**
 * Makes this many calls a second until it is stopped, however slowly they are answered; fewer while `mostUnderWay` of
 * them are waiting for their answers.
 */
export function openLoop<T>(
  perSecond: number,
  make: (n: number) => Promise<T>,
  mostUnderWay = Infinity,
): Stream<T> {
  const calls: Promise<T>[] = [];
  const answers: T[] = [];
  const begin = async (n: number): Promise<T> => {
    const answer = await make(n);
    answers.push(answer);
    return answer;
  };
  let running = true;
  const startedMs = performance.now();
  const loop = (async () => {
    while (running) {
      const due = ((performance.now() - startedMs) / 1000) * perSecond;
      while (running && calls.length < due && calls.length - answers.length < mostUnderWay)
        calls.push(begin(calls.length));
      await delay(5);
    }
  })();
  return {
    answers,
    async stop() {
      running = false;
      await loop;
      return Promise.all(calls);
    },
  };
}

export interface Balancer {
  /** The replica of the call with this number, among those that were ready when last looked at. */
  pick(n: number): GatewayProcess;
  stop(): Promise<void>;
}

/** Picks replicas by their readiness, as a load balancer does. */
export function startBalancer(replicas: () => readonly GatewayProcess[], everyMs = 100): Balancer {
  let ready = [...replicas()];
  let running = true;
  const loop = (async () => {
    while (running) {
      const looked = await Promise.all(
        replicas().map(async (replica) => {
          const answer = await fetch(`${replica.status}/ready`).catch(() => null);
          return answer?.status === 200 ? replica : null;
        }),
      );
      const found = looked.filter((replica) => replica !== null);
      // Where none is ready, a balancer tries them all.
      ready = found.length > 0 ? found : [...replicas()];
      await delay(everyMs);
    }
  })();
  return {
    pick: (n) => ready[n % ready.length] as GatewayProcess,
    async stop() {
      running = false;
      await loop;
    },
  };
}

export function keepAlive(maxSockets = 256): Agent {
  return new Agent({ keepAlive: true, maxSockets });
}

/** Counts how often each name occurs. */
export function tally(names: readonly (string | number | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[String(name)] = (counts[String(name)] ?? 0) + 1;
  return counts;
}
