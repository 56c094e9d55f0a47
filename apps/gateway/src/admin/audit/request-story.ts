/** The rows of one request, put together as one story. */
import type { RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import { applicationName } from '@gatehouse/domain/registry/application-name';
import { recordedDiagnosis } from '@gatehouse/domain/apim/diagnosis';
import { recordedTokenRefusal, TOKEN_REFUSALS } from '@gatehouse/domain/apim/token-refusal';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { type ErrorCode, ERRORS } from '@gatehouse/domain/errors';
import { type Stage, timelineOf } from '@gatehouse/domain/audit/timeline';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { StoryRow } from '../../adapters/audit/read/story.js';

type Attempt = RequestStory['attempts'][number];

/** @param rows at least one, in the order in which they were made */
export function storyOf(rows: readonly StoryRow[], snapshot: Snapshot): RequestStory {
  // An INTENT has more than the DENIED of the same request: it had a binding.
  const base =
    rows.find(({ kind }) => kind === 'INTENT') ?? rows.find(({ kind }) => kind === 'DENIED') ?? rows[0];
  const record = base?.record ?? {};
  const text = (name: string): string | null => textOf(record[name]);
  const operation = CATALOGUE.find(({ operationId }) => operationId === record['operationId']);
  return {
    requestId: text('requestId') ?? '',
    startedAt: iso(Math.min(...rows.map(({ startedAtMs }) => startedAtMs))),
    correlationId: text('correlationId') ?? '',
    traceId: text('traceId'),
    environment: text('environment'),
    organisation: text('odsCode'),
    organisationName: snapshot.organisations.get(text('odsCode') ?? '')?.name ?? null,
    product: text('product'),
    accessMode: text('accessMode'),
    capability: text('capability'),
    actor: text('actor'),
    client: text('clientName'),
    clientId: text('clientId'),
    keyId: text('keyId'),
    bindingId: text('bindingId'),
    applicationId: text('applicationId'),
    applicationName: nameOf(text('odsCode'), text('bindingId'), snapshot),
    apimApplicationId: text('apimApplicationId'),
    asid: text('asid'),
    interaction: text('interaction'),
    operationId: text('operationId'),
    operation: operation?.title ?? null,
    method: text('method'),
    path: operation?.path ?? null,
    registryVersion: numberOf(record['registryVersion']),
    steps: (record['steps'] ?? []) as RequestStory['steps'],
    asked: askedOf(record['asked']),
    businessFunction: text('businessFunction'),
    onBehalfOfUserId: text('onBehalfOfUserId'),
    userId: text('userId'),
    userSessionId: text('userSessionId'),
    aal: numberOf(record['aal']),
    ial: numberOf(record['ial']),
    authenticatedAt: instantOf(record['authTimeMs']),
    noUser: text('noUser'),
    subjectSource: text('subjectSource'),
    subjects: subjectsOf(rows),
    refusal: refusalOf(rows.map((row) => row.record)),
    diagnosis: diagnosisOf(rows.findLast(({ kind }) => kind === 'OUTCOME')?.record['diagnosis']),
    timeline: timelineOfRecords(rows.map((row) => row.record)),
    attempts: rows.filter(({ kind }) => kind === 'INTENT').map((intent) => attemptOf(intent, rows)),
    chain: { intact: rows.every(({ faults }) => faults.length === 0), rows: rows.length },
    rows: rows.map(({ kind, writer, seq, hash, faults, record }) => {
      return { kind, at: iso(numberOf(record['atMs']) ?? 0), writer, seq, hash, faults: [...faults], record };
    }),
  };
}

/** Older records don't say in which function a user acted, and know of no sessions. */
function askedOf(asked: unknown): RequestStory['asked'] {
  if (asked === undefined || asked === null) return null;
  return { businessFunction: null, onBehalfOfUserId: null, session: null, ...asked } as RequestStory['asked'];
}

function attemptOf(intent: StoryRow, rows: readonly StoryRow[]): Attempt {
  const rowOf = (kind: string) =>
    rows.find((row) => row.kind === kind && row.attemptId === intent.attemptId)?.record ?? null;
  const [outcome, end] = [rowOf('OUTCOME'), rowOf('END')];
  const ended = end ?? outcome;
  return {
    attemptId: intent.attemptId,
    attemptNumber: numberOf(intent.record['attemptNumber']) ?? 1,
    startedAt: iso(intent.startedAtMs),
    outcomeAt: outcome === null ? null : iso(numberOf(outcome['atMs']) ?? 0),
    endAt: end === null ? null : iso(numberOf(end['atMs']) ?? 0),
    kid: textOf(intent.record['kid']),
    tokenIdHash: textOf(intent.record['tokenIdHash']),
    outcome: textOf(outcome?.['outcome']),
    code: textOf(outcome?.['code']),
    diagnosis: textOf(outcome?.['diagnosis']),
    upstreamStatus: numberOf(outcome?.['upstreamStatus']),
    status: numberOf(outcome?.['status']),
    upstreamRequestId: textOf(outcome?.['upstreamRequestId']),
    requestBytes: numberOf(intent.record['requestBytes']),
    responseBytes: numberOf(ended?.['responseBytes']),
    delivery: textOf(end?.['delivery']),
    durationMs: numberOf(ended?.['durationMs']),
    upstreamDurationMs: numberOf(outcome?.['upstreamDurationMs']),
    sentHeaders: headersOf(outcome?.['sentHeaders']),
    receivedHeaders: headersOf(outcome?.['receivedHeaders']),
  };
}

/** Of the application as it is now; its parts but the organisation's name never change. */
function nameOf(odsCode: string | null, bindingId: string | null, snapshot: Snapshot): string | null {
  const organisation = snapshot.organisations.get(odsCode ?? '');
  const binding = organisation?.bindings.find(({ id }) => id === bindingId);
  if (organisation === undefined || binding === undefined) return null;
  return applicationName({ organisationName: organisation.name, ...binding.application });
}

function subjectsOf(rows: readonly StoryRow[]): RequestStory['subjects'] {
  const hashes = rows.flatMap(({ subjects }) => subjects);
  return (['nhs-number', 'ubrn'] as const)
    .map((kind) => {
      const hashesOfKind = hashes
        .filter((subject) => subject.kind === kind)
        .map(({ hash }) => hash.toString('hex'));
      return { kind, count: new Set(hashesOfKind).size };
    })
    .filter(({ count }) => count > 0);
}

type Records = readonly Readonly<Record<string, unknown>>[];

/** Where the time went. @param records of one request, in the order in which they were made */
export function timelineOfRecords(records: Records): Stage[] {
  return timelineOf(
    records.map((record) => ({
      ...{ kind: textOf(record['kind']) ?? '', attemptId: textOf(record['attemptId']) ?? '' },
      ...{ startedAtMs: numberOf(record['startedAtMs']) ?? 0, atMs: numberOf(record['atMs']) ?? 0 },
      attemptNumber: numberOf(record['attemptNumber']),
      upstreamDurationMs: numberOf(record['upstreamDurationMs']),
    })),
  );
}

function diagnosisOf(code: unknown): RequestStory['diagnosis'] {
  const diagnosis = recordedDiagnosis(textOf(code));
  if (diagnosis === null) return null;
  const { whatIsWrong, whoMustAct } = diagnosis;
  return { code: diagnosis.code, whatIsWrong, whoActs: whoMustAct };
}

/** The last code of Gatehouse, what it means, and who must act. Null: there is none, or an older version had it. */
export function refusalOf(records: Records): RequestStory['refusal'] {
  const record = records.findLast(({ code }) => typeof code === 'string');
  const code = textOf(record?.['code']);
  if (code === null || !Object.hasOwn(ERRORS, code)) return null;
  const { status, publicText, whatToDo, whoActs } = ERRORS[code as ErrorCode];
  if (code !== 'GW_TOKEN_REFUSED' || record?.['diagnosis'] === undefined)
    return { code, status, text: publicText, whatToDo, whoActs };
  const { whatIsWrong, ...act } = TOKEN_REFUSALS[recordedTokenRefusal(record['diagnosis'])];
  return { code, status, text: `${publicText} ${whatIsWrong}`, ...act };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const instantOf = (value: unknown): string | null => (typeof value === 'number' ? iso(value) : null);
const iso = (ms: number): string => new Date(ms).toISOString();

/** Rows older than these fields have none. */
function headersOf(value: unknown): Record<string, string> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : null;
}
