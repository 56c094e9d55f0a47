import { explainDatabaseError } from '@gatehouse/db/database-error';
import { HttpException, Inject, Injectable } from '@nestjs/common';
import { LOG, type Log } from '../injected.js';
import { AdminProblem } from './problem.js';

export const UNDECODABLE =
  'The address has a % that encodes no character. Encode each part of it as UTF-8, and % itself as %25.';

/** The router could not decode a part of the path. */
const UNDECODED = /^(?:Failed to decode|URI malformed)/;

/** Refusals of Nest and of the router beneath it. */
function ofNest(thrown: HttpException): AdminProblem {
  switch (thrown.getStatus()) {
    case 404:
      return new AdminProblem('not-found', 'There is no such route.');
    case 413:
      return new AdminProblem('too-large');
    case 415:
      return new AdminProblem('not-json');
    default:
      return new AdminProblem('invalid-request', UNDECODED.test(thrown.message) ? UNDECODABLE : undefined);
  }
}

/** Tells what may be said about something thrown. */
@Injectable()
export class Problems {
  constructor(@Inject(LOG) private readonly log: Log) {}

  /** @returns null for what was not foreseen: that is logged, and answered without text */
  of(thrown: unknown): AdminProblem | null {
    if (thrown instanceof AdminProblem) return thrown;
    // The router could not decode the path.
    if (thrown instanceof URIError) return new AdminProblem('invalid-request', UNDECODABLE);
    if (thrown instanceof HttpException && thrown.getStatus() < 500) return ofNest(thrown);
    const explained = explainDatabaseError(thrown);
    if (explained !== null) return new AdminProblem('conflict', explained.message);
    this.log.error({ err: thrown }, 'unforeseen error in the admin API');
    return null;
  }
}
