/** What the admin API refuses with. Anything else thrown is answered as 500 with no text. */
import type { FaultAt } from '@gatehouse/contracts/problem';

const KINDS = {
  'invalid-request': { status: 400, title: 'The request is not as it should be.' },
  'not-signed-in': { status: 401, title: 'A sign-in or a valid admin token is needed.' },
  'missing-scope': { status: 403, title: 'This token does not have the scope for that.' },
  'missing-role': { status: 403, title: 'Your role does not allow that.' },
  forbidden: { status: 403, title: 'You may not do that.' },
  'same-person': { status: 403, title: 'A second person is needed.' },
  forged: { status: 403, title: 'This request did not come from the console.' },
  'not-found': { status: 404, title: 'There is no such thing.' },
  conflict: { status: 409, title: 'That is not possible as things stand.' },
  'changed-meanwhile': { status: 412, title: 'It was changed since you read it.' },
  'too-large': { status: 413, title: 'The body is too large.' },
  'not-json': { status: 415, title: 'Send application/json.' },
  'registry-faults': { status: 422, title: 'The registry file has faults; nothing was changed.' },
  'if-match-needed': { status: 428, title: 'Say which state you have read.' },
  unavailable: { status: 503, title: 'This part of the deployment is not available.' },
} as const;

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
    this.errors = errors;
  }

  get status(): number {
    return KINDS[this.kind].status;
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

export const notFound = (what: string): AdminProblem => new AdminProblem('not-found', `There is no ${what}.`);
export const conflict = (detail: string): AdminProblem => new AdminProblem('conflict', detail);
