/**
 * What people decide in the registry and in governance takes effect on every replica within a second, with the right
 * words, and without one more call to e-RS; when it is reversed, traffic resumes. The test has two replicas, and it
 * moves their clocks.
 */
import { addDays } from '@gatehouse/domain/governance/london-day';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { destroyKey } from '../../apps/cli/src/removal/destroy-key.ts';
import {
  type Answer,
  apply,
  sendRequest,
  londonDayIn,
  londonMidnight,
  moveClocks,
  type PartnerRequest,
  refusalIn,
  trailOf,
  verdictOf,
  watch,
} from '../support/answers.ts';
import { appointOwner, onboard, type Onboarded, worklistBody, allowWrite } from '../support/onboard.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;
/** The time within which a decision, or its reversal, takes effect. */
const WITHIN_MS = 1_000;
const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const WORKLIST = '/FHIR/STU3/ReferralRequest/$ers.fetchworklist';
const CODES = '/FHIR/STU3/CodeSystem/SPECIALTY';
const JSON_TYPE = { 'Content-Type': 'application/fhir+json' };

let stack: Stack;
let r69: Onboarded;
let rcd: Onboarded;
/** The key that r69's client uses now. */
let key: string;
/** Of the referrals in a worklist of RCD. */
let ubrns: string[] = [];

beforeAll(async () => {
  stack = await startStack({ worker: false, replicas: 2 });
  await apply(stack, { messageSets: [{ name: 'only-reference-data', interactions: ['A004'] }] });
  [r69, rcd] = (await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'RCD' }])) as [Onboarded, Onboarded];
  for (const { clientKey } of [r69, rcd]) await revoke(clientKey);
  key = await newKey(r69);
  rcd = { ...rcd, clientKey: await newKey(rcd) };
  await stack.settled();
});
afterAll(() => stack.stop());

async function newKey({ client }: Onboarded, expiresInDays = 366): Promise<string> {
  const issued = await stack.admin<{ key: string }>('POST', `/clients/local/${client}/keys`, {
    expiresInDays,
  });
  return issued.key;
}

function revoke(clientKey: string): Promise<unknown> {
  return stack.admin('POST', `/client-keys/${clientKey.split('_')[2]}/revoke`, { reason: 'seen in a log' });
}

/** Sends the same request to every replica. */
function callAll(path = REFERRAL, options: PartnerRequest = {}): Promise<Answer[]> {
  return Promise.all(
    stack.gateways.map((gateway) => sendRequest(gateway.partner, path, { key, ...options })),
  );
}

interface Wanted {
  readonly status: number;
  readonly code: string;
  readonly words: RegExp;
}

/**
 * Makes a change and calls until every replica refuses as expected. Once the admin API has answered, not one call may
 * go upstream, and no replica may take longer than a second.
 */
async function stops(change: () => Promise<unknown>, expected: Wanted, path = REFERRAL): Promise<void> {
  expect((await callAll(path)).map(({ status }) => status)).toEqual([200, 200]);
  await change();
  const changedAt = performance.now();
  const arrivals = await watch(stack);
  const isRefused = async (): Promise<boolean> =>
    (await callAll(path)).every(({ status }) => status === expected.status);
  await until('every replica refuses', isRefused, WITHIN_MS - (performance.now() - changedAt));
  for (const answer of await callAll(path)) {
    const refusal = refusalIn(answer);
    expect(refusal).toMatchObject({ status: expected.status, code: expected.code });
    expect(refusal.words).toMatch(expected.words);
    expect((await trailOf(stack, answer)).map(({ kind, code }) => [kind, code])).toEqual([
      ['DENIED', expected.code],
    ]);
  }
  expect(await arrivals('ers')).toEqual([]);
}

/** Reverses a decision and waits until every replica serves again, which protects nobody and so has no bound. */
async function resumes(change: () => Promise<unknown>, path = REFERRAL): Promise<void> {
  await change();
  const isServed = async (): Promise<boolean> => (await callAll(path)).every(({ status }) => status === 200);
  await until('every replica serves again', isServed);
}

const application = (changes: object): Promise<void> =>
  apply(stack, {
    applications: [
      {
        organisation: 'R69',
        product: 'ReferWell',
        environment: 'local',
        accessMode: 'application-restricted',
        capability: 'provider',
        ...changes,
      },
    ],
  });
const client = (changes: object): Promise<void> =>
  apply(stack, { clients: [{ name: r69.client, environment: 'local', ...changes }] });
const organisation = (state: string): Promise<void> =>
  apply(stack, { organisations: [{ odsCode: 'R69', name: 'Synthetic Trust R69', state }] });

async function ownerOf(odsCode: string): Promise<string> {
  const { items } = await stack.admin<{ items: { id: string; state: string }[] }>(
    'GET',
    `/sro-appointments?organisation=${odsCode}`,
  );
  const appointment =
    items.find(({ state }) => state === 'in force') ?? items.find(({ state }) => state === 'lapsed');
  if (appointment === undefined) throw new Error(`nobody owns ${odsCode}`);
  return appointment.id;
}

const OWNERLESS: Wanted = {
  status: 403,
  code: 'GW_SRO_LAPSED',
  words:
    /No senior responsible owner is in force .* Governance staff must appoint .* Who must act: governance\.$/,
};

describe('a decision in the registry takes effect on every replica within a second, and can be reversed', () => {
  it('a suspended client', async () => {
    await stops(() => client({ state: 'suspended' }), {
      status: 401,
      code: 'GW_TOKEN',
      words: /credential is .* ask your platform team/,
    });
    await resumes(() => client({ state: 'active' }));
  });
  it('a suspended organisation', async () => {
    await stops(() => organisation('suspended'), {
      status: 403,
      code: 'GW_ORGANISATION_SUSPENDED',
      words: /suspended .* Who must act: platform team\.$/,
    });
    await resumes(() => organisation('active'));
  });
  it('a suspended application', async () => {
    await stops(() => application({ state: 'suspended' }), {
      status: 403,
      code: 'GW_APPLICATION_STATE',
      words: /not live: .* suspended .* lift the suspension\. Who must act: platform team\.$/,
    });
    await resumes(() => application({ state: 'live' }));
  });
  it('a message set removed from the application', async () => {
    await stops(() => application({ messageSets: ['only-reference-data'] }), {
      status: 403,
      code: 'GW_MESSAGE_SET',
      words: /do not contain this interaction\. .* add the interaction to a message set/,
    });
    await resumes(() => application({ messageSets: ['everything'] }));
  });
  it('an interaction removed from a message set', async () => {
    const set = (interactions: readonly string[]): Promise<void> =>
      apply(stack, { messageSets: [{ name: 'theirs', interactions }] });
    await set(['A004', 'A005']);
    await application({ messageSets: ['theirs'] });
    await stack.settled();
    await stops(() => set(['A004']), {
      status: 403,
      code: 'GW_MESSAGE_SET',
      words: /do not contain this interaction/,
    });
    expect((await callAll(CODES)).map(({ status }) => status)).toEqual([200, 200]);
    await resumes(() => set(['A004', 'A005']));
    await application({ messageSets: ['everything'] });
    await stack.settled();
  });
  it('a grant removed from the client', async () => {
    await stops(() => client({ grants: [] }), {
      status: 403,
      code: 'GW_GRANT',
      words: /no grant for that choice .* ask your platform team to grant/,
    });
    const grant = { product: 'ReferWell', accessMode: 'application-restricted', capability: 'provider' };
    await resumes(() => client({ grants: [{ ...grant, organisation: 'R69' }] }));
  });
  it('a revoked key, while the other key of the client still works', async () => {
    const otherKey = await newKey(r69);
    await stack.settled();
    await stops(() => revoke(key), {
      status: 401,
      code: 'GW_TOKEN',
      words: /expired, revoked .* ask your platform team for a new one\. Who must act: caller\.$/,
    });
    key = otherKey;
    expect((await callAll()).map(({ status }) => status)).toEqual([200, 200]);
  });
  it('a withdrawn senior responsible owner', async () => {
    const id = await ownerOf('R69');
    await stops(
      () => stack.admin('POST', `/sro-appointments/${id}/withdraw`, { reason: 'left the trust' }),
      OWNERLESS,
    );
    await resumes(() => appointOwner(stack, 'R69'));
  });
});

describe('a replica that has not been able to read a change', () => {
  const count = async (sql: string): Promise<number> =>
    Number((await stack.sql.query<{ count: string }>(sql)).rows[0]?.count);
  const countIntents = () => count(`SELECT count(*) FROM audit.event WHERE kind = 'INTENT'`);
  const countLocked = () =>
    count(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );

  it('learns of it from the commit of INTENT, and sends nothing under the old decision', async () => {
    expect((await callAll()).map(({ status }) => status)).toEqual([200, 200]);
    const reader = await stack.sql.connect();
    // This lock makes readers of the registry wait, while it can still be changed and its version be read.
    await reader.query('BEGIN; LOCK TABLE sro_appointment IN ACCESS EXCLUSIVE MODE');
    await stack.sql.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'R69'`);
    const arrivals = await watch(stack);
    const intentsBefore = await countIntents();
    let hasAnswered = false;
    const pendingAnswers = callAll().finally(() => (hasAnswered = true));
    await until('both have recorded what they were about to send', async () => {
      return (await countIntents()) === intentsBefore + 2;
    });
    await until('both wait for the registry', async () => (await countLocked()) >= 2);
    expect(hasAnswered).toBe(false);
    await reader.query('COMMIT');
    reader.release();
    const answers = await pendingAnswers;
    expect(answers.map(verdictOf)).toEqual(
      answers.map(() => ({ status: 403, code: 'GW_ORGANISATION_SUSPENDED' })),
    );
    expect(await arrivals('ers')).toEqual([]);
    for (const answer of answers) {
      expect((await trailOf(stack, answer)).map(({ kind, outcome, code }) => [kind, outcome, code])).toEqual([
        ['INTENT', undefined, undefined],
        ['OUTCOME', 'NOT_SENT', 'GW_ORGANISATION_SUSPENDED'],
      ]);
    }
    await resumes(() => organisation('active'));
  });
});

/** The writes that need an exception, each with its own referrals, since every successful call changes one. */
describe('a write under an exception', () => {
  /** Of the exception that expires. */
  const lastDay = londonDayIn(1);
  const ACCEPTED = ['000000082001', '000000082002', '000000082003', '000000082004'];
  const exceptionUntil = (expiresOn: string) => ({
    environment: 'local',
    organisation: 'R69',
    product: 'ReferWell',
    capability: 'provider',
    interaction: 'A013',
    useCaseReference: 'UC-13',
    expiresOn,
  });
  const grant = (expiresOn: string) => allowWrite(stack, exceptionUntil(expiresOn));
  const accept = (ubrn: string | undefined, at = 0): Promise<Answer> =>
    sendRequest(stack.gateways[at]?.partner ?? '', `/FHIR/STU3/ReferralRequest/${ubrn}/$ers.acceptReferral`, {
      method: 'POST',
      key,
      headers: { 'If-Match': 'W/"1"' },
    });
  const changes = async (): Promise<number> =>
    (await stack.simulator.control<{ stateChanges: number }>('GET', '/counters')).stateChanges;

  beforeAll(async () => {
    await stack.simulator.control(
      'POST',
      '/referrals',
      ACCEPTED.map((ubrn) => ({ ubrn, state: 'BOOKED' })),
    );
  });

  it('is refused by default', async () => {
    const before = await changes();
    for (const at of [0, 1])
      expect(verdictOf(await accept(ACCEPTED[0], at))).toEqual({ status: 403, code: 'GW_MODE_READONLY' });
    expect(await changes()).toBe(before);
  });
  it('stays closed until the owner co-signs through their link', async () => {
    const { id } = await stack.admin<{ id: string }>(
      'POST',
      '/write-exceptions',
      exceptionUntil(londonDayIn(7)),
    );
    await stack.settled();
    expect(verdictOf(await accept(ACCEPTED[0]))).toEqual({ status: 403, code: 'GW_WRITE_EXCEPTION' });
    const { url } = await stack.admin<{ url: string }>('POST', `/write-exceptions/${id}/link`, {});
    const answer = await fetch(new URL(new URL(url).pathname, stack.gateway.public), {
      method: 'POST',
      body: new URLSearchParams({ answer: 'accept', understood: 'yes', current: 'yes' }),
    });
    expect(answer.status).toBe(200);
  });
  it('is sent once and changes e-RS once, and covers only the write that it names', async () => {
    await stack.settled();
    const before = await changes();
    const arrivals = await watch(stack);
    const answer = await accept(ACCEPTED[0]);
    expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({
      status: 200,
      text: '',
    });
    expect(answer.header('etag')).toBe('W/"2"');
    expect(await arrivals('ers')).toMatchObject([{ interaction: 'A013', odsCode: 'R69', stateChange: true }]);
    expect(await changes()).toBe(before + 1);
    const trail = await trailOf(stack, answer);
    expect(trail.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['INTENT', undefined],
      ['OUTCOME', 'COMPLETED'],
    ]);
    expect(JSON.stringify(trail[0]?.['steps'])).toContain('"write exception"');
    // e-RS itself refuses the same request again, and its refusal is passed on; nothing is changed twice.
    const again = await accept(ACCEPTED[0]);
    expect([again.status, again.header('gatehouse-error-source')]).toEqual([412, 'upstream']);
    expect(await changes()).toBe(before + 1);
    const otherAnswer = await sendRequest(
      stack.gateway.partner,
      '/FHIR/STU3/ReferralRequest/000000070002/$ers.cancelReferral',
      { method: 'POST', key, headers: { ...JSON_TYPE, 'If-Match': 'W/"3"' }, body: '{}' },
    );
    expect(verdictOf(otherAnswer)).toEqual({ status: 403, code: 'GW_MODE_READONLY' });
  });
  it('stops when the exception is revoked, and resumes when a new one is granted', async () => {
    const { items } = await stack.admin<{ items: { id: string; state: string }[] }>(
      'GET',
      '/write-exceptions?organisation=R69',
    );
    const standing = items.find(({ state }) => state === 'in force');
    const before = await changes();
    await stack.admin('POST', `/write-exceptions/${standing?.id}/revoke`, { reason: 'use case withdrawn' });
    // It stops immediately, since the INTENT of a replica that has not read the change returns the newer version.
    for (const at of [0, 1]) {
      const answer = await accept(ACCEPTED[1], at);
      const refusal = refusalIn(answer);
      expect(refusal).toMatchObject({ status: 403, code: 'GW_WRITE_EXCEPTION', issue: 'expired' });
      expect(refusal.words).toMatch(
        /has expired, was revoked, or lacks .* owner\. Ask governance staff .* Who must act: governance\.$/,
      );
    }
    expect(await changes()).toBe(before);
    await grant(lastDay);
    await stack.settled();
    expect((await accept(ACCEPTED[1], 1)).status).toBe(200);
    expect(await changes()).toBe(before + 1);
  });
  it('stops when the exception expires at the end of its day in London, and resumes with a new one', async () => {
    const end = londonMidnight(addDays(lastDay, 1));
    const before = await changes();
    await moveTo(end - 60_000);
    expect((await accept(ACCEPTED[2])).status).toBe(200);
    await moveTo(end + 1_000);
    expect(verdictOf(await accept(ACCEPTED[3]))).toEqual({ status: 403, code: 'GW_WRITE_EXCEPTION' });
    await grant(dayAfter(7));
    await stack.settled();
    expect((await accept(ACCEPTED[3], 1)).status).toBe(200);
    expect(await changes()).toBe(before + 2);
  });
});

describe('the passing of time', () => {
  it('expires a key, while another one still works', async () => {
    const nowMs = clockMs();
    const short = await newKey(rcd, 1);
    await stack.settled();
    const ask1 = () => callAll(CODES, { key: short });
    expect((await ask1()).map(({ status }) => status)).toEqual([200, 200]);
    await moveTo(nowMs + DAY_MS + 5_000);
    for (const answer of await ask1()) {
      const refusal = refusalIn(answer);
      expect(refusal).toMatchObject({ status: 401, code: 'GW_TOKEN' });
      expect(refusal.words).toMatch(/expired or been revoked: ask your platform team for a new one/);
    }
    expect((await callAll(CODES, { key: rcd.clientKey })).map(({ status }) => status)).toEqual([200, 200]);
  });
  it('ends an appointment at the end of its day in London: open a minute before, closed a second after', async () => {
    const id = await ownerOf('R69');
    const due = dayAfter(2);
    await stack.admin('POST', `/sro-appointments/${id}/review`, { reviewDueOn: due });
    await stack.settled();
    const end = londonMidnight(addDays(due, 1));
    await moveTo(end - 60_000);
    expect((await callAll()).map(({ status }) => status)).toEqual([200, 200]);
    const arrivals = await watch(stack);
    await moveTo(end + 1_000);
    for (const answer of await callAll()) {
      expect(refusalIn(answer)).toMatchObject({ status: OWNERLESS.status, code: OWNERLESS.code });
      expect(refusalIn(answer).words).toMatch(OWNERLESS.words);
    }
    expect(await arrivals('ers')).toEqual([]);
    // Another organisation with its own owner is not affected.
    expect((await callAll(CODES, { key: rcd.clientKey })).map(({ status }) => status)).toEqual([200, 200]);
    await resumes(() => stack.admin('POST', `/sro-appointments/${id}/review`, { reviewDueOn: dayAfter(30) }));
  });
});

/** An application as it is registered at APIM. */
interface Registered {
  readonly apiKey: string;
  readonly products: readonly string[];
  readonly attributes: object;
}

let movedMs = 0;
let moves = 0;
function clockMs(): number {
  return Date.now() + movedMs;
}
/**
 * Moves all clocks, and gives the applications new API keys. APIM would reject the tokens of the old time as expired,
 * while the gateways measure the age of a token by a clock that can't be moved and would keep using them.
 */
async function moveTo(epochMs: number): Promise<void> {
  movedMs = epochMs - Date.now();
  await moveClocks(stack, movedMs);
  moves += 1;
  const registered = await stack.simulator.control<Registered[]>('GET', '/apps');
  for (const { odsCode, apiKey: original } of [r69, rcd]) {
    const apiKey = `key-${odsCode.toLowerCase()}-moved-${moves}`;
    const { products, attributes } = registered.find((app) => app.apiKey === original) as Registered;
    await stack.simulator.control('PUT', `/apps/${apiKey}`, { products, attributes });
    await application({ organisation: odsCode, apiKey });
  }
  await stack.settled();
}
/** The calendar day in London this many days after the moved clock. */
function dayAfter(days: number): string {
  return londonDayIn(days, clockMs());
}

describe('a worklist for an application', () => {
  const fetchList = (body: string, at = 0, key_ = rcd.clientKey): Promise<Answer> =>
    sendRequest(stack.gateways[at]?.partner ?? '', WORKLIST, {
      method: 'POST',
      key: key_,
      headers: JSON_TYPE,
      body,
    });
  const changedBody = (change: (body: { parameter: Record<string, unknown>[] }) => void): string => {
    const body = JSON.parse(worklistBody('11012')) as { parameter: Record<string, unknown>[] };
    change(body);
    return JSON.stringify(body);
  };

  it.each([
    ['of another kind', worklistBody('11012').replace('REFERRALS_FOR_REVIEW', 'AWAITING_BOOKING')],
    ['without a service', changedBody(({ parameter }) => parameter.pop())],
    ['for two services', changedBody(({ parameter }) => parameter.push({ ...parameter[1] }))],
    ['without a kind', changedBody(({ parameter }) => parameter.shift())],
    [
      'of two kinds',
      changedBody(({ parameter }) =>
        (parameter[0]?.['valueCodeableConcept'] as { coding: object[] }).coding.push({
          code: 'AWAITING_BOOKING',
        }),
      ),
    ],
  ])('%s is refused', async (_name, body) => {
    const arrivals = await watch(stack);
    const answer = await fetchList(body);
    expect(verdictOf(answer)).toEqual({ status: 403, code: 'GW_WORKLIST_FILTER' });
    expect(await arrivals('ers')).toEqual([]);
  });

  it('may be fetched twice a day for each service, on any replica; a fetch that failed does not count', async () => {
    const { id } = await stack.simulator.control<{ id: string }>('POST', '/faults', {
      target: 'ers',
      match: { pathPrefix: WORKLIST },
      times: 1,
      fault: { status: 500, body: ' - The server encountered an unexpected condition' },
    });
    expect((await fetchList(worklistBody('11012'))).status).toBe(500);
    await stack.simulator.control('DELETE', `/faults/${id}`);
    expect((await fetchList(worklistBody('11012'), 0)).status).toBe(200);
    expect((await fetchList(worklistBody('11012'), 1)).status).toBe(200);
    const arrivals = await watch(stack);
    for (const at of [0, 1]) {
      const third = await fetchList(worklistBody('11012'), at);
      const refusal = refusalIn(third);
      expect(refusal).toMatchObject({ status: 429, code: 'GW_WORKLIST_ALLOWANCE', issue: 'throttled' });
      expect(refusal.words).toMatch(/already fetched twice today .*Europe\/London/);
      expect(Number(third.header('retry-after'))).toBeGreaterThan(0);
    }
    expect(await arrivals('ers')).toEqual([]);
    // Another permitted list, service or organisation has its own count.
    const slots = worklistBody('11013').replace('REFERRALS_FOR_REVIEW', 'APPOINTMENT_SLOT_ISSUES');
    expect((await fetchList(slots)).status).toBe(200);
    expect((await fetchList(worklistBody('11012'), 0, key)).status).toBe(200);
  });
  it('may be fetched again the next day in London', async () => {
    await moveTo(londonMidnight(dayAfter(1)) + 1_000);
    expect((await fetchList(worklistBody('11012'))).status).toBe(200);
  });

  it('leaves a subject row for each patient, none in clear; a search by NHS number with a reason finds them', async () => {
    const answer = await fetchList(worklistBody('11012'), 1);
    const list = JSON.parse(answer.text) as {
      contained?: { resourceType: string; identifier: { value: string }[] }[];
      entry: { item: { reference: string } }[];
    };
    const numbers = [...new Set(answer.text.match(/(?<![0-9])[0-9]{10}(?![0-9])/g))];
    ubrns = list.entry.map(({ item }) => item.reference.replace('ReferralRequest/', ''));
    expect(numbers.length).toBeGreaterThan(1);
    expect(ubrns.length).toBe(numbers.length);
    const attemptId = answer.header('gatehouse-attempt-id');
    const { rows } = await stack.sql.query<{ kind: string; hash: string; sealed: string; ods_code: string }>(
      `SELECT kind, encode(hash, 'hex') AS hash, encode(sealed, 'hex') AS sealed, ods_code
       FROM audit.subject WHERE attempt_id = $1`,
      [attemptId],
    );
    expect(rows.filter(({ kind }) => kind === 'nhs-number')).toHaveLength(numbers.length);
    expect(rows.filter(({ kind }) => kind === 'ubrn')).toHaveLength(ubrns.length);
    expect(new Set(rows.map(({ ods_code }) => ods_code))).toEqual(new Set(['RCD']));
    expect(new Set(rows.map(({ hash }) => hash)).size).toBe(rows.length);

    // Not in clear anywhere: in the trail, in the sealed bytes or in the logs.
    const { rows: everything } = await stack.sql.query<{ text: string }>(
      `SELECT record::text AS text FROM audit.event
       UNION ALL SELECT encode(sealed, 'escape') || encode(hash, 'escape') FROM audit.subject`,
    );
    const written =
      everything.map(({ text }) => text).join('\n') + stack.gateways.map(({ logs }) => logs()).join('\n');
    for (const identifier of [...numbers, ...ubrns, '000000070000', '000000082001'])
      expect(written.includes(identifier), identifier).toBe(false);

    const search = (body: object) =>
      stack.admin<{ items: { attemptId: string; organisation: string; interaction: string }[] }>(
        'POST',
        '/audit/search',
        { reason: 'subject access request 7', limit: 500, ...body },
      );
    for (const nhsNumber of numbers) {
      const { items } = await search({ nhsNumber });
      expect(items.map((item) => item.attemptId)).toContain(attemptId);
    }
    const byUbrn = await search({ ubrn: ubrns[0], organisation: 'RCD', interaction: 'A008' });
    expect(byUbrn.items.map((item) => item.attemptId)).toContain(attemptId);
    expect(new Set(byUbrn.items.map((item) => item.organisation))).toEqual(new Set(['RCD']));
    expect((await search({ nhsNumber: '9999999999' })).items).toEqual([]);

    const { rows: searches } = await stack.sql.query<{ text: string }>(
      `SELECT record::text AS text FROM audit.event WHERE record ->> 'event' = 'AUDIT_SEARCH'`,
    );
    expect(searches).toHaveLength(numbers.length + 2);
    for (const { text } of searches) {
      expect(text).toContain('subject access request 7');
      expect(numbers.some((number) => text.includes(number))).toBe(false);
    }
  });
  it('can be searched for only with a reason', async () => {
    await expect(stack.admin('POST', '/audit/search', { nhsNumber: '9000000009' })).rejects.toThrow(/reason/);
  });

  it('is found on no replica within a second of the end of the data key', async () => {
    const foundOn = async ({ admin }: GatewayProcess): Promise<number> => {
      const answer = await fetch(`${admin}/api/v1/audit/search`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ubrn: ubrns[0], organisation: 'RCD', reason: 'subject access request 8' }),
      });
      return ((await answer.json()) as { items: unknown[] }).items.length;
    };
    for (const gateway of stack.gateways) expect(await foundOn(gateway)).toBeGreaterThan(0);
    await stack.sql.query(`
      BEGIN;
      SELECT set_config('gatehouse.people', '[{"issuer": "idp", "subject": "a"}, {"issuer": "idp", "subject": "b"}]', true);
      UPDATE organisation SET state = 'retired' WHERE ods_code = 'RCD';
      INSERT INTO trail_retention (keep_online, retention) VALUES (1, 1);
      INSERT INTO trail_retention (ods_code, destroy_key) VALUES ('RCD', 'It closed');
      COMMIT`);
    const owner = new pg.Client(stack.database.ownerUrl);
    await owner.connect();
    const atMs = Date.now() + 90 * DAY_MS;
    const destruction = {
      odsCode: 'RCD',
      by: 'operator',
      reason: 'records policy',
      atMs,
      backupsUntilMs: atMs,
    };
    const conditions = await destroyKey(owner, destruction);
    await owner.end();
    expect(conditions.filter(({ isMet }) => !isMet)).toEqual([]);
    for (const gateway of stack.gateways)
      await until('nobody is found', async () => (await foundOn(gateway)) === 0, WITHIN_MS);
  });
});
