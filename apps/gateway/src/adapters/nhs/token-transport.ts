/** The HTTP request for a token: exactly one POST, no retries, limited in time and size. */
import { Agent, request } from 'undici';

export interface TokenHttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

export interface TokenTransport {
  /** A failure of the transport is status 599, so that it is treated as a failure of the server. */
  post(tokenUrl: string, clientAssertion: string): Promise<TokenHttpAnswer>;
  close(): Promise<void>;
}

const MAX_ANSWER_BYTES = 65_536;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export function openTokenTransport(options: {
  readonly connectMs: number;
  readonly totalMs: number;
  /** Epoch ms of the answer's `Date` header, by which clock skew is measured. */
  readonly onDate: (serverMs: number) => void;
}): TokenTransport {
  const agent = new Agent({
    connect: { timeout: options.connectMs },
    connections: 32,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  return {
    async post(tokenUrl, clientAssertion) {
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: clientAssertion,
      });
      try {
        const answer = await request(tokenUrl, {
          dispatcher: agent,
          method: 'POST',
          // Each connection is used once, since nothing else ties an answer to the assertion of its tenant.
          reset: true,
          // APIM compares this header as a string (docs/reference/protocol-facts.md §3.2).
          headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
          body: form.toString(),
          signal: AbortSignal.timeout(options.totalMs),
        });
        const body = await answer.body.text();
        const dateMs = Date.parse(single(answer.headers['date']) ?? '');
        if (answer.statusCode === 200 && !Number.isNaN(dateMs)) options.onDate(dateMs);
        return {
          status: answer.statusCode,
          body,
          retryAfter: single(answer.headers['retry-after']),
        };
      } catch (error) {
        // An answer that is too large counts as malformed, not as a passing fault.
        const tooLarge = (error as { code?: string }).code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
        return { status: tooLarge ? 200 : 599, body: '', retryAfter: null };
      }
    },
    close: () => agent.close(),
  };
}

function single(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? (value[0] ?? null) : (value ?? null);
}
