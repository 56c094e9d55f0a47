import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { GatewayError } from '@gatehouse/domain/errors';
import type { NotedSpan } from '@gatehouse/domain/tracing/span';
import { expect, it } from 'vitest';
import { enter, type Exchange, hypotheticalExchange } from '../exchange.js';
import { RequestTrace } from './request-trace.js';
import { spanOf } from './spans.js';

const NHS_NUMBER = '9000000009';
const UBRN = '000000070000';
const CANARY = 'canary';
const ATTEMPT = { id: 'attempt-1', number: 1, outcome: 'COMPLETED', status: 200, code: null };

/** A request through the stages that are named, a millisecond each, with secrets and identifiers wherever one fits. */
function traced(stages: readonly string[], facts: Partial<Exchange> = {}) {
  let nowMs = 1_000;
  const clock = { now: () => 1_700_000_000_000, monotonicNow: () => nowMs };
  const operation = CATALOGUE.find(({ interaction }) => interaction === 'A005');
  const trace = new RequestTrace([]);
  const exchange: Exchange = {
    ...hypotheticalExchange(clock, 'GET', `/FHIR/STU3/ReferralRequest/${UBRN}?${NHS_NUMBER}`),
    ...({
      client: {
        ...{ id: 'client-id', name: 'worklist-sync', environment: 'int' },
        workload: { issuer: CANARY, subject: CANARY, audience: CANARY },
      },
      keyId: CANARY,
      matched: { operation, parameters: { ubrn: UBRN } },
      binding: { id: 'binding-1', odsCode: 'R69', asid: CANARY, application: { apiKey: CANARY } },
      userSession: { id: CANARY, userId: CANARY },
      actingAs: { businessFunction: CANARY, onBehalfOfUserId: CANARY },
    } as object),
    correlationId: CANARY,
    recordedCorrelationId: CANARY,
    remoteAddress: CANARY,
    outcome: 'COMPLETED',
    status: 200,
    trace,
    ...facts,
  };
  for (const stage of stages) {
    enter(exchange, stage, clock);
    nowMs += 1;
    if (stage === 'forward') {
      trace.notePart('intent', nowMs);
      trace.notePart('attempt', (nowMs += 2), ATTEMPT);
      trace.notePart('outcome', (nowMs += 1));
    }
  }
  enter(exchange, 'ended', clock);
  return spanOf(exchange, trace, 'https://ers.example/e-referrals');
}

const outline = ({ name, kind, startMs, endMs, isError, children }: NotedSpan): unknown[] => [
  ...[kind, name, startMs - 1_700_000_000_000, endMs - 1_700_000_000_000, isError],
  ...children.map(outline),
];
const attributeNames = (span: NotedSpan): string[] => [
  ...Object.keys(span.attributes),
  ...span.children.flatMap(attributeNames),
];

it('a request has a span for each stage, and the forward stage one for each attempt', () => {
  expect(outline(traced(['receive', 'forward', 'release']))).toEqual([
    ...['server', 'GET /FHIR/STU3/ReferralRequest/{ubrn}', 0, 6, false],
    ['internal', 'receive', 0, 1, false],
    [
      ...['internal', 'forward', 1, 5, false],
      ['internal', 'intent', 1, 2, false],
      ['client', 'GET /FHIR/STU3/ReferralRequest/{ubrn}', 2, 4, false],
      ['internal', 'outcome', 4, 5, false],
    ],
    ['internal', 'release', 5, 6, false],
  ]);
});

it('the attributes are the listed ones, and hold no identifier, secret, address or text of a caller', () => {
  const span = traced(['receive', 'forward', 'release'], {
    ...{ code: 'GW_OVERLOAD', diagnosis: 'key-not-known', status: 503 },
    failure: new GatewayError('GW_OVERLOAD', { detail: CANARY }),
  });
  expect(new Set(attributeNames(span))).toEqual(
    new Set([
      ...['http.request.method', 'http.route', 'http.response.status_code', 'error.type', 'url.template'],
      ...['server.address', 'server.port', 'gatehouse.request_id', 'gatehouse.environment'],
      ...['gatehouse.client', 'gatehouse.binding', 'gatehouse.ods_code', 'gatehouse.interaction'],
      ...['gatehouse.outcome', 'gatehouse.attempts', 'gatehouse.diagnosis', 'gatehouse.attempt_id'],
    ]),
  );
  for (const hidden of [NHS_NUMBER, UBRN, CANARY]) expect(JSON.stringify(span)).not.toContain(hidden);
});

it('before it is matched, a request has neither a route nor the method that it says', () => {
  const { name, attributes } = traced(['receive'], {
    ...{ method: `PATIENT-${NHS_NUMBER}`, matched: null, client: null, binding: null },
    ...{ code: 'GW_TOKEN', status: 401 },
  });
  expect(name).toBe('HTTP');
  expect(attributes).toMatchObject({ 'http.request.method': '_OTHER', 'error.type': 'GW_TOKEN' });
  expect(attributes).not.toHaveProperty('http.route');
});

it.each([
  ['of the caller, which is no error', 403, false],
  ['of Gatehouse', 503, true],
  ['before an answer was sent', null, true],
])('a refusal %s is noted at the stage that refused', (_, status, isError) => {
  const span = traced(['receive', 'decide', 'record'], { code: 'GW_OVERLOAD', status });
  expect(span.isError).toBe(isError);
  expect(span.children.map(({ name, isError, attributes }) => [name, isError, attributes])).toEqual([
    ['receive', false, {}],
    ['decide', isError, { 'error.type': 'GW_OVERLOAD' }],
    ['record', false, {}],
  ]);
});

it.each([
  ['an answer', {}, false, undefined],
  ['an answer of e-RS that is an error', { status: 404 }, true, '404'],
  ['no answer', { status: null, code: 'GW_UPSTREAM_TIMEOUT', number: 3 }, true, 'GW_UPSTREAM_TIMEOUT'],
])('an attempt that brought %s', (_, facts, isError, errorType) => {
  const clock = { now: () => 0, monotonicNow: () => 0 };
  const trace = new RequestTrace([]);
  trace.notePart('attempt', 1, { ...ATTEMPT, ...facts });
  trace.noteStage('forward', 0, 1);
  const operation = CATALOGUE[0];
  const exchange = { ...hypotheticalExchange(clock, 'GET', '/'), matched: { operation, parameters: {} } };
  const call = spanOf(exchange as Exchange, trace, 'http://127.0.0.1:8090').children[0]?.children[0];
  expect(call).toMatchObject({ kind: 'client', isError });
  expect(call?.attributes['error.type']).toBe(errorType);
  expect(call?.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'server.port': 8090 });
  expect(call?.attributes['http.request.resend_count']).toBe('number' in facts ? 2 : undefined);
});

it('the trace is the caller’s where it has one, and a new one otherwise', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  expect(new RequestTrace(['traceparent', `00-${traceId}-00f067aa0ba902b7-01`])).toMatchObject({
    ...{ traceId, parent: { spanId: '00f067aa0ba902b7' } },
  });
  const fresh = new RequestTrace(['traceparent', 'malformed']);
  expect(fresh.parent).toBeNull();
  expect(fresh.traceId).toMatch(/^[0-9a-f]{32}$/);
});
