/** Compares what happened to an entry with what the corpus expects. */
import { createHash } from 'node:crypto';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { FRAMING_RULES } from '@gatehouse/domain/input/framing-rules';
import { ERRORS } from '@gatehouse/domain/errors';
import type { Entry, Expected } from './entries.ts';
import { type Conversation, headerOf } from './wire.ts';
import type { AuditRow, Traces, UpstreamHit, World } from './world.ts';

interface Outcome {
  readonly resourceType?: string;
  readonly meta?: { readonly profile?: readonly string[] };
  readonly issue?: readonly {
    readonly code?: string;
    readonly diagnostics?: string;
    readonly details?: { readonly coding?: readonly { readonly code?: string; readonly system?: string }[] };
  }[];
}

export function gatewayCodeOf(conversation: Conversation): { code: string | null; issue: string | null } {
  const answer = conversation.answers.at(-1);
  if (headerOf(answer, 'gatehouse-error-source') !== 'gateway') return { code: null, issue: null };
  try {
    const outcome = JSON.parse(answer?.body.toString('utf8') ?? '') as Outcome;
    const issue = outcome.issue?.[0];
    return { code: issue?.details?.coding?.[0]?.code ?? null, issue: issue?.code ?? null };
  } catch {
    return { code: null, issue: null };
  }
}

/** Every difference between the outcome and the expectation; empty if there is none. */
export function faultsOf(
  world: World,
  entry: Entry,
  expected: Expected,
  conversation: Conversation,
  traces: Traces,
): string[] {
  const faults: string[] = [];
  const claim = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  const { answers } = conversation;
  const answer = answers.at(-1);

  claim(conversation.fault === null, `answer is not strict HTTP: ${conversation.fault}`);
  if (expected.sequence !== undefined) {
    const statuses = answers.map(({ status }) => status).join();
    claim(statuses === expected.sequence.join(), `statuses ${statuses}, not ${expected.sequence.join()}`);
  } else {
    claim(
      expected.status.includes(answer?.status ?? 0),
      `status ${answer?.status ?? 0}, not ${expected.status.join()}`,
    );
    claim(answers.length <= 1, `${answers.length} answers to one request`);
  }
  faults.push(...gatewayAnswerFaults(entry, conversation));

  // The answer to HEAD has no body with a code, but the audit record has it.
  if (entry.method !== 'HEAD') {
    const { code, issue } = gatewayCodeOf(conversation);
    claim(code === expected.gw, `code ${code}, not ${expected.gw}`);
    if (expected.issue !== undefined)
      claim(issue === expected.issue, `issue ${issue}, not ${expected.issue}`);
  }
  if (expected.upstream !== 'n') {
    claim(traces.resource.length === expected.upstream, `${traces.resource.length} calls of e-RS`);
    claim(traces.token.length <= expected.upstream, `${traces.token.length} calls of the token endpoint`);
  }
  faults.push(...auditFaults(expected, traces), ...upstreamFaults(world, entry, expected, traces.resource));

  if (expected.close === true) claim(conversation.closed, 'the connection stays open');
  if (expected.socket_requests !== undefined) {
    claim(answers.length === expected.socket_requests, `${answers.length} answers on the socket`);
  }
  if (expected.must_not_reflect === true) {
    for (const part of tellingParts(entry)) {
      claim(!conversation.text.includes(part), `reflects ${JSON.stringify(part)}`);
    }
  }
  if (expected.www_authenticate === true)
    claim(headerOf(answer, 'www-authenticate') !== null, 'no WWW-Authenticate');
  if (expected.body === 'empty') claim(answer?.body.length === 0, 'the body is not empty');
  for (const name of expected.response_absent ?? [])
    claim(headerOf(answer, name) === null, `answer has ${name}`);
  for (const [name, value] of Object.entries(expected.response_header_equal ?? {})) {
    claim(headerOf(answer, name) === value, `answer has ${name}: ${headerOf(answer, name)}`);
  }
  if (expected.response_absent_text !== undefined)
    claim(!holdsToken(conversation, traces), 'our token is in the answer');

  for (const text of expected.log_absent ?? []) claim(!traces.log.includes(text), `the log has ${text}`);
  const own = `"correlationId":"${headerOf(answer, 'x-correlation-id') ?? ''}"`;
  const lines = traces.log.split('\n').filter((line) => line.includes(own));
  if (expected.log_lines_per_request !== undefined) {
    claim(lines.length === expected.log_lines_per_request, `${lines.length} lines in the log`);
  }
  if (expected.log_json_valid === true) claim(lines.every(isJson), 'a line of the log is no JSON');
  const audit = JSON.stringify(traces.rows);
  for (const text of expected.audit_absent_plain ?? []) claim(!audit.includes(text), `audit has ${text}`);
  return faults;
}

/** A refusal by Gatehouse says what its table says, and nothing from the request. */
export function gatewayAnswerFaults(entry: Entry, { answers }: Conversation): string[] {
  const faults: string[] = [];
  for (const answer of answers) {
    if (headerOf(answer, 'x-correlation-id') === null) faults.push('no X-Correlation-ID');
    if (headerOf(answer, 'cache-control') !== 'no-store') faults.push('may be cached');
    if (headerOf(answer, 'x-content-type-options') !== 'nosniff') faults.push('may be read as another type');
    if (answer.headers.some(([name]) => /^(?:server|x-powered-by|set-cookie|access-control-)/.test(name))) {
      faults.push('a header that Gatehouse never sends');
    }
    const source = headerOf(answer, 'gatehouse-error-source');
    if (answer.status >= 400 && source === null) faults.push('an error without Gatehouse-Error-Source');
    if (source !== 'gateway') continue;
    if ([429, 503].includes(answer.status) && headerOf(answer, 'retry-after') === null)
      faults.push('no Retry-After');
    if (entry.method === 'HEAD') continue;
    const outcome = parse<Outcome>(answer.body.toString('utf8'));
    const issue = outcome?.issue?.[0];
    const entryOfTable = ERRORS[(issue?.details?.coding?.[0]?.code ?? '') as keyof typeof ERRORS];
    if (outcome?.resourceType !== 'OperationOutcome' || entryOfTable === undefined) {
      faults.push('no OperationOutcome of ours');
      continue;
    }
    const texts = [
      entryOfTable,
      ...(entryOfTable === ERRORS.GW_FRAMING ? Object.values(FRAMING_RULES) : []),
    ].flatMap((rule) => ['publicText' in rule ? rule.publicText : rule.text, rule.whatToDo]);
    const unexpected = [...texts, `Who must act: ${entryOfTable.whoActs}.`]
      .reduce((rest, text) => rest.replace(text, ''), issue?.diagnostics ?? '')
      .trim();
    if (!/^(?:\[[ -~]*\] ?)*$/.test(unexpected))
      faults.push(`says more than its table: ${unexpected.slice(0, 80)}`);
  }
  return faults;
}

function auditFaults(expected: Expected, { rows, parseErrors }: Traces): string[] {
  const kinds = rows.filter(({ kind }) => kind !== 'SYSTEM').map(({ kind }) => kind);
  const denied = rows.filter(({ kind }) => kind === 'DENIED');
  const recorded = `audit ${kinds.join('+') || 'nothing'} and ${parseErrors} parse events`;
  const oneDenied =
    kinds.join() === 'DENIED' &&
    isRow(
      denied[0],
      (record) => record['code'] === expected.gw && expected.status.includes(Number(record['status'])),
    );
  // A body that breaks off belongs to a known client, so there may be a DENIED record besides the event.
  const parsed = parseErrors > 0 && (kinds.length === 0 || oneDenied);
  const pairs = pairsOf(rows);
  switch (expected.audit) {
    case 'DENIED':
      return oneDenied ? [] : [`${recorded}, not one refused row of ${expected.gw}`];
    case 'PARSE_EVENT':
      return parsed ? [] : [`${recorded}, not a parse event`];
    case 'DENIED_OR_PARSE_EVENT':
      return oneDenied || parsed ? [] : [`${recorded}, neither a refused row nor a parse event`];
    case 'INTENT+OUTCOME':
      return denied.length === 0 && pairs.whole > 0 && pairs.open === 0 && parseErrors === 0
        ? []
        : [`${recorded}, not INTENT and OUTCOME`];
    default:
      return [];
  }
}

function isRow(row: AuditRow | undefined, holds: (record: AuditRow['record']) => boolean): boolean {
  return row !== undefined && holds(row.record);
}

export function pairsOf(rows: readonly AuditRow[]): { whole: number; open: number } {
  const idsOf = (kind: string): Set<unknown> =>
    new Set(rows.filter((row) => row.kind === kind).map(({ record }) => record['attemptId']));
  const [intents, outcomes] = [idsOf('INTENT'), idsOf('OUTCOME')];
  const whole = [...intents].filter((id) => outcomes.has(id)).length;
  return { whole, open: intents.size + outcomes.size - 2 * whole };
}

const UPSTREAM_HEADERS = new Set([
  'host',
  'connection',
  'user-agent',
  'accept-encoding',
  'x-correlation-id',
  'authorization',
  'accept',
  'if-match',
  'content-type',
  'content-length',
]);

/** With which a user’s call says who acts. */
const USER_HEADERS = new Set([
  'nhsd-end-user-organisation-ods',
  'nhsd-ers-business-function',
  'nhsd-ers-file-name',
]);

/** An entry that consists of bytes has its path in the request line. */
function pathOf({ raw_path, raw_latin1 }: Entry): string {
  return raw_path === '(raw)' ? (raw_latin1?.split(' ', 2)[1] ?? '') : raw_path;
}

function upstreamFaults(
  world: World,
  entry: Entry,
  expected: Expected,
  hits: readonly UpstreamHit[],
): string[] {
  const faults: string[] = [];
  for (const hit of hits) {
    faults.push(...renderingFaults(hit));
    if (entry.methods === undefined && hit.path !== `/referrals${entry.goes_up_as ?? pathOf(entry)}`)
      faults.push('another path went up');
    for (const name of expected.upstream_headers_present ?? []) {
      if (!hit.headers.some(([key]) => key.toLowerCase() === name)) faults.push(`${name} did not go up`);
    }
    for (const name of expected.forwarded_absent ?? []) {
      const sent = entry.headers
        .filter(([key]) => key.toLowerCase() === name.toLowerCase())
        .map(([, value]) => value);
      const gone = hit.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase());
      if (gone.some(([, value]) => sent.length === 0 || sent.includes(value))) faults.push(`${name} went up`);
    }
    const { aProvider } = world.applications;
    if (expected.tenant === 'A' && (hit.odsCode !== 'R69' || hit.apiKey !== aProvider.apiKey)) {
      faults.push(`went up for ${hit.odsCode}`);
    }
    if (expected.mode === 'app' && hit.accessMode !== 'application-restricted')
      faults.push(`went up as ${hit.accessMode}`);
    if (expected.upstream_framing === 'content-length') {
      const names = hit.headers.map(([key]) => key.toLowerCase());
      if (!names.includes('content-length') || names.includes('transfer-encoding'))
        faults.push('framing went up');
    }
  }
  return faults;
}

const RENDERINGS = CATALOGUE.map(({ method, path }) => ({
  method,
  pattern: new RegExp(
    `^/referrals${path
      .split(/\{(?:\w+)\}/)
      .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[A-Za-z0-9-]{1,40}')}(?:\\?[A-Za-z0-9_%.:/,=&-]{1,2100})?$`,
  ),
}));

/** A call to e-RS must be exactly one rendering of one catalogue row, with only our headers. */
export function renderingFaults(hit: UpstreamHit): string[] {
  const rows = RENDERINGS.filter(({ method, pattern }) => method === hit.method && pattern.test(hit.path));
  const strange = hit.headers
    .map(([name]) => name.toLowerCase())
    .filter((name) => !UPSTREAM_HEADERS.has(name))
    .filter((name) => hit.accessMode !== 'user-restricted' || !USER_HEADERS.has(name));
  return [
    ...(rows.length === 1 ? [] : [`${hit.method} ${hit.path} renders ${rows.length} rows of the catalogue`]),
    ...strange.map((name) => `header ${name} went up`),
  ];
}

/** Words that our own answers also contain: the profile of an OperationOutcome is a URL. */
const COMMON = new Set(['https:', ...CATALOGUE.flatMap(({ path }) => path.split('/'))]);

/** The parts of a request target that could be recognised in an answer: all of it, and its unusual parts. */
export function tellingParts(entry: Pick<Entry, 'raw_path'>): string[] {
  const parts = [entry.raw_path, ...entry.raw_path.split(/[/?&=]/)];
  const decoded = parts.flatMap((part) => {
    try {
      return [part, decodeURIComponent(part)];
    } catch {
      return [part];
    }
  });
  return [...new Set(decoded)].filter((part) => part.length >= 6 && !COMMON.has(part));
}

/** The simulator knows the hash of the Authorization that it received; no word of the answer may have that hash. */
function holdsToken({ text }: Conversation, { resource }: Traces): boolean {
  const hashes = new Set(
    resource.flatMap(({ headers }) =>
      headers.filter(([name]) => name === 'authorization').map(([, hash]) => hash),
    ),
  );
  return text
    .split(/[\s"']+/)
    .some((word) => hashes.has(createHash('sha256').update(`Bearer ${word}`).digest('hex')));
}

function isJson(line: string): boolean {
  return parse(line) !== null;
}

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
