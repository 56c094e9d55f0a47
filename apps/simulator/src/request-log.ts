import { createHash } from 'node:crypto';
import type { Exchange, Notes, Target } from './wire/exchange.js';

/** One request as `GET /requests` shows it. `status` is 0 while no answer has been sent. */
export interface RequestRecord extends Notes {
  n: number;
  target: Target;
  at: string;
  correlationId?: string;
  method: string;
  path: string;
  /** Ordered pairs exactly as received; the Authorization value is replaced by its SHA-256 in hex. */
  headers: [string, string][];
  bodySha256: string;
  bodyBytes: number;
  status: number;
}

/** Totals since the last reset, by target and status class (`2xx`; `none` where no answer was sent). */
export interface Counters {
  requests: Record<string, Record<string, number>>;
  duplicateJtis: number;
  stateChanges: number;
  tokensIssued: number;
  tokenExchanges: number;
  tokenRefreshes: number;
  /** Refresh tokens that were presented after they had been spent. */
  refreshTokensReused: number;
  jwksFetches: number;
  /** CIS2's fetches of the JWKS of its clients. */
  cis2JwksFetches: number;
  kmsSigns: number;
}

interface Entry extends Pick<Exchange, 'target' | 'method' | 'path' | 'rawHeaders' | 'notes'> {
  readonly n: number;
  readonly atMs: number;
  readonly correlationId: string | string[] | undefined;
  readonly bodySha256: string;
  readonly bodyBytes: number;
  status: number;
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');

/**
 * The newest `capacity` requests. Entries keep references and are rendered only when they are read,
 * since benchmarks run through here.
 */
export class RequestLog {
  readonly #capacity: number;
  #ring: Entry[] = [];
  #next = 1;
  #counters = zeroCounters();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get counters(): Counters {
    return this.#counters;
  }

  /** Opens an entry once the whole request has arrived, and returns the function that closes it with a status. */
  open(exchange: Exchange, atMs: number): (status: number) => void {
    const { body, target, method, path, rawHeaders, notes } = exchange;
    // Only what a record needs: with parsed headers and bodies the log would be as large as the traffic.
    const entry: Entry = {
      n: this.#next++,
      atMs,
      target,
      method,
      path,
      rawHeaders,
      notes,
      correlationId: exchange.headers['x-correlation-id'],
      bodySha256: body.length === 0 ? EMPTY_SHA256 : createHash('sha256').update(body).digest('hex'),
      bodyBytes: body.length,
      status: 0,
    };
    this.#ring[(entry.n - 1) % this.#capacity] = entry;
    const counters = this.#counters;
    let closed = false;
    return (status) => {
      if (closed) return;
      closed = true;
      entry.status = status;
      const byClass = (counters.requests[target] ??= {});
      const statusClass = status === 0 ? 'none' : `${Math.floor(status / 100)}xx`;
      byClass[statusClass] = (byClass[statusClass] ?? 0) + 1;
      if (notes.stateChange) counters.stateChanges += 1;
    };
  }

  /** Records with `n` greater than `after`, oldest first. */
  list(after: number, target?: string): RequestRecord[] {
    const oldest = Math.max(1, this.#next - this.#capacity);
    const records: RequestRecord[] = [];
    for (let n = Math.max(oldest, after + 1); n < this.#next; n++) {
      const entry = this.#ring[(n - 1) % this.#capacity];
      if (entry?.n === n && (target === undefined || entry.target === target)) records.push(render(entry));
    }
    return records;
  }

  clear(): void {
    this.#ring = [];
    this.#counters = zeroCounters();
  }
}

function zeroCounters(): Counters {
  return {
    requests: {},
    duplicateJtis: 0,
    stateChanges: 0,
    tokensIssued: 0,
    tokenExchanges: 0,
    tokenRefreshes: 0,
    refreshTokensReused: 0,
    jwksFetches: 0,
    cis2JwksFetches: 0,
    kmsSigns: 0,
  };
}

function render({
  n,
  atMs,
  target,
  method,
  path,
  rawHeaders,
  notes,
  correlationId,
  bodySha256,
  bodyBytes,
  status,
}: Entry): RequestRecord {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    headers.push([
      name,
      name.toLowerCase() === 'authorization' ? createHash('sha256').update(value).digest('hex') : value,
    ]);
  }
  return {
    n,
    target,
    at: new Date(atMs).toISOString(),
    ...(typeof correlationId === 'string' ? { correlationId } : {}),
    method,
    path,
    headers,
    bodySha256,
    bodyBytes,
    status,
    ...notes,
  };
}
