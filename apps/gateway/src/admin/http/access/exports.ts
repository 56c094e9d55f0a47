import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { AdminProblem } from '../problem.js';
import { LongAnswers } from './long-answers.js';
import type { Acting } from './principal.js';

/** Each may hold a connection of the audit pool (process/parts.ts) until its reader is done; the rest is for others. */
const MOST_AT_ONCE = 2;
const MOST_OF_ONE_CALLER = 1;

/** Runs exports: a few at once, and each only while its caller may have it. */
@Injectable()
export class Exports {
  /** The caller of each export under way. */
  private readonly callers: string[] = [];

  constructor(@Inject(LongAnswers) private readonly longAnswers: LongAnswers) {}

  /**
   * Breaks the answer off once the token or session ends: an export that is cut short must not look whole.
   * @throws AdminProblem too-many, busy
   */
  async run(response: ServerResponse, acting: Acting, send: () => Promise<void>): Promise<void> {
    const release = this.takeSlot(acting.staffId ?? acting.tokenId ?? acting.actor);
    const allowed = this.longAnswers.whileAllowed(response.req, 'audit.export', acting.reach);
    allowed.signal.addEventListener('abort', () => response.destroy(), { once: true });
    try {
      await send();
    } finally {
      allowed.stop();
      release();
    }
  }

  private takeSlot(caller: string): () => void {
    if (this.callers.filter((other) => other === caller).length >= MOST_OF_ONE_CALLER) {
      throw new AdminProblem(
        'too-many',
        'You have an export under way. Wait until it has ended, or cancel it.',
      );
    }
    if (this.callers.length >= MOST_AT_ONCE) {
      throw new AdminProblem('busy', 'Others are exporting the audit trail. Try again in a minute.');
    }
    this.callers.push(caller);
    return () => {
      this.callers.splice(this.callers.indexOf(caller), 1);
    };
  }
}
