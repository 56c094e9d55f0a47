/** Callers of the gateway: one request told in full, and many at a time, in an open or a closed loop. */
import { createHash, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Ask {
  /** Partner address. */
  readonly gateway: string;
  /** Client key. */
  readonly key: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly correlationId?: string;
  /** Goes away after so many milliseconds. */
  readonly abortAfterMs?: number;
  readonly agent?: Agent;
}

export interface Told {
  readonly correlationId: string;
  readonly startedAtMs: number;
  readonly ms: number;
  /** Null when no answer's headers came. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Gatehouse's code, where the answer is Gatehouse's own. */
  readonly code: string | null;
  readonly attemptId: string | null;
  /** The answer was whole by HTTP's own rules. */
  readonly complete: boolean;
  readonly bytes: number;
  readonly bodySha256: string;
  readonly text: string;
  /** Why it is not complete. */
  readonly error: string | null;
}

export const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';

export function ask(wanted: Ask): Promise<Told> {
  const correlationId = wanted.correlationId ?? randomUUID();
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
      wanted.gateway + (wanted.path ?? REFERRAL),
      {
        method: wanted.method ?? 'GET',
        agent: wanted.agent ?? new Agent(),
        headers: {
          authorization: `Bearer ${wanted.key}`,
          'x-correlation-id': correlationId,
          ...(wanted.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(wanted.body)) }),
          ...wanted.headers,
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
      wanted.abortAfterMs === undefined
        ? undefined
        : setTimeout(() => {
            settle(false, 'went away');
            outgoing.destroy();
          }, wanted.abortAfterMs);
    outgoing.end(wanted.body);
  });
}

/** So many in flight until `total` were made; `make` is given each one's number. */
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
  /** Those that have been answered so far, in the order of their answers. */
  readonly answers: readonly T[];
  /** Ends it; resolves with everything once the last has been answered. */
  stop(): Promise<T[]>;
}

/** So many a second whatever becomes of them, until stopped. */
export function openLoop<T>(perSecond: number, make: (n: number) => Promise<T>): Stream<T> {
  const made: Promise<T>[] = [];
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
      while (running && made.length < due) made.push(begin(made.length));
      await delay(5);
    }
  })();
  return {
    answers,
    async stop() {
      running = false;
      await loop;
      return Promise.all(made);
    },
  };
}

export function keepAlive(maxSockets = 256): Agent {
  return new Agent({ keepAlive: true, maxSockets });
}

/** Counts by name, for a line of figures. */
export function tally(names: readonly (string | number | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[String(name)] = (counts[String(name)] ?? 0) + 1;
  return counts;
}
