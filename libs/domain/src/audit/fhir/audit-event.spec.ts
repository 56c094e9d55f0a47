import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditOutcome, IntentEvent, SystemEvent } from '../audit.js';
import { CATALOGUE } from '../../ers/catalogue.js';
import { auditEventOf, type PlacedRecord } from './audit-event.js';

const AT_MS = Date.parse('2026-03-02T09:00:00.123Z');
const ATTEMPT = '7b6a8a0e-9d0c-4d8e-8f51-0d9a3f1f9a01';

const intent = (changes: Partial<IntentEvent> = {}): IntentEvent =>
  ({
    ...{ kind: 'INTENT', attemptId: ATTEMPT, requestId: ATTEMPT, atMs: AT_MS, environment: 'int' },
    ...{ odsCode: 'R69', clientId: 'worklists', clientName: 'Worklist sync', remoteAddress: '10.1.2.3' },
    ...{ operationId: 'a005-retrieve-referral-request', userId: null, businessFunction: null },
    ...changes,
  }) as IntentEvent;

const placed = (record: object, of: IntentEvent | null = intent()): PlacedRecord => ({
  ...{ writer: 'w', seq: 7, hash: 'ab', record: record as AuditEvent, intent: of },
});
const outcome = (name: AuditOutcome, code: string | null = null) => ({
  ...{ kind: 'OUTCOME', attemptId: ATTEMPT, requestId: ATTEMPT, atMs: AT_MS, outcome: name, code },
  upstreamRequestId: 'ers-request-1',
});
const hostOf = (): string => 'int.api.service.nhs.uk';

interface Event {
  readonly id: string;
  readonly meta?: { readonly profile: readonly string[] };
  readonly subtype: readonly { readonly code: string }[];
  readonly action: string;
  readonly outcome: string;
  readonly outcomeDesc?: string;
  readonly agent: readonly Readonly<Record<string, unknown>>[];
}
const eventOf = (record: PlacedRecord): Event => auditEventOf(record, hostOf) as unknown as Event;

describe('a completed read', () => {
  it('has IHE’s profile, with client, server, organisation and the place of the record', () => {
    expect(auditEventOf(placed(outcome('COMPLETED')), hostOf)).toEqual({
      resourceType: 'AuditEvent',
      id: ATTEMPT,
      meta: { profile: ['https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Read'] },
      type: {
        ...{ system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
        display: 'Restful Operation',
      },
      subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
      action: 'R',
      recorded: '2026-03-02T09:00:00.123Z',
      outcome: '0',
      agent: [
        {
          type: { coding: [expect.objectContaining({ code: '110152' })] },
          who: {
            identifier: { system: 'urn:gatehouse:client', value: 'worklists' },
            display: 'Worklist sync',
          },
          requestor: true,
          network: { address: '10.1.2.3', type: '2' },
        },
        {
          type: { coding: [expect.objectContaining({ code: '110153' })] },
          who: { display: 'NHS e-Referral Service' },
          requestor: false,
          network: { address: 'int.api.service.nhs.uk', type: '1' },
        },
        {
          type: { text: 'Organisation' },
          who: { identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'R69' } },
          requestor: false,
        },
      ],
      source: {
        ...{ site: 'int', observer: { display: 'Gatehouse' } },
        type: [expect.objectContaining({ code: '4' })],
      },
      entity: [
        {
          what: { identifier: { value: 'ers-request-1' } },
          type: {
            system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
            code: 'XrequestId',
          },
        },
        {
          what: { display: 'A005 Retrieve referral request' },
          type: expect.objectContaining({ code: '2' }),
          role: expect.objectContaining({ code: '4' }),
          detail: [
            { type: 'writer', valueString: 'w' },
            { type: 'seq', valueString: '7' },
            { type: 'hash', valueString: 'ab' },
          ],
        },
      ],
    });
  });

  it('names the user as the one who requested it', () => {
    const { agent } = eventOf(
      placed(
        outcome('COMPLETED'),
        intent({ userId: '555073103100', businessFunction: 'REFERRING_CLINICIAN' }),
      ),
    );
    expect(agent.map(({ requestor }) => requestor)).toEqual([false, false, false, true]);
    expect(agent.at(-1)).toMatchObject({
      type: { coding: [{ code: 'IRCP' }] },
      role: [{ text: 'REFERRING_CLINICIAN' }],
      who: { identifier: { system: 'https://fhir.nhs.uk/Id/sds-user-id', value: '555073103100' } },
    });
  });
});

it.each<[string, string, string, string | undefined]>([
  ['a005-retrieve-referral-request-versioned', 'vread', 'R', 'Read'],
  ['a008-retrieve-worklist', 'operation', 'E', undefined],
  ['no-such-operation', 'operation', 'E', undefined],
])('%s is the interaction %s', (operationId, code, action, profile) => {
  const event = eventOf(placed(outcome('COMPLETED'), intent({ operationId })));
  expect([event.subtype[0]?.code, event.action]).toEqual([code, action]);
  expect(event.meta?.profile.map((url) => url.split('.').at(-1))).toEqual(
    profile === undefined ? undefined : [profile],
  );
});

it('every row of the catalogue is a read, a search, a create, an update or an operation', () => {
  const codes = new Map(
    CATALOGUE.map(({ operationId }) => [
      operationId,
      eventOf(placed(outcome('COMPLETED'), intent({ operationId }))).subtype[0]?.code,
    ]),
  );
  const byMethod = CATALOGUE.filter(({ path }) => !path.includes('/$')).map(
    ({ method, operationId }) => `${method} ${codes.get(operationId)}`,
  );
  expect([...new Set(byMethod)].toSorted()).toEqual([
    ...['GET read', 'GET search-type', 'GET vread', 'HEAD read', 'POST create', 'PUT update'],
  ]);
});

it.each<[AuditOutcome, string | null, string, string | undefined]>([
  ['COMPLETED', null, '0', undefined],
  ['FAILED', null, '4', 'FAILED'],
  ['NOT_SENT', 'GW_RATE_LIMIT', '4', 'NOT_SENT GW_RATE_LIMIT'],
  ['UNKNOWN', 'GW_UPSTREAM', '8', 'UNKNOWN GW_UPSTREAM'],
  ['WITHHELD', 'GW_AUDIT_UNAVAILABLE', '8', 'WITHHELD GW_AUDIT_UNAVAILABLE'],
])('%s is the outcome %s %s, and has a profile only if it succeeded', (name, code, expected, words) => {
  const event = eventOf(placed(outcome(name, code)));
  expect([event.outcome, event.outcomeDesc]).toEqual([expected, words]);
  expect(event.meta === undefined).toBe(name !== 'COMPLETED');
});

it('a refusal of somebody unknown names their address alone', () => {
  const denied = { ...intent({ clientId: null, odsCode: null, operationId: null, environment: null }) };
  const event = eventOf(
    placed({ ...denied, kind: 'DENIED', outcome: 'REFUSED', code: 'GW_CREDENTIAL', status: 401 }, null),
  );
  expect(event).toMatchObject({ outcome: '4', outcomeDesc: 'REFUSED GW_CREDENTIAL' });
  expect(event.agent[0]).toMatchObject({ requestor: true, network: { address: '10.1.2.3', type: '2' } });
  expect(event.agent[0]).not.toHaveProperty('who');
});

it.each<[string, SystemEvent['facts'], string]>([
  ['AUDIT_SEARCH', { actor: 'Ada (ada@example.org)', reason: 'request 7' }, 'Ada (ada@example.org)'],
  ['AUDIT_OUTAGE', { count: 3 }, 'Gatehouse'],
])('the event %s says who acted', (event, facts, who) => {
  const system = { kind: 'SYSTEM', event, attemptId: ATTEMPT, startedAtMs: AT_MS, atMs: AT_MS, facts };
  expect(auditEventOf(placed(system, null), hostOf)).toMatchObject({
    ...{ id: ATTEMPT, subtype: [{ code: event }], agent: [{ who: { display: who }, requestor: true }] },
  });
  expect(JSON.stringify(auditEventOf(placed(system, null), hostOf))).not.toContain('request 7');
});

it.each(['INTENT', 'END'] as const)('an %s is none by itself', (kind) => {
  expect(auditEventOf(placed({ ...intent(), kind }), hostOf)).toBeNull();
});
