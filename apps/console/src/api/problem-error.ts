/** A refusal of the admin API, as react-admin and our forms show it. */
import { problem } from '@gatehouse/contracts/problem';

/** A field's fault; `pointer` is a JSON pointer into the body. */
export interface FieldFault {
  readonly pointer: string;
  readonly detail: string;
}

/** No HttpError of react-admin, whose constructor takes the class of what extends it away. */
export class ProblemError extends Error {
  readonly status: number;
  readonly faults: readonly FieldFault[];

  constructor(status: number, message: string, faults: readonly FieldFault[]) {
    super(message);
    this.status = status;
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
