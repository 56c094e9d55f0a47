/** The main path: a request through the right application, with an assertion signed in KMS and an audit trail as proof. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onboard, type Onboarded, worklistBody, allowWrite } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';

interface UpstreamRecord {
  readonly correlationId: string;
  readonly apiKey: string;
  readonly asid: string;
  readonly odsCode: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}

let stack: Stack;
let provider: Onboarded;
let neighbour: Onboarded;

beforeAll(async () => {
  stack = await startStack({ worker: false });
  [provider, neighbour] = (await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'RCD' }])) as [
    Onboarded,
    Onboarded,
  ];
});
afterAll(() => stack.stop());

const call = (path: string, init: RequestInit = {}, key = provider.clientKey): Promise<Response> =>
  fetch(stack.gateway.partner + path, {
    redirect: 'manual',
    ...init,
    headers: { authorization: `Bearer ${key}`, ...init.headers },
  });
const upstreamOf = async (answer: Response): Promise<UpstreamRecord[]> => {
  const records = await stack.simulator.control<UpstreamRecord[]>('GET', '/requests?target=ers');
  return records.filter(({ correlationId }) => correlationId === answer.headers.get('gatehouse-attempt-id'));
};
const auditOf = async (answer: Response): Promise<Record<string, unknown>[]> => {
  const { rows } = await stack.sql.query<{ record: Record<string, unknown> }>(
    `SELECT record FROM audit.event WHERE attempt_id = $1 ORDER BY seq`,
    [answer.headers.get('gatehouse-attempt-id')],
  );
  return rows.map(({ record }) => record);
};

describe('a referral', () => {
  it('is returned from e-RS through the one matching application, with INTENT and OUTCOME on record', async () => {
    const answer = await call('/FHIR/STU3/ReferralRequest/000000070000', {
      headers: { 'x-correlation-id': 'first-1' },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ resourceType: 'ReferralRequest' });
    expect(answer.headers.get('x-correlation-id')).toBe('first-1');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // Version 7, which begins with the time.
    expect(answer.headers.get('gatehouse-attempt-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(answer.headers.get('etag')).toMatch(/^W\//);

    const upstream = await upstreamOf(answer);
    expect(upstream).toHaveLength(1);
    expect(upstream[0]).toMatchObject({ apiKey: provider.apiKey, asid: provider.asid, odsCode: 'R69' });
    const names = upstream[0]?.headers.map(([name]) => name.toLowerCase()) ?? [];
    expect(names.filter((name) => name.startsWith('nhsd-') || name.startsWith('x-ers-'))).toEqual([]);

    const [intent, outcome] = await auditOf(answer);
    expect(intent).toMatchObject({
      kind: 'INTENT',
      odsCode: 'R69',
      asid: provider.asid,
      interaction: 'A005',
      correlationId: 'first-1',
    });
    expect(outcome).toMatchObject({
      kind: 'OUTCOME',
      outcome: 'COMPLETED',
      status: 200,
      sentHeaders: {
        authorization: 'Bearer [redacted]',
        'x-correlation-id': answer.headers.get('gatehouse-attempt-id'),
      },
      receivedHeaders: { 'content-type': answer.headers.get('content-type') },
    });
  });

  it("goes through the neighbour's application when it is called with the neighbour's key", async () => {
    const answer = await call('/FHIR/STU3/ReferralRequest/000000070000', {}, neighbour.clientKey);
    expect(answer.status).toBe(200);
    expect((await upstreamOf(answer))[0]).toMatchObject({
      apiKey: neighbour.apiKey,
      asid: neighbour.asid,
      odsCode: 'RCD',
    });
    expect((await auditOf(answer))[0]).toMatchObject({ odsCode: 'RCD', asid: neighbour.asid });
  });

  it('is requested from e-RS in the spelling of the catalogue, however the caller wrote it', async () => {
    const answer = await call(
      '/FHIR/STU3/Task?status=ready&intent=proposal&focus=ReferralRequest%2F000000070000%2F_history%2F6',
    );
    expect(answer.status).toBe(200);
    expect((await upstreamOf(answer))[0]?.path).toBe(
      '/referrals/FHIR/STU3/Task?focus=ReferralRequest/000000070000/_history/6&intent=proposal&status=ready',
    );
  });
});

describe('an attachment', () => {
  it('is a 307 to the object store, passed on and not followed', async () => {
    const answer = await call('/FHIR/R4/Binary/c5d2d200-7613-4a69-9c5f-1bb68e04b8d8');
    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toContain(stack.simulator.objectStoreUrl);
    const fetched = await stack.simulator.control<unknown[]>('GET', '/requests?target=object-store');
    expect(fetched).toEqual([]);
  });
});

describe('a worklist', () => {
  it('leaves one sealed subject row for each patient and referral that it names', async () => {
    const answer = await call('/FHIR/STU3/ReferralRequest/$ers.fetchworklist', {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: worklistBody(),
    });
    const text = await answer.text();
    expect({ status: answer.status, text: answer.status === 200 ? '' : text }).toEqual({
      status: 200,
      text: '',
    });
    const named = new Set(
      [...text.matchAll(/"system":"http:\/\/fhir\.nhs\.net\/Id\/nhs-number","value":"(\d{10})"/g)].map(
        ([, number]) => number,
      ),
    );
    const { rows } = await stack.sql.query<{ kind: string; count: number }>(
      `SELECT kind, count(*)::int AS count FROM audit.subject WHERE attempt_id = $1 GROUP BY kind ORDER BY kind`,
      [answer.headers.get('gatehouse-attempt-id')],
    );
    expect(named.size).toBeGreaterThan(0);
    expect(rows.find(({ kind }) => kind === 'nhs-number')?.count).toBe(named.size);
  });
});

describe('a write under an exception', () => {
  it('is sent once, whatever e-RS answers', async () => {
    await allowWrite(stack, {
      environment: 'local',
      organisation: 'R69',
      product: 'ReferWell',
      capability: 'provider',
      interaction: 'A013',
      useCaseReference: 'USE-1',
      expiresOn: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    });
    await stack.settled();
    await stack.simulator.control('POST', '/faults', {
      target: 'ers',
      match: { method: 'POST' },
      fault: { status: 503 },
    });
    const answer = await call('/FHIR/STU3/ReferralRequest/000000070000/$ers.acceptReferral', {
      method: 'POST',
      headers: { 'if-match': 'W/"6"' },
    });
    await stack.simulator.control('DELETE', '/faults');
    expect(answer.status).toBe(503);
    const records = await stack.simulator.control<UpstreamRecord[]>('GET', '/requests?target=ers');
    expect(records.filter(({ path }) => path.endsWith('$ers.acceptReferral'))).toHaveLength(1);
  });
});
