/**
 * HTTP to e-RS: one connection pool for each binding, so that no connection ever carries calls of two tenants; no
 * retries, no redirects, and a limit to every wait.
 */
import type { Readable } from 'node:stream';
import { Pool } from 'undici';

export interface UpstreamRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Path and query after the base URL. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | null;
  /** Until the answer's headers, ms. */
  readonly headersMs: number;
  readonly signal: AbortSignal;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Names in lower case, in order, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Readable;
}

/**
 * How a call failed before an answer's headers were complete.
 * `not-sent`: no byte can have left. `tls`: the host's identity failed, no byte left. `timeout` and `broken`: bytes
 * may have arrived. `protocol`: what came back is not HTTP as it should be.
 */
export type UpstreamFault = 'not-sent' | 'tls' | 'timeout' | 'broken' | 'protocol';

export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly fault: UpstreamFault;
  constructor(fault: UpstreamFault, cause: unknown) {
    super(fault, { cause });
    this.fault = fault;
  }
}

/** One of a binding's connections, reserved so that a call never waits for one after it was decided and recorded. */
export interface Seat {
  /** Sends one request. The seat is free again when the answer has been read. @throws UpstreamError */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Gives up the seat without sending. */
  release(): void;
}

export interface Upstream {
  /** Null if all connections of the binding are taken, or the upstream is closed. */
  reserve(bindingId: string, baseUrl: string): Seat | null;
  /** Calls whose answer is not complete. */
  readonly inFlight: () => number;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  readonly connectMs: number;
  readonly bodyStallMs: number;
  readonly connectionsPerBinding: number;
}

const IDLE_POOL_MS = 60_000;
const KEEP_ALIVE_MS = 10_000;

export function openUpstream(options: UpstreamOptions): Upstream {
  const pools = new Map<string, { pool: Pool; usedMs: number; busy: number }>();
  let inFlight = 0;
  let closed = false;

  const poolFor = (bindingId: string, origin: string) => {
    const key = JSON.stringify([bindingId, origin]);
    let entry = pools.get(key);
    if (entry === undefined) {
      const pool = new Pool(origin, {
        connections: options.connectionsPerBinding,
        pipelining: 1,
        keepAliveTimeout: KEEP_ALIVE_MS,
        bodyTimeout: options.bodyStallMs,
        connect: { timeout: options.connectMs },
        maxHeaderSize: 32_768,
      });
      entry = { pool, usedMs: 0, busy: 0 };
      pools.set(key, entry);
    }
    entry.usedMs = performance.now();
    return entry;
  };

  const sweep = setInterval(() => {
    const before = performance.now() - IDLE_POOL_MS;
    for (const [key, entry] of pools) {
      if (entry.busy > 0 || entry.usedMs > before) continue;
      pools.delete(key);
      void entry.pool.close();
    }
  }, IDLE_POOL_MS / 2);
  sweep.unref();

  return {
    inFlight: () => inFlight,

    reserve(bindingId, baseUrl) {
      const base = new URL(baseUrl);
      const entry = poolFor(bindingId, base.origin);
      if (closed || entry.busy >= options.connectionsPerBinding) return null;
      entry.busy += 1;
      inFlight += 1;
      let isReserved = true;
      const release = (): void => {
        if (!isReserved) return;
        isReserved = false;
        entry.busy -= 1;
        inFlight -= 1;
      };
      return {
        release,
        async send(request) {
          try {
            const answer = await entry.pool.request({
              path: base.pathname + request.path,
              method: request.method,
              headers: request.headers,
              body: request.body,
              headersTimeout: request.headersMs,
              responseHeaders: 'raw',
              signal: request.signal,
            });
            answer.body.once('close', release);
            return {
              status: answer.statusCode,
              headers: pairs(answer.headers as unknown as readonly (string | Buffer)[]),
              body: answer.body,
            };
          } catch (error) {
            release();
            throw new UpstreamError(faultOf(error), error);
          }
        },
      };
    },

    async close() {
      closed = true;
      clearInterval(sweep);
      await Promise.allSettled([...pools.values()].map(({ pool }) => pool.destroy()));
      pools.clear();
    },
  };
}

function pairs(raw: readonly (string | Buffer)[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    list.push([String(raw[index]).toLowerCase(), latin1(raw[index + 1])]);
  }
  return list;
}

function latin1(value: string | Buffer | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const TLS = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|HOSTNAME_MISMATCH)/;

function faultOf(error: unknown): UpstreamFault {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  if (NOT_SENT.has(code)) return 'not-sent';
  if (TLS.test(code)) return 'tls';
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return 'timeout';
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' || name === 'HTTPParserError')
    return 'protocol';
  return 'broken';
}
