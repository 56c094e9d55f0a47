/** A rejected or failed request to the admin API, as pages and forms show it. */
import { problem } from '@gatehouse/contracts/problem';

/** What is wrong with one field; `pointer` is a JSON pointer into the body. */
export interface FieldFault {
  readonly pointer: string;
  readonly detail: string;
}

/** The status of a request that was never answered. */
export const NO_ANSWER = 0;
const UNAUTHENTICATED = 401;
const FORBIDDEN = 403;
const PRECONDITION_FAILED = 412;
const MISSING_ROLE = 'urn:gatehouse:problem:missing-role';

/** Does not extend react-admin's HttpError, whose constructor resets the prototype. */
export class ProblemError extends Error {
  readonly status: number;
  readonly faults: readonly FieldFault[];
  /** The problem type of the gateway; null where it gave none. */
  readonly type: string | null;

  constructor(
    status: number,
    message: string,
    faults: readonly FieldFault[] = [],
    type: string | null = null,
  ) {
    super(message);
    this.status = status;
    this.faults = faults;
    this.type = type;
  }

  get isSignedOut(): boolean {
    return this.status === UNAUTHENTICATED;
  }
  /** Somebody else has changed the record since it was read. */
  get isStale(): boolean {
    return this.status === PRECONDITION_FAILED;
  }
}

export const isSignedOut = (error: unknown): boolean => error instanceof ProblemError && error.isSignedOut;

/** What was sent to prove who asks does not do, now or for this. */
export const isRefused = (error: unknown): boolean =>
  error instanceof ProblemError && (error.isSignedOut || error.status === FORBIDDEN);

/** Of a request that every role may make. */
export const isWithoutRole = (error: unknown): boolean =>
  error instanceof ProblemError && error.type === MISSING_ROLE;

/** What to tell a person about anything that was thrown, with the faults that no field of a form shows. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error) || error.message === '') return 'Something went wrong. Try again.';
  return error instanceof ProblemError && error.faults.length > 0
    ? `${error.message} ${faultsInWords(error)}`
    : error.message;
}

/** “An ASID has exactly 12 digits.” */
export const faultsInWords = ({ faults }: Pick<ProblemError, 'faults'>): string =>
  faults.map(({ detail }) => `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`).join(' ');

/** @param body what the gateway answered, perhaps no problem document at all */
export function problemOf(status: number, body: unknown): ProblemError {
  if (status === UNAUTHENTICATED) return new ProblemError(status, 'Your session has ended. Sign in again.');
  const parsed = problem.safeParse(body);
  if (!parsed.success) {
    return new ProblemError(
      status,
      `The gateway answered with status ${status} and gave no reason. Try again. If it happens again, ask the operator to check the gateway’s log.`,
    );
  }
  const { type, title, detail, errors = [] } = parsed.data;
  return new ProblemError(status, detail ?? title, errors, type);
}
