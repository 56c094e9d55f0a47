/** For a generated set of calls, POST /explain predicts the answer to the real call, without calling APIM or e-RS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  apply,
  sendRequest,
  type PartnerRequest,
  refusalIn,
  trailOf,
  watch,
} from '../support/answers.ts';
import { onboard, type Onboarded } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

interface Explanation {
  readonly allowed: boolean;
  readonly registryVersion: number | null;
  readonly operation: { readonly interaction: string } | null;
  readonly steps: readonly { readonly step: string; readonly ok: boolean }[];
  readonly binding: { readonly organisation: string; readonly asid: string | null } | null;
  readonly refusal: {
    readonly code: string;
    readonly status: number;
    readonly text: string;
    readonly whatToDo: string;
    readonly whoActs: string;
    readonly candidates: readonly string[];
  } | null;
}

let stack: Stack;
let clients: Readonly<Record<'provider' | 'referrer' | 'user' | 'narrow' | 'suspended' | 'many', string>>;
let applications: readonly Onboarded[];

beforeAll(async () => {
  stack = await startStack({ worker: false });
  await apply(stack, { messageSets: [{ name: 'narrow', interactions: ['A004'] }] });
  applications = await onboard(stack, [
    { odsCode: 'R69' },
    { odsCode: 'R69', capability: 'referrer' },
    { odsCode: 'R69', accessMode: 'user-restricted' },
    { odsCode: 'N1', messageSet: 'narrow' },
    { odsCode: 'N2' },
  ]);
  const [provider, referrer, user, narrow, suspended] = applications.map(({ clientKey }) => clientKey) as [
    string,
    string,
    string,
    string,
    string,
  ];
  await apply(stack, {
    organisations: [{ odsCode: 'N2', name: 'Synthetic Trust N2', state: 'suspended' }],
    clients: [
      {
        name: 'many',
        environment: 'local',
        grants: applications.slice(0, 2).map(({ odsCode, accessMode, capability }) => ({
          organisation: odsCode,
          product: 'ReferWell',
          accessMode,
          capability,
        })),
      },
    ],
  });
  const { key: many } = await stack.admin<{ key: string }>('POST', '/clients/local/many/keys', {});
  clients = { provider, referrer, user, narrow, suspended, many };
  await stack.settled();
});
afterAll(() => stack.stop());

/** Calls that are decided before required parameters, media type and body are checked. */
const CALLS: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/FHIR/STU3/CodeSystem/SPECIALTY'],
  ['GET', '/FHIR/STU3/CodeSystem/NOTHING'],
  ['GET', '/FHIR/STU3/ReferralRequest/000000070000'],
  ['GET', '/FHIR/STU3/ReferralRequest/000000070000/_history/5'],
  ['DELETE', '/FHIR/STU3/ReferralRequest/000000070000'],
  ['GET', '/FHIR/STU3/ReferralRequest/9000000009'],
  ['GET', '/FHIR/STU3/Binary/att-70000-70001'],
  ['POST', '/FHIR/STU3/ReferralRequest/000000070000/$ers.generateCRI'],
  ['POST', '/FHIR/STU3/ReferralRequest/000000070000/%24ers.generateCRI'],
  ['POST', '/FHIR/STU3/ReferralRequest/000000070000/$ers.acceptReferral'],
  ['POST', '/FHIR/STU3/ReferralRequest/000000070000/$ers.rejectReferral'],
  ['POST', '/FHIR/STU3/ReferralRequest/$ers.createReferral'],
  ['GET', '/FHIR/STU3/Communication?based-on=CommunicationRequest/000000070001/_history/1'],
  ['GET', '/FHIR/STU3/Communication?based-on=CommunicationRequest/000000070001/_history/1&x=1'],
  ['GET', '/FHIR/R4/HealthcareService/1'],
  ['HEAD', '/FHIR/R4/HealthcareService/1'],
  ['GET', '/FHIR/R4/PractitionerRole'],
  ['GET', '/nothing'],
];
const CHOICES: readonly Record<string, string>[] = [
  {},
  { 'Gatehouse-Capability': 'provider' },
  { 'NHSD-End-User-Organisation-ODS': 'R69', 'Gatehouse-Product': 'ReferWell' },
];

async function explain(
  key: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return sendRequest(stack.gateway.partner, '/explain', {
    method: 'POST',
    key,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ method, path }),
  });
}

const explanationIn = ({ text }: Answer): Explanation => JSON.parse(text) as Explanation;

describe.each(['provider', 'referrer', 'user', 'narrow', 'suspended', 'many'] as const)(
  'explained to %s',
  (caller) => {
    it.each(CALLS)('%s %s: the explanation agrees with the decision', async (method, path) => {
      for (const headers of caller === 'many' ? CHOICES : [{}]) {
        const arrivals = await watch(stack);
        const explained = await explain(clients[caller], method, path, headers);
        expect(explained.status).toBe(200);
        expect(await arrivals()).toEqual([]);
        const explanation = explanationIn(explained);
        const real = await sendRequest(
          stack.gateway.partner,
          path,
          realRequest(method, headers, clients[caller]),
        );
        const refused = real.header('gatehouse-error-source') === 'gateway';
        expect({ allowed: explanation.allowed, headers }).toEqual({ allowed: !refused, headers });
        if (explanation.refusal === null) continue;
        expect(explanation.refusal.status).toBe(real.status);
        if (method === 'HEAD') continue;
        const refusal = refusalIn(real);
        expect(explanation.refusal.code).toBe(refusal.code);
        for (const part of [
          explanation.refusal.text,
          explanation.refusal.whatToDo,
          ...explanation.refusal.candidates,
        ])
          expect(refusal.words).toContain(part);
        expect(refusal.words).toContain(`Who must act: ${explanation.refusal.whoActs}.`);
      }
    });
  },
);

function realRequest(method: string, headers: Record<string, string>, key: string): PartnerRequest {
  return { method, key, headers };
}

describe('an explanation', () => {
  it('lists the steps in order and names the binding that would be used', async () => {
    const explanation = explanationIn(
      await explain(clients.provider, 'GET', '/FHIR/STU3/ReferralRequest/000000070000'),
    );
    expect(explanation).toMatchObject({
      allowed: true,
      refusal: null,
      operation: { interaction: 'A005' },
      binding: {
        environment: 'local',
        organisation: 'R69',
        product: 'ReferWell',
        accessMode: 'application-restricted',
        capability: 'provider',
        asid: applications[0]?.asid,
      },
    });
    expect(explanation.steps).toEqual(
      [
        'grant',
        'organisation',
        'application state',
        'asid',
        'sro',
        'mode',
        'capability',
        'message set',
        'signing key',
      ].map((step) => ({ step, ok: true })),
    );
    expect(JSON.stringify(explanation)).not.toContain(applications[0]?.apiKey);
  });
  it('ends at the step that refused', async () => {
    const { steps, refusal } = explanationIn(
      await explain(clients.narrow, 'GET', '/FHIR/STU3/ReferralRequest/000000070000'),
    );
    expect(steps.at(-1)).toEqual({ step: 'message set', ok: false });
    expect(steps.slice(0, -1).every(({ ok }) => ok)).toBe(true);
    expect(refusal).toMatchObject({ code: 'GW_MESSAGE_SET', whoActs: 'platform team' });
  });
  it('is audited as an explanation only', async () => {
    const answer = await explain(clients.narrow, 'GET', '/FHIR/STU3/ReferralRequest/000000070000');
    const { rows } = await stack.sql.query<{ record: Record<string, unknown> }>(
      `SELECT record FROM audit.event WHERE record::text LIKE '%' || $1 || '%'`,
      [answer.correlationId],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.record).toMatchObject({
      kind: 'SYSTEM',
      event: 'EXPLANATION',
      facts: {
        clientName: applications[3]?.client,
        odsCode: 'N1',
        interaction: 'A005',
        code: 'GW_MESSAGE_SET',
        correlationId: answer.correlationId,
      },
    });
    expect(JSON.stringify(rows)).not.toContain('000000070000');
  });
  it('is the same as an operator gets who names the client', async () => {
    const path = '/FHIR/STU3/ReferralRequest/000000070000';
    for (const [caller, application] of [
      ['provider', applications[0]],
      ['narrow', applications[3]],
    ] as const) {
      const own = explanationIn(await explain(clients[caller], 'GET', path));
      const operators = await stack.admin<Explanation>('POST', '/explain', {
        client: application?.client,
        environment: 'local',
        method: 'GET',
        path,
      });
      expect(operators).toEqual(own);
    }
  });
  it.each([
    ['without a credential', undefined, {}, '{"method":"GET","path":"/nothing"}', 401, 'GW_TOKEN'],
    ['by another method', 'GET', {}, undefined, 405, 'GW_METHOD'],
    ['of another type', 'POST', { 'Content-Type': 'text/plain' }, 'x', 415, 'GW_MEDIA_TYPE'],
    ['that is not JSON', 'POST', { 'Content-Type': 'application/json' }, 'x', 400, 'GW_BODY_SYNTAX'],
    [
      'without a path',
      'POST',
      { 'Content-Type': 'application/json' },
      '{"method":"GET"}',
      400,
      'GW_BODY_SYNTAX',
    ],
  ] as const)(
    '%s is refused like any other request, and audited as a refused explanation',
    async (_name, method, headers, body, status, code) => {
      const answer = await sendRequest(stack.gateway.partner, '/explain', {
        method: method ?? 'POST',
        ...(method === undefined ? {} : { key: clients.provider }),
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect(refusalIn(answer)).toMatchObject({ status, code });
      const [row] = await trailOf(stack, answer);
      expect(row).toMatchObject({ kind: 'DENIED', code });
    },
  );
});
