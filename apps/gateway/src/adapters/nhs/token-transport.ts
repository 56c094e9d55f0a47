/** Requests to the identity service of API Management: exactly one each, no retries, limited in time and size. */
import type { Agent } from 'node:http';
import type { TokenForm } from '@gatehouse/domain/apim/token-request';
import { headerValue } from '@gatehouse/domain/input/framing';
import type { Application } from '@gatehouse/domain/registry/registry';
import type { OutboundProxy } from '../outbound/outbound-proxy.js';
import type { Departure } from '../rate/rate-limiter.js';
import { type HttpCall, openAgent, sendHttp } from './http-call.js';
import { HttpCallError } from './http-fault.js';

export interface TokenHttpAnswer {
  /** False if no byte of the request can have left. */
  readonly wasSent: boolean;
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/** The application whose rate a token request counts towards. */
export type TokenApplication = Pick<Application, 'id' | 'environment'>;

export interface TokenTransport {
  /**
   * A failure of the transport is status 599, so that it is treated as a failure of the server. A request that would wait
   * too long for the application's rate is answered as API Management would, with 429.
   */
  post(tokenUrl: string, form: TokenForm, application: TokenApplication): Promise<TokenHttpAnswer>;
  /** Reads what belongs to a user's access token. Failures as in `post`. */
  get(url: string, accessToken: string): Promise<TokenHttpAnswer>;
  close(): void;
}

const MAX_ANSWER_BYTES = 65_536;
const NOT_SENT: ReadonlySet<string> = new Set(['not-sent', 'tls']);

/** What APIM itself answers to an assertion: a clock that is far out has them all rejected with 400 or 401 (fault F12). */
const TELLS_TIME: ReadonlySet<number> = new Set([200, 400, 401]);

export function openTokenTransport(options: {
  readonly connectMs: number;
  readonly totalMs: number;
  readonly proxy: OutboundProxy | null;
  /** A place among the token requests of an application, or how long it would wait, ms (ADR 45). Null: no limit. */
  readonly reserve: ((application: TokenApplication) => Departure | { readonly waitMs: number }) | null;
  /** Epoch ms of the answer's `Date` header, by which clock skew is measured. */
  readonly onDate: (serverMs: number) => void;
}): TokenTransport {
  const agents = new Map<string, Agent>();
  // Each connection is used once, since nothing else ties an answer to the assertion of its tenant.
  const agentFor = (url: URL): Agent => {
    const agent =
      agents.get(url.origin) ?? openAgent(url, { keepAlive: false, maxSockets: 32 }, options.proxy);
    agents.set(url.origin, agent);
    return agent;
  };
  const send = async (
    url: URL,
    request: Pick<HttpCall, 'method' | 'headers' | 'body'>,
    departure: Departure | null,
  ): Promise<TokenHttpAnswer> => {
    const signal = AbortSignal.timeout(options.totalMs);
    let mayHaveLeft = departure === null;
    try {
      const answer = await sendHttp({
        ...request,
        agent: agentFor(url),
        origin: url,
        path: url.pathname + url.search,
        connectMs: options.connectMs,
        headersMs: options.totalMs,
        signal,
        // The limit counts at the moment of sending, and a new connection takes longer than a slot lasts.
        beforeSending: () =>
          departure === null
            ? null
            : departure.depart(signal).then(() => {
                mayHaveLeft = true;
              }),
      });
      const text = await readText(answer.body);
      const dateMs = Date.parse(headerValue(answer.headers, 'date') ?? '');
      if (TELLS_TIME.has(answer.status) && !Number.isNaN(dateMs)) options.onDate(dateMs);
      const retryAfter = headerValue(answer.headers, 'retry-after') ?? null;
      // An answer that is too large counts as malformed, not as a passing fault.
      return { wasSent: true, status: text === null ? 200 : answer.status, body: text ?? '', retryAfter };
    } catch (error) {
      const wasSent = mayHaveLeft && !(error instanceof HttpCallError && NOT_SENT.has(error.fault));
      return { wasSent, status: 599, body: '', retryAfter: null };
    }
  };
  return {
    async post(tokenUrl, form, application) {
      const departure = options.reserve?.(application) ?? null;
      if (departure !== null && 'waitMs' in departure) {
        const retryAfter = String(Math.ceil(departure.waitMs / 1000));
        return { wasSent: false, status: 429, body: '', retryAfter };
      }
      const body = Buffer.from(new URLSearchParams(form).toString());
      const headers = {
        // APIM compares this header as a string (docs/reference/protocol-facts.md §3.2).
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'content-length': String(body.length),
      };
      try {
        return await send(new URL(tokenUrl), { method: 'POST', headers, body }, departure);
      } finally {
        departure?.giveUp();
      }
    },
    async get(url, accessToken) {
      const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
      return send(new URL(url), { method: 'GET', headers, body: null }, null);
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** Null if the answer is too large. */
async function readText(body: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
