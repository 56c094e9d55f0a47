/**
 * Says what API Management would answer to a client assertion, without a call: the first fault is its answer, the others
 * would be the next ones (docs/reference/protocol-facts.md §3.1, §3.5).
 */
import type { AssertionFaultCode } from './assertion-faults.js';

/** One key of a JWKS, unchecked. */
export type PublicKeyRecord = Readonly<Record<string, unknown>>;

export interface AssertionToLint {
  /** The compact JWS, as `client_assertion` carries it. */
  readonly compact: string;
  /** The token URL that is called. */
  readonly tokenUrl: string;
  /** The API key of the application; null: not compared. */
  readonly apiKey: string | null;
  /** The keys of the application's JWKS; null: neither kid nor signature is looked at. */
  readonly keys: readonly PublicKeyRecord[] | null;
  readonly nowMs: number;
  /** RSASSA-PKCS1-v1_5 with SHA-512; false also for a key that can't be read. */
  readonly verify: (key: PublicKeyRecord, signingInput: string, signature: string) => boolean;
}

export interface AssertionReport {
  /** In the order of API Management, at most one for each member of the assertion. Empty: nothing is wrong with it. */
  readonly faults: readonly AssertionFaultCode[];
  /** What is accepted and dangerous all the same. */
  readonly warnings: readonly string[];
  /** What only a call would show. */
  readonly notChecked: readonly string[];
}

/** Five minutes, and ten seconds for clocks that differ. */
const MOST_AHEAD_S = 310;

interface Assertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signingInput: string;
  readonly signature: string;
}
type Rule = readonly [
  member: string,
  code: AssertionFaultCode,
  isBroken: (assertion: Assertion, question: AssertionToLint) => boolean,
];

/**
 * In this order. Emptiness and conversion are those of JavaScript, in which API Management has these rules: an `exp` that
 * is a text with a time in the past has expired.
 */
const RULES: readonly Rule[] = [
  ['alg', 'ALG_MISSING', ({ header }) => !header['alg']],
  ['alg', 'ALG_UNSUPPORTED', ({ header }) => header['alg'] !== 'RS512'],
  ['exp', 'EXPIRED', ({ claims }, { nowMs }) => nowMs > Number(claims['exp'] ?? Number.NaN) * 1000],
  ['kid', 'KID_MISSING', ({ header }) => !header['kid']],
  ['typ', 'TYP', ({ header }) => typeof header['typ'] !== 'string' || header['typ'].toLowerCase() !== 'jwt'],
  ['exp', 'EXP_MISSING', ({ claims }) => !claims['exp']],
  ['exp', 'EXP_NOT_NUMBER', ({ claims }) => typeof claims['exp'] !== 'number'],
  ['iss', 'ISSUER', ({ claims }) => !claims['iss'] || claims['iss'] !== claims['sub']],
  ['jti', 'JTI_MISSING', ({ claims }) => !claims['jti']],
  ['jti', 'JTI_NOT_TEXT', ({ claims }) => typeof claims['jti'] !== 'string'],
  ['exp', 'EXP_TOO_FAR', ({ claims }, { nowMs }) => secondsAhead(claims['exp'], nowMs) > MOST_AHEAD_S],
  ['iss', 'API_KEY', ({ claims }, { apiKey }) => apiKey !== null && issuerOf(claims) !== apiKey],
  [
    'kid',
    'KEY_NOT_FOUND',
    ({ header }, { keys }) => keys !== null && keyOf(keys, header['kid']) === undefined,
  ],
  ['signature', 'SIGNATURE', isWronglySigned],
  ['aud', 'AUDIENCE', ({ claims }, { tokenUrl }) => !isAudience(claims['aud'], tokenUrl)],
];

export function lintAssertion(question: AssertionToLint): AssertionReport {
  const assertion = decode(question.compact);
  const about = { warnings: warningsOf(question.keys ?? []), notChecked: notCheckedOf(question) };
  if (assertion === null) return { faults: ['MALFORMED'], ...about };
  const firstOfMember = new Map<string, AssertionFaultCode>();
  for (const [member, code, isBroken] of RULES)
    if (!firstOfMember.has(member) && isBroken(assertion, question)) firstOfMember.set(member, code);
  return { faults: [...firstOfMember.values()], ...about };
}

function isWronglySigned({ header, signingInput, signature }: Assertion, question: AssertionToLint): boolean {
  const key = keyOf(question.keys ?? [], header['kid']);
  return key !== undefined && !question.verify(key, signingInput, signature);
}

function keyOf(keys: readonly PublicKeyRecord[], kid: unknown): PublicKeyRecord | undefined {
  return keys.find((key) => key['kid'] === kid && key['kty'] === 'RSA');
}

function secondsAhead(exp: unknown, nowMs: number): number {
  return typeof exp === 'number' ? exp - Math.floor(nowMs / 1000) : 0;
}

function issuerOf({ iss }: Readonly<Record<string, unknown>>): string {
  return typeof iss === 'string' ? iss : JSON.stringify(iss);
}

function isAudience(aud: unknown, tokenUrl: string): boolean {
  return Array.isArray(aud) ? aud.includes(tokenUrl) : aud === tokenUrl;
}

function decode(compact: string): Assertion | null {
  const [headerPart, claimsPart, signature, ...more] = compact.split('.');
  if (!headerPart || !claimsPart || signature === undefined || more.length > 0) return null;
  const header = decodePart(headerPart);
  const claims = decodePart(claimsPart);
  if (header === null || claims === null) return null;
  return { header, claims, signingInput: `${headerPart}.${claimsPart}`, signature };
}

function decodePart(part: string): Readonly<Record<string, unknown>> | null {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return null;
  try {
    // A last character of fewer than eight bits says nothing.
    const whole = part.length % 4 === 1 ? part.slice(0, -1) : part;
    const binary = atob(whole.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function warningsOf(keys: readonly PublicKeyRecord[]): string[] {
  const kids = keys.map(({ kid }) => (typeof kid === 'string' ? kid : 'without a kid'));
  const exposed = kids.filter((_kid, at) => PRIVATE_MEMBERS.some((member) => member in (keys[at] ?? {})));
  const repeated = new Set(kids.filter((kid, at) => kids.indexOf(kid) !== at));
  return [
    ...exposed.map(
      (kid) =>
        `The JWKS contains the private key ${kid}. Anybody who has read it can act as the application: withdraw the key and create another one.`,
    ),
    ...[...repeated].map((kid) => `The JWKS has two keys ${kid}. API Management may use either of them.`),
  ];
}

function notCheckedOf({ apiKey, keys }: AssertionToLint): string[] {
  return [
    'whether this jti was used before: API Management remembers each one for 30 days, after a refusal too',
    ...(apiKey === null ? ['whether iss is the API key of the application'] : []),
    'whether the application is approved and has the e-RS API product',
    ...(keys === null
      ? ['kid and signature, because no JWKS was given']
      : ['whether NHS England has this JWKS yet: it keeps its copy for an hour']),
  ];
}
