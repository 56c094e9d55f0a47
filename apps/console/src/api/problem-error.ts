/** A refusal of the admin API, as react-admin and our forms show it. */
import { problem } from '@gatehouse/contracts/problem';
import { HttpError } from 'react-admin';

/** A field's fault; `pointer` is a JSON pointer into the body. */
export interface FieldFault {
  readonly pointer: string;
  readonly detail: string;
}

export class ProblemError extends HttpError {
  readonly faults: readonly FieldFault[];

  constructor(status: number, message: string, faults: readonly FieldFault[]) {
    super(message, status);
    this.faults = faults;
  }
}

export function problemOf(status: number, body: unknown): ProblemError {
  const read = problem.safeParse(body);
  if (!read.success) {
    return new ProblemError(
      status,
      `The gateway answered ${status} without saying why. Try again; if it stays, look into its log.`,
      [],
    );
  }
  const { title, detail, errors = [] } = read.data;
  const faults = errors.map(({ pointer, detail: fault }) => `${pointer.slice(1)}: ${fault}`);
  const said = detail ?? title;
  return new ProblemError(status, faults.length === 0 ? said : `${said} ${faults.join('; ')}`, errors);
}
