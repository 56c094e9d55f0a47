/**
 * What a probe asks NHS England about one application, and what its answers mean
 * (docs/reference/protocol-facts.md §1.7, docs/reference/protocol-facts.md §3.5). No read names a patient.
 */
import type { Application } from '../registry/registry.js';
import { DIAGNOSES } from './diagnosis.js';
import { ERRORS, type ErrorCode } from '../errors.js';
import { TOKEN_REFUSALS } from './token-refusal.js';

/** What a probe may read: reference data, for both capabilities, and services, for referrers alone. */
export const PROBE_READS = {
  A004: { path: '/FHIR/STU3/CodeSystem/SPECIALTY', query: null },
  // Of any service: an answer of 404 shows as well as 200 that referrers are admitted.
  A035: { path: '/FHIR/R4/HealthcareService', query: '_id=1' },
} as const;
export type ProbeRead = keyof typeof PROBE_READS;

/** Why a probe asked for less than it could. */
export const PROBE_LIMITS = {
  draft: 'The application is a draft, so only a token was requested.',
  'no-read':
    'The message sets contain no read without a patient (A004, or A035 for a referrer), so only a token was requested.',
  'business-function':
    'Whether NHS England has set the business function of a referrer was not checked, because the message sets do not contain A035.',
  'not-asked': 'NHS England was not asked, because Gatehouse itself rejected the request.',
  open: 'The environment is open, so no token was requested.',
  user: 'Nothing was read, because e-RS answers only for a signed-in user. API secret and callback are as they were entered here, and not checked.',
  'cis2-secret': 'The secret of the CIS2 client is as it was entered here, and not checked.',
  'cis2-key': 'The CIS2 client has no active key, so NHS CIS2 was not asked.',
} as const;
export type ProbeLimit = keyof typeof PROBE_LIMITS;

export interface ProbePlan {
  readonly reads: readonly ProbeRead[];
  readonly limits: readonly ProbeLimit[];
}

export function probePlan({
  state,
  accessMode,
  capability,
  interactions,
}: Pick<Application, 'state' | 'accessMode' | 'capability' | 'interactions'>): ProbePlan {
  if (accessMode === 'user-restricted') return { reads: [], limits: ['user'] };
  if (state === 'draft') return { reads: [], limits: ['draft'] };
  const isReferrer = capability === 'referrer';
  const reads = (['A004', 'A035'] as const).filter(
    (read) => interactions.has(read) && (read === 'A004' || isReferrer),
  );
  const limits: ProbeLimit[] = reads.length === 0 ? ['no-read'] : [];
  if (isReferrer && !reads.includes('A035')) limits.push('business-function');
  return { reads, limits };
}

/** One way in which something is wrong. */
export interface ProbeFinding {
  readonly whatIsWrong: string;
  readonly whatToDo: string;
  readonly whoActs: string;
}

const SUPPORT = 'Send the values below to NHS England support.';
const PARTNERS = 'the e-RS partners team of NHS England, asked by your platform team';

/** What no single answer is known to mean. */
export const PROBE_FINDINGS = {
  ACTS_AS_PROVIDER: {
    whatIsWrong:
      'The APIM application of a referrer acts as a provider: e-RS refused A035, which only referrers have. This is inferred from its 403. NHS England takes an application for a provider if its app-restricted-business-function was never set.',
    whatToDo:
      'Suspend the application until this is settled. Send the values below to the e-RS partners team and ask them to set app-restricted-business-function to REFERRER_AUTHORISED_APPLICATION.',
    whoActs: PARTNERS,
  },
  FORBIDDEN: {
    whatIsWrong: 'e-RS refused a read that the message sets contain, and gave no reason that is known.',
    whatToDo:
      'Send the values below to the e-RS partners team. Ask them to compare ASID, organisation, user id and business function of the APIM application with these.',
    whoActs: PARTNERS,
  },
  RATE_LIMITED: {
    whatIsWrong: 'NHS England answered that the application makes too many requests.',
    whatToDo: 'Wait for the next probe. If it lasts, look for another program that uses the same API key.',
    whoActs: 'platform team',
  },
  ERS_UNAVAILABLE: {
    whatIsWrong: 'e-RS was unavailable.',
    whatToDo: `Wait for the next probe. If it lasts: ${SUPPORT}`,
    whoActs: 'NHS England',
  },
  ERS_FAILED: {
    whatIsWrong: 'e-RS failed while it answered.',
    whatToDo: `Wait for the next probe. If it lasts: ${SUPPORT}`,
    whoActs: 'NHS England',
  },
  CIS2_KEY: {
    whatIsWrong: 'NHS CIS2 does not accept the key of the CIS2 client of this product.',
    whatToDo:
      'Compare the client id and the JWKS URL that are registered with NHS CIS2 with those that the page of the CIS2 client shows.',
    whoActs: 'the CIS2 team of NHS England, asked by your platform team',
  },
  CIS2_UNAVAILABLE: {
    whatIsWrong: 'NHS CIS2 gave no answer, or one that is not known.',
    whatToDo: 'Wait for the next probe. If it lasts, look at the service status of NHS CIS2.',
    whoActs: 'NHS England',
  },
  UNEXPECTED: {
    whatIsWrong: 'e-RS gave an answer that is not in its documentation.',
    whatToDo: SUPPORT,
    whoActs: 'NHS England',
  },
} as const satisfies Record<string, ProbeFinding>;

/**
 * The code of what is wrong; null: nothing.
 * @param diagnosis what `diagnose` made of the answer
 */
export function readFinding(read: ProbeRead, status: number, diagnosis: string | null): string | null {
  if (diagnosis !== null) return diagnosis;
  if (status === 403) return read === 'A035' ? 'ACTS_AS_PROVIDER' : 'FORBIDDEN';
  if (status === 429) return 'RATE_LIMITED';
  if (status === 503) return 'ERS_UNAVAILABLE';
  if (status >= 500) return 'ERS_FAILED';
  return status === 200 || (read === 'A035' && status === 404) ? null : 'UNEXPECTED';
}

/** The words for a code of `readFinding`, a diagnosis, a refusal of a token or a refusal of Gatehouse itself. */
export function findingOf(code: string): ProbeFinding {
  if (has(PROBE_FINDINGS, code)) return PROBE_FINDINGS[code];
  if (has(TOKEN_REFUSALS, code)) return TOKEN_REFUSALS[code];
  if (has(DIAGNOSES, code)) {
    const { whatIsWrong, whoMustAct } = DIAGNOSES[code];
    return { whatIsWrong, whatToDo: WHAT_TO_SEND, whoActs: whoMustAct };
  }
  if (has(ERRORS, code)) {
    const { publicText, whatToDo, whoActs } = ERRORS[code];
    return { whatIsWrong: publicText, whatToDo, whoActs };
  }
  return PROBE_FINDINGS.UNEXPECTED;
}

const WHAT_TO_SEND =
  'Send the values below to those who must act, and ask them to compare each with the APIM application.';

function has<T extends object>(table: T, code: string): code is string & keyof T {
  return Object.hasOwn(table, code);
}

/** What may be over by the next probe, so that one application alone is no news. */
export const PASSING: ReadonlySet<string> = new Set<keyof typeof PROBE_FINDINGS | 'UNAVAILABLE' | ErrorCode>([
  ...(['RATE_LIMITED', 'ERS_UNAVAILABLE', 'ERS_FAILED', 'UNAVAILABLE', 'CIS2_UNAVAILABLE'] as const),
  ...([
    'GW_UPSTREAM_UNREACHABLE',
    'GW_UPSTREAM_TLS',
    'GW_UPSTREAM_TIMEOUT',
    'GW_UPSTREAM_INCOMPLETE',
  ] as const),
  ...(['GW_UPSTREAM_PROTOCOL', 'GW_TOKEN_UNAVAILABLE', 'GW_SIGNING_UNAVAILABLE', 'GW_RATE_LIMIT'] as const),
  ...(['GW_OVERLOAD', 'GW_AUDIT_UNAVAILABLE', 'GW_REGISTRY_STALE', 'GW_INTERNAL'] as const),
]);

/** Failures of Gatehouse to get an answer. Every other `GW_` code is a refusal of its own, before NHS England was asked. */
const NO_ANSWER: ReadonlySet<string> = new Set<ErrorCode>([
  ...([
    'GW_UPSTREAM_UNREACHABLE',
    'GW_UPSTREAM_TLS',
    'GW_UPSTREAM_TIMEOUT',
    'GW_UPSTREAM_INCOMPLETE',
  ] as const),
  ...(['GW_UPSTREAM_PROTOCOL', 'GW_TOKEN_UNAVAILABLE'] as const),
]);

/** Who a result comes from: NHS England answered, it gave no answer, or Gatehouse itself refused to ask. */
export function sourceOf(code: string): 'answer' | 'no answer' | 'gatehouse' {
  if (NO_ANSWER.has(code)) return 'no answer';
  return has(ERRORS, code) ? 'gatehouse' : 'answer';
}

/**
 * Whether a result is worse than the one before it.
 * @param before undefined: there is none. A draft is not expected to work yet.
 */
export function isWorse(before: string | null | undefined, now: string | null, state: string): boolean {
  const rank = (code: string | null): number => (code === null ? 0 : PASSING.has(code) ? 1 : 2);
  if (before === undefined) return state === 'live' && rank(now) === 2;
  return rank(now) === 2 && (rank(before) < 2 || before !== now);
}
