/**
 * The standard proofs S1–S8 and S10, run after every scenario. They compare three independent records: what the
 * simulators received, what the audit trail says, and what the callers saw. Each returns its faults as text.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyExport } from '../../apps/cli/src/verify/verify-export.ts';
import { exportAudit } from '../../apps/gateway/src/adapters/audit/read/export.ts';
import { allowWrite } from './onboard.ts';
import type { GatewayAnswer } from './load.ts';
import type { Onboarded } from './onboard.ts';
import type { Stack } from './servers/stack.ts';

/** A request as a simulator recorded it. */
export interface Hit {
  readonly environment: string;
  readonly n: number;
  readonly at: string;
  readonly correlationId?: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly bodySha256: string;
  readonly bodyBytes: number;
  readonly status: number;
  readonly apiKey?: string;
  readonly asid?: string;
  readonly odsCode?: string;
  readonly accessMode?: string;
  readonly interaction?: string;
  readonly kid?: string;
  readonly kmsAction?: string;
  readonly jti?: string;
  /** At the token endpoint. */
  readonly grantType?: string;
  readonly stateChange?: true;
}

export interface Row {
  readonly kind: 'INTENT' | 'OUTCOME' | 'END' | 'DENIED' | 'SYSTEM';
  readonly attemptId: string;
  readonly writer: string;
  readonly seq: number;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Evidence {
  readonly hits: readonly Hit[];
  readonly tokenCalls: readonly Hit[];
  readonly intents: ReadonlyMap<string, Row>;
  readonly outcomes: ReadonlyMap<string, readonly Row[]>;
  readonly ends: ReadonlyMap<string, Row>;
  readonly denied: readonly Row[];
  readonly system: readonly Row[];
  readonly counters: {
    readonly duplicateJtis: number;
    readonly kmsSigns: number;
    readonly stateChanges: number;
  };
}

export interface ProofOptions {
  readonly answers?: readonly GatewayAnswer[];
  /** The application that made the request with this correlation id. */
  readonly callerOf?: (correlationId: string) => Onboarded | undefined;
  /** Signatures that were never sent, because the check after signing rejected them or the process died. Default 0. */
  readonly signsUnused?: number;
  /** Texts that must not appear in any log or table. */
  readonly canaries?: readonly string[];
  /** Applications whose ASID changed at APIM during calls, which may therefore have arrived under the new ASID. */
  readonly rebound?: readonly { readonly apiKey: string; readonly from: string; readonly to: string }[];
  readonly waitMs?: number;
}

export type Faults = Record<'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S10' | 'S11', string[]>;

/** The longest that a signature and its token call can be apart: the budgets of KMS and of the token call. */
const REFRESH_MS = 13_000;

/** What `prove` returns when every proof holds. */
export const PROVED: Faults = {
  ...{ S1: [], S2: [], S3: [], S4: [], S5: [], S6: [], S7: [], S8: [] },
  ...{ S10: [], S11: [] },
};

/** Waits for the trail to be complete, gathers the evidence and runs every proof. */
export async function prove(
  stack: Stack,
  options: ProofOptions = {},
): Promise<{ faults: Faults; evidence: Evidence }> {
  await untilSettled(stack, options.waitMs ?? 60_000);
  const evidence = await gatherAtRest(stack, options.signsUnused ?? 0);
  const faults: Faults = {
    S1: nothingUnaudited(evidence),
    S2: oneOutcomeEach(evidence),
    S3: releasedAsRecorded(evidence, options.answers ?? []),
    S4: onceEach(evidence),
    S5: asTheCaller(evidence, options),
    S6: await chainsHold(stack),
    S7: freshAssertions(evidence, options.signsUnused ?? 0),
    S8: await nothingLeaked(stack, options.canaries ?? []),
    S10: writesOnce(evidence),
    S11: failuresExplained(stack),
  };
  return { faults: shortened(faults), evidence };
}

/**
 * A token may be in the middle of a refresh: signed for, and not yet requested. That passes, and a lost signature stays.
 */
async function gatherAtRest(stack: Stack, signsUnused: number): Promise<Evidence> {
  const deadline = performance.now() + REFRESH_MS;
  let evidence = await gather(stack);
  while (freshAssertions(evidence, signsUnused).length > 0 && performance.now() < deadline) {
    await delay(250);
    evidence = await gather(stack);
  }
  return evidence;
}

export async function gather(stack: Stack): Promise<Evidence> {
  const hits: Hit[] = [];
  const tokenCalls: Hit[] = [];
  const counters = { duplicateJtis: 0, kmsSigns: 0, stateChanges: 0 };
  for (const [environment, simulator] of stack.simulators) {
    const named = (hit: Hit): Hit => ({ ...hit, environment });
    hits.push(...(await simulator.control<Hit[]>('GET', '/requests?target=ers')).map(named));
    tokenCalls.push(...(await simulator.control<Hit[]>('GET', '/requests?target=token')).map(named));
    const counted = await simulator.control<typeof counters>('GET', '/counters');
    counters.duplicateJtis += counted.duplicateJtis;
    counters.kmsSigns += counted.kmsSigns;
    counters.stateChanges += counted.stateChanges;
  }
  const intents = new Map<string, Row>();
  const outcomes = new Map<string, Row[]>();
  const ends = new Map<string, Row>();
  const denied: Row[] = [];
  const system: Row[] = [];
  for (const row of await rows(stack)) {
    if (row.kind === 'INTENT') intents.set(row.attemptId, row);
    else if (row.kind === 'END') ends.set(row.attemptId, row);
    else if (row.kind === 'DENIED') denied.push(row);
    else if (row.kind === 'SYSTEM') system.push(row);
    else outcomes.set(row.attemptId, [...(outcomes.get(row.attemptId) ?? []), row]);
  }
  return { hits, tokenCalls, intents, outcomes, ends, denied, system, counters };
}

async function rows(stack: Stack): Promise<readonly Row[]> {
  const result = await stack.sql.query<Row>(
    `SELECT kind, attempt_id AS "attemptId", writer, seq::int AS seq, record FROM audit.event ORDER BY writer, seq`,
  );
  return result.rows;
}

/** Waits until every INTENT has its OUTCOME. If the time runs out first, S2 reports it. */
async function untilSettled(stack: Stack, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (performance.now() < deadline) {
    const { rows: open } = await stack.sql.query(
      `SELECT 1 FROM audit.event i WHERE i.kind = 'INTENT' AND NOT EXISTS (SELECT FROM audit.event o
         WHERE o.attempt_id = i.attempt_id AND o.started_at = i.started_at AND o.kind = 'OUTCOME') LIMIT 1`,
    );
    if (open.length === 0) return;
    await delay(200);
  }
}

/** S1: every request that went upstream has an INTENT. */
function nothingUnaudited({ hits, intents }: Evidence): string[] {
  return hits
    .filter(({ correlationId }) => !intents.has(correlationId ?? ''))
    .map(({ correlationId, environment }) => `${environment}: ${String(correlationId)} has no INTENT`);
}

/** S2: each attempt has one OUTCOME. One that never arrived is NOT_SENT, unless nobody could know what became of it. */
function oneOutcomeEach({ hits, intents, outcomes }: Evidence): string[] {
  const arrived = new Set(hits.map(({ correlationId }) => correlationId));
  const faults: string[] = [];
  for (const id of outcomes.keys()) if (!intents.has(id)) faults.push(`${id}: OUTCOME without INTENT`);
  for (const id of intents.keys()) {
    const [first, ...more] = outcomes.get(id) ?? [];
    if (first === undefined || more.length > 0) {
      faults.push(`${id}: ${String(more.length + (first === undefined ? 0 : 1))} OUTCOME rows`);
      continue;
    }
    const outcome = String(first.record['outcome']);
    if (arrived.has(id) && outcome === 'NOT_SENT') faults.push(`${id}: NOT_SENT, and it arrived`);
    const unseen = outcome === 'UNKNOWN' || (outcome === 'FAILED' && first.record['upstreamStatus'] === null);
    if (!arrived.has(id) && outcome !== 'NOT_SENT' && !unseen)
      faults.push(`${id}: ${outcome}, and it never arrived`);
  }
  return faults;
}

/** S3: if a caller got a successful answer, the OUTCOME is COMPLETED with the hash of exactly these bytes. */
function releasedAsRecorded({ outcomes, ends }: Evidence, answers: readonly GatewayAnswer[]): string[] {
  const faults: string[] = [];
  for (const answer of answers) {
    if (answer.status === null || answer.status >= 300 || answer.attemptId === null) {
      if (answer.status !== null && answer.status < 300)
        faults.push(`${answer.correlationId}: 2xx without an attempt`);
      continue;
    }
    const record = outcomes.get(answer.attemptId)?.[0]?.record;
    if (record?.['outcome'] !== 'COMPLETED') {
      faults.push(
        `${answer.attemptId}: the caller has ${String(answer.status)}, the trail ${String(record?.['outcome'])}`,
      );
    } else if (answer.complete) {
      const end = ends.get(answer.attemptId)?.record;
      const hash = record['responseSha256'] ?? end?.['responseSha256'];
      if (hash !== answer.bodySha256)
        faults.push(`${answer.attemptId}: the caller has other bytes than the trail`);
      if (end !== undefined && end['delivery'] !== 'complete')
        faults.push(`${answer.attemptId}: whole, END says aborted`);
    }
  }
  return faults;
}

/** S4: an attempt arrives at most once. */
function onceEach({ hits }: Evidence): string[] {
  const arrivals = new Map<string, number>();
  for (const { correlationId = '' } of hits)
    arrivals.set(correlationId, (arrivals.get(correlationId) ?? 0) + 1);
  return [...arrivals]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `${id} arrived ${String(count)} times`);
}

/** S5: each hit has the application, key, ASID, organisation and mode of its INTENT, and of its caller. */
function asTheCaller(
  { hits, intents, outcomes }: Evidence,
  { callerOf, rebound = [] }: ProofOptions,
): string[] {
  const faults: string[] = [];
  for (const hit of hits) {
    const row = intents.get(hit.correlationId ?? '')?.record;
    if (row === undefined) continue;
    const compare = (name: string, upstream: string | undefined, expected: unknown): void => {
      if (upstream !== undefined && upstream !== expected) {
        faults.push(`${String(hit.correlationId)}: ${name} ${upstream}, not ${String(expected)}`);
      }
    };
    // APIM can't say whose token it was if it no longer knows it.
    if (hit.apiKey === undefined && hit.status !== 401)
      faults.push(`${String(hit.correlationId)}: no identity`);
    compare('environment', hit.environment, row['environment']);
    const isRebound = rebound.some(
      ({ apiKey, from, to }) => hit.apiKey === apiKey && row['asid'] === from && hit.asid === to,
    );
    if (!isRebound) compare('ASID', hit.asid, row['asid']);
    compare('organisation', hit.odsCode, row['odsCode']);
    compare('mode', hit.accessMode, row['accessMode']);
    compare('interaction', hit.interaction, row['interaction']);
    compare('key', hit.kid, row['kid']);
    compare('method', hit.method, row['method']);
    const outcome = outcomes.get(hit.correlationId ?? '')?.[0]?.record;
    const sentSha256 = row['requestSha256'] ?? outcome?.['requestSha256'];
    if (hit.bodyBytes > 0) compare('body', hit.bodySha256, sentSha256);
    const caller = callerOf?.(String(row['correlationId']));
    if (caller === undefined) {
      if (callerOf !== undefined) faults.push(`${String(hit.correlationId)}: no caller sent it`);
      continue;
    }
    compare('application', hit.apiKey, caller.apiKey);
    compare('organisation', hit.odsCode, caller.odsCode);
    compare('environment', hit.environment, caller.environment);
    compare('client', caller.client, row['clientName']);
    compare('ASID of the caller', caller.asid, row['asid']);
  }
  return faults;
}

/** S6: the offline verifier finds no fault in a whole export. */
export async function chainsHold(stack: Stack): Promise<string[]> {
  const report = await verifyExport(exportAudit(stack.sql, {}));
  return report.faults.map(({ what, writer, seq }) => `${String(writer)} ${String(seq)}: ${what}`);
}

/** S7: no jti is used twice, and each signature is used in one token call. */
function freshAssertions({ tokenCalls, counters }: Evidence, unused: number): string[] {
  const faults: string[] = [];
  const jtis = tokenCalls.flatMap(({ jti }) => (jti === undefined ? [] : [jti]));
  if (new Set(jtis).size !== jtis.length || counters.duplicateJtis !== 0) faults.push('a jti was used twice');
  // A refresh is proved by the API secret and not by a signature.
  const signed = tokenCalls.filter(({ grantType }) => grantType !== 'refresh_token').length;
  if (counters.kmsSigns - unused !== signed) {
    faults.push(
      `${String(counters.kmsSigns)} signatures (${String(unused)} unused), ${String(signed)} signed token calls`,
    );
  }
  return faults;
}

/** S8: no log or table holds a patient's identifier or a secret. */
export async function nothingLeaked(stack: Stack, canaries: readonly string[]): Promise<string[]> {
  if (canaries.length === 0) return [];
  const faults: string[] = [];
  const look = (where: string, text: string): void => {
    for (const canary of canaries) {
      if (text.includes(canary) || text.includes(Buffer.from(canary).toString('hex'))) {
        faults.push(`${where} holds ${canary.slice(0, 12)}…`);
      }
    }
  };
  stack.gateways.forEach((gateway, index) => look(`log of gateway ${String(index)}`, gateway.logs()));
  const tables = await stack.sql.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'audit')`,
  );
  for (const { name } of tables.rows) {
    const { rows: dump } = await stack.sql.query<{ line: string }>(
      `SELECT t::text AS line FROM ONLY ${name} t`,
    );
    look(name, dump.map(({ line }) => line).join('\n'));
  }
  return [...new Set(faults)];
}

/** S10: each write of a caller changes e-RS at most once. */
function writesOnce({ hits, intents }: Evidence): string[] {
  const changes = new Map<string, number>();
  for (const hit of hits) {
    if (hit.stateChange !== true) continue;
    const request = String(intents.get(hit.correlationId ?? '')?.record['requestId']);
    changes.set(request, (changes.get(request) ?? 0) + 1);
  }
  return [...changes]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => `${id} changed e-RS ${String(count)} times`);
}

/** S11: the log says why each failure of Gatehouse's own came about. */
function failuresExplained(stack: Stack): string[] {
  const lines = stack.gateways.flatMap((gateway) => gateway.logs().split('\n'));
  return lines
    .filter((line) => line.includes('"msg":"request"') && /"status":5\d\d,.*"code":"GW_/.test(line))
    .map((line) => JSON.parse(line) as { requestId: string; code: string; detail?: string; err?: object })
    .filter(({ detail, err }) => detail === undefined && err === undefined)
    .map(({ requestId, code }) => `${requestId}: ${code} without a reason`);
}

function shortened(faults: Faults): Faults {
  for (const list of Object.values(faults)) {
    const more = list.length - 10;
    if (more > 0) list.splice(10, more, `and ${String(more)} more`);
  }
  return faults;
}

/** A quota of requests a minute that no test can use up. */
export const UNHURRIED = 600_000;

/** Gives an application another ASID. It then counts as a new identity, with no token and no recorded failure. */
export async function rebind(stack: Stack, onboarded: Onboarded): Promise<Onboarded> {
  const asid = String(Number(onboarded.asid) + 1_000_000);
  await stack.admin('POST', '/registry/apply', {
    document: { apiVersion: 'gatehouse/v1', applications: [registryEntry({ ...onboarded, asid })] },
  });
  const simulator = stack.simulators.get(onboarded.environment);
  const apps = await simulator?.control<{ apiKey: string; attributes: object }[]>('GET', '/apps');
  const attributes = { ...apps?.find(({ apiKey }) => apiKey === onboarded.apiKey)?.attributes, asid };
  await simulator?.control('PUT', `/apps/${onboarded.apiKey}`, { attributes });
  await stack.settled();
  return { ...onboarded, asid };
}

/** The entry of an onboarded application in a registry file. */
export function registryEntry(onboarded: Onboarded, state: 'live' | 'suspended' = 'live'): object {
  const { environment, odsCode, accessMode, capability, asid, messageSet } = onboarded;
  return {
    ...{ organisation: odsCode, product: 'ReferWell', environment, accessMode },
    ...(capability === null ? {} : { capability }),
    ...{ asid, messageSets: [messageSet], state },
  };
}

/** The fields by which the admin API identifies an application. */
export function applicationChoice({ environment, odsCode, accessMode, capability }: Onboarded): object {
  return {
    ...{ environment, organisation: odsCode, product: 'ReferWell', accessMode },
    ...(capability === null ? {} : { capability }),
  };
}

/** Writes an environments file like the stack's but with other URLs. @returns its path, for GATEHOUSE_ENVIRONMENTS */
export async function environmentsFile(
  stack: Stack,
  change: { apiBaseUrl?: string; tokenUrl?: string },
): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'gatehouse-environments-')), 'environments.json');
  const environments = [...stack.simulators].map(([name, { tokenUrl, apiBaseUrl, objectStoreUrl }]) => ({
    ...{ name, kind: 'authenticated', tokenUrl, apiBaseUrl, redirectHosts: [new URL(objectStoreUrl).host] },
    requestsPerMinute: UNHURRIED,
    ...change,
  }));
  await writeFile(file, JSON.stringify({ environments }));
  return file;
}

/** Grants an application write exceptions for A013, A028 and A036 for 30 days. */
export async function grantWrites(
  stack: Stack,
  { environment, odsCode, capability }: Onboarded,
): Promise<void> {
  const expiresOn = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  for (const interaction of ['A013', 'A028', 'A036']) {
    await allowWrite(stack, {
      ...{ environment, organisation: odsCode, product: 'ReferWell', capability },
      ...{ interaction, useCaseReference: 'TEST-1', expiresOn },
    });
  }
  await stack.settled();
}
