/**
 * HTTP to e-RS: one connection pool for each binding, so that no connection ever carries calls of two tenants; no
 * retries, no redirects, and a limit to every wait.
 */
import type { Agent } from 'node:http';
import { finished, type Readable } from 'node:stream';
import { headerValue } from '@gatehouse/domain/input/framing';
import type { OutboundProxy } from '../outbound/outbound-proxy.js';
import { type HttpAnswer, limitStalls } from './http-answer.js';
import { openAgent, sendHttp } from './http-call.js';

export interface UpstreamRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Path and query after the base URL. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | (() => Readable) | null;
  /** Until the answer's headers, ms. */
  readonly headersMs: number;
  readonly signal: AbortSignal;
  /** As in HttpCall. */
  readonly beforeSending?: () => Promise<void> | null;
}

/** One of a binding's connections, reserved so that a call never waits for one after it was decided and recorded. */
export interface Seat {
  /** Sends one request. The seat is free again when the answer has been read. @throws HttpCallError */
  send(request: UpstreamRequest): Promise<HttpAnswer>;
  /** Gives up the seat without sending. */
  release(): void;
}

export interface Upstream {
  /** Null if all connections of the binding are taken, or the upstream is closed. */
  reserve(bindingId: string, baseUrl: string): Seat | null;
  /** Calls whose answer is not complete. */
  readonly inFlight: () => number;
  close(): void;
}

export interface UpstreamOptions {
  readonly connectMs: number;
  readonly bodyStallMs: number;
  readonly connectionsPerBinding: number;
  readonly proxy: OutboundProxy | null;
  /** Epoch ms of an answer's `Date` header, by which clock skew is measured. */
  readonly onDate: (serverMs: number) => void;
  /** How long a call took to the headers of its answer, or to its failure; ms. */
  readonly onCall: (result: 'answered' | 'failed', tookMs: number) => void;
}

const IDLE_POOL_MS = 60_000;
/** How long an unused connection is kept. */
const KEEP_ALIVE_MS = 10_000;

export function openUpstream(options: UpstreamOptions): Upstream {
  const pools = new Map<string, { agent: Agent; usedMs: number; busy: number }>();
  let inFlight = 0;
  let closed = false;

  const poolFor = (bindingId: string, origin: URL) => {
    const key = JSON.stringify([bindingId, origin.origin]);
    let entry = pools.get(key);
    if (entry === undefined) {
      const agent = openAgent(origin, { keepAlive: true, timeout: KEEP_ALIVE_MS }, options.proxy);
      entry = { agent, usedMs: 0, busy: 0 };
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
      entry.agent.destroy();
    }
  }, IDLE_POOL_MS / 2);
  sweep.unref();

  return {
    inFlight: () => inFlight,

    reserve(bindingId, baseUrl) {
      const base = new URL(baseUrl);
      const entry = poolFor(bindingId, base);
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
          let sentMs = performance.now();
          try {
            const answer = await sendHttp({
              ...request,
              agent: entry.agent,
              origin: base,
              path: base.pathname + request.path,
              connectMs: options.connectMs,
              beforeSending() {
                const wait = request.beforeSending?.() ?? null;
                return wait === null ? null : wait.finally(() => (sentMs = performance.now()));
              },
            });
            options.onCall('answered', performance.now() - sentMs);
            // The body may have failed already, with bytes that came together with the headers.
            finished(answer.body, release);
            limitStalls(answer, options.bodyStallMs);
            const dateMs = Date.parse(headerValue(answer.headers, 'date') ?? '');
            if (!Number.isNaN(dateMs)) options.onDate(dateMs);
            return answer;
          } catch (error) {
            options.onCall('failed', performance.now() - sentMs);
            release();
            throw error;
          }
        },
      };
    },

    close() {
      closed = true;
      clearInterval(sweep);
      for (const { agent } of pools.values()) agent.destroy();
      pools.clear();
    },
  };
}
