import { explainDatabaseError } from '@gatehouse/db/database-error';
import { HttpException, Inject, Injectable } from '@nestjs/common';
import { LOG, type Log } from '../injected.js';
import { AdminProblem } from './problem.js';

/** Tells what may be said about something thrown. */
@Injectable()
export class Problems {
  constructor(@Inject(LOG) private readonly log: Log) {}

  /** @returns null for what was not foreseen: that is logged, and answered without text */
  of(thrown: unknown): AdminProblem | null {
    if (thrown instanceof AdminProblem) return thrown;
    if (thrown instanceof HttpException && thrown.getStatus() === 404) {
      return new AdminProblem('not-found', 'There is no such route.');
    }
    const explained = explainDatabaseError(thrown);
    if (explained !== null) return new AdminProblem('conflict', explained.message);
    this.log.error({ err: thrown }, 'unforeseen error in the admin API');
    return null;
  }
}
