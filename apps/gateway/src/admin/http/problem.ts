/** What the admin API refuses with. Anything else thrown is answered as 500 with no text. */
import type { FaultAt } from '@gatehouse/contracts/problem';

const KINDS = {
  'invalid-request': { status: 400, title: 'The request is not valid.' },
  'not-signed-in': { status: 401, title: 'Sign in, or send a valid admin token.' },
  'missing-scope': { status: 403, title: 'Your token lacks the scope for this.' },
  'missing-role': { status: 403, title: 'Your role does not allow this.' },
  forbidden: { status: 403, title: 'You are not allowed to do this.' },
  'same-person': { status: 403, title: 'A second person must do this.' },
  forged: { status: 403, title: 'The request did not come from the console.' },
  'not-found': { status: 404, title: 'Not found.' },
  conflict: { status: 409, title: 'This conflicts with the current state.' },
  'changed-meanwhile': { status: 412, title: 'The record has changed since you read it.' },
  'too-large': { status: 413, title: 'The body is too large.' },
  'not-json': { status: 415, title: 'Send application/json.' },
  'registry-faults': { status: 422, title: 'The registry file has faults; nothing was changed.' },
  'too-many': { status: 429, title: 'You have too many requests of this kind under way.', retryAfterS: 30 },
  busy: { status: 503, title: 'Too many of these are under way.', retryAfterS: 60 },
  'if-match-needed': { status: 428, title: 'The header If-Match is missing, or holds no ETag.' },
  'signing-failed': { status: 503, title: 'AWS KMS did not sign.', retryAfterS: 60 },
  'kms-failed': { status: 503, title: 'AWS KMS did not create the key.' },
} as const;

/** An answer lists so many faults, and says how many there are. */
const MAX_FAULTS = 200;

export type ProblemKind = keyof typeof KINDS;

export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';
  readonly kind: ProblemKind;
  readonly detail: string | undefined;
  readonly errors: readonly FaultAt[];

  constructor(kind: ProblemKind, detail?: string, errors: readonly FaultAt[] = []) {
    super(detail ?? KINDS[kind].title);
    this.kind = kind;
    this.detail = detail;
    this.errors = errors.length > MAX_FAULTS ? firstOf(errors) : errors;
  }

  get status(): number {
    return KINDS[this.kind].status;
  }

  /** For the header `Retry-After`, seconds. */
  get retryAfterS(): number | undefined {
    const kind: { readonly status: number; readonly retryAfterS?: number } = KINDS[this.kind];
    return kind.retryAfterS;
  }

  /** As problem details (RFC 9457). */
  body() {
    return {
      type: `urn:gatehouse:problem:${this.kind}`,
      title: KINDS[this.kind].title,
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
  }
}

function firstOf(errors: readonly FaultAt[]): readonly FaultAt[] {
  const count = errors.length.toLocaleString('en-GB');
  const detail = `only the first ${MAX_FAULTS} of ${count} faults are listed: correct these, then try again`;
  return [...errors.slice(0, MAX_FAULTS), { pointer: '', detail }];
}

/** Every fault of the input, each at its place. */
export const invalid = (errors: readonly FaultAt[]): AdminProblem =>
  new AdminProblem('invalid-request', undefined, errors);
/** @param what names the thing, as in "client worklist-sync in int" */
export const notFound = (what: string): AdminProblem => new AdminProblem('not-found', `There is no ${what}.`);
export const conflict = (detail: string): AdminProblem => new AdminProblem('conflict', detail);
