import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { ERRORS, type ErrorCode, GatewayError, type GatewayErrorOptions } from '@gatehouse/domain/errors';
import { afterEach, describe, expect, it } from 'vitest';
import { createBodyBudget } from '../../listener/body-budget.js';
import { beginExchange } from '../exchange.js';
import { connectionOf } from './connection.js';
import { operationOutcome, refusalHeaders, refuse } from './refusal.js';

const STU3 = 'https://fhir.nhs.uk/STU3/StructureDefinition/eRS-OperationOutcome-1';
const R4 = 'https://www.hl7.org/fhir/R4/operationoutcome.html';
const CODES = Object.keys(ERRORS) as ErrorCode[];
interface Outcome {
  readonly resourceType: string;
  readonly meta: { readonly profile: readonly string[] };
  readonly issue: readonly {
    readonly severity: string;
    readonly code: string;
    readonly details: { readonly coding: readonly { system: string; code: string; display: string }[] };
    readonly diagnostics: string;
  }[];
}
const outcomeOf = (error: GatewayError, target = '/FHIR/STU3/x') =>
  operationOutcome(error, target) as Outcome;

describe('the profile is that of the path', () => {
  it.each([
    ['/FHIR/R4/Practitioner', R4],
    ['/FHIR/R4/', R4],
    ['/FHIR/R4', STU3],
    ['/FHIR/R44/Practitioner', STU3],
    ['/fhir/r4/Practitioner', STU3],
    ['/FHIR/STU3/ReferralRequest/000000070000', STU3],
    ['/FHIR/STU3/x?y=/FHIR/R4/', STU3],
    ['*', STU3],
    ['', STU3],
  ])('%s', (target, profile) => {
    expect(outcomeOf(new GatewayError('GW_METHOD'), target).meta.profile).toEqual([profile]);
  });
});

describe('the body', () => {
  it.each(CODES)('%s: what was wrong, what to do, who must act, in our own system', (code) => {
    const entry = ERRORS[code];
    const outcome = outcomeOf(new GatewayError(code));
    expect(outcome.resourceType).toBe('OperationOutcome');
    expect(outcome.issue).toHaveLength(1);
    const [issue] = outcome.issue;
    expect(issue).toMatchObject({ severity: 'error', code: entry.fhirIssue });
    expect(issue?.details.coding).toEqual([
      { system: expect.stringContaining('gatehouse'), code, display: entry.publicText },
    ]);
    expect(issue?.diagnostics).toBe(`${entry.publicText} ${entry.whatToDo} Who must act: ${entry.whoActs}.`);
  });

  it('lists the candidates, each in brackets', () => {
    const error = new GatewayError('GW_AMBIGUOUS', { candidates: ['one', 'two'] });
    expect(outcomeOf(error).issue[0]?.diagnostics).toContain(' [one] [two] ');
  });

  it('takes a more exact issue code', () => {
    expect(outcomeOf(new GatewayError('GW_FRAMING', { fhirIssue: 'too-long' })).issue[0]?.code).toBe(
      'too-long',
    );
  });

  it('says what exactly was wrong, and who must act on that', () => {
    const rule = { text: 'The key is young.', whatToDo: 'Wait.', whoActs: 'operator' } as const;
    expect(outcomeOf(new GatewayError('GW_TOKEN_REFUSED', { rule })).issue[0]?.diagnostics).toBe(
      'The key is young. Wait. Who must act: operator.',
    );
  });

  it('reflects nothing of the request, and nothing that is for the log', () => {
    const target = '/FHIR/R4/<script>9000000009</script>?patient=9000000009';
    const error = new GatewayError('GW_PII_IN_URL', { detail: 'secret', cause: new Error('secret') });
    const sent = JSON.stringify([operationOutcome(error, target), refusalHeaders(error, 'corr', null)]);
    expect(sent).not.toMatch(/9000000009|script|secret/);
  });
});

describe('the headers', () => {
  const always = {
    'Content-Type': 'application/fhir+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Correlation-ID': 'corr',
    'Gatehouse-Error-Source': 'gateway',
  };
  it.each<[string, ErrorCode, GatewayErrorOptions, string | null, Record<string, string>]>([
    ['always', 'GW_GRANT', {}, null, {}],
    ['an attempt', 'GW_UPSTREAM_TLS', {}, 'att', { 'Gatehouse-Attempt-Id': 'att' }],
    ['Retry-After of the table', 'GW_OVERLOAD', {}, null, { 'Retry-After': '1' }],
    ['Retry-After of the error', 'GW_OVERLOAD', { retryAfterS: 9 }, null, { 'Retry-After': '9' }],
    ['a write', 'GW_DELIVERY_UNKNOWN', { delivery: 'unknown' }, null, { 'Gatehouse-Delivery': 'unknown' }],
    [
      'a diagnosis',
      'GW_TOKEN_REFUSED',
      { diagnosis: 'AUDIENCE' },
      null,
      { 'Gatehouse-Diagnosis': 'AUDIENCE' },
    ],
    ['its own', 'GW_METHOD', { headers: { Allow: 'GET' } }, null, { Allow: 'GET' }],
  ])('%s', (_, code, options, attemptId, more) => {
    expect(refusalHeaders(new GatewayError(code, options), 'corr', attemptId)).toEqual({
      ...always,
      'Gatehouse-Error-Code': code,
      ...more,
    });
  });

  it.each(CODES.filter((code) => [429, 503].includes(ERRORS[code].status)))(
    '%s says when to retry',
    (code) => {
      expect(Number(refusalHeaders(new GatewayError(code), 'c', null)['Retry-After'])).toBeGreaterThan(0);
    },
  );
});

describe('over HTTP', () => {
  const clock = { now: () => 0, monotonicNow: () => 0 };
  const server = createServer();
  afterEach(() => {
    server.removeAllListeners('request').close();
    server.closeAllConnections();
  });
  /** The raw answer to a raw request, until the server ends the connection or the body is complete. */
  async function answerTo(raw: string, error: GatewayError, headersSent = false): Promise<string> {
    server.on('request', (request, response) => {
      if (headersSent) response.writeHead(200).flushHeaders();
      const exchange = beginExchange(request, clock, '127.0.0.1', createBodyBudget(Infinity).share());
      // Not before the parser is through with what has arrived: the plane always waits at least once.
      queueMicrotask(() => {
        connectionOf(request.socket).noteRefusal(error);
        refuse(exchange, error, request, response);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
      if (isComplete(answer)) socket.destroy();
    });
    socket.on('error', () => undefined).write(raw);
    await once(socket, 'close');
    return answer;
  }
  /** A connection that is kept alive has no end of its own: Content-Length says where the answer ends. */
  function isComplete(answer: string): boolean {
    const [head = '', body] = answer.split('\r\n\r\n');
    const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1]);
    return body !== undefined && Buffer.byteLength(body) >= length && !/close/i.test(head);
  }
  const get = (method: string, rest = '\r\n') => `${method} /FHIR/STU3/x HTTP/1.1\r\nHost: a\r\n${rest}`;

  it('status, length and body', async () => {
    const answer = await answerTo(get('GET'), new GatewayError('GW_FRAMING', { status: 431 }));
    const [head, body] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 431 /);
    expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body ?? '')}\r\n`);
    expect(JSON.parse(body ?? '')).toMatchObject({ resourceType: 'OperationOutcome' });
  });

  it('HEAD has the length and no body', async () => {
    const answer = await answerTo(get('HEAD', 'Connection: close\r\n\r\n'), new GatewayError('GW_METHOD'));
    expect(answer).toMatch(/^HTTP\/1\.1 405 [\s\S]*\r\nContent-Length: [1-9][\s\S]*\r\n\r\n$/);
  });

  it.each([
    ['a whole request', 'keep-alive', get('GET'), 'GW_GRANT'],
    ['half a body', 'close', get('POST', 'Content-Length: 9\r\n\r\nabc'), 'GW_GRANT'],
    ['framing', 'close', get('GET'), 'GW_FRAMING'],
    ['a timeout', 'close', get('GET'), 'GW_TIMEOUT'],
  ] as const)('%s: Connection: %s', async (_, connection, raw, code) => {
    const answer = await answerTo(raw, new GatewayError(code));
    expect(/\r\nConnection: (\S+)/i.exec(answer)?.[1]).toBe(connection);
  });

  it('an answer already begun is broken off, never continued', async () => {
    expect(await answerTo(get('GET'), new GatewayError('GW_INTERNAL'), true)).not.toContain('GW_INTERNAL');
  });
});
