/**
 * Writes to one referral go to e-RS in the order in which they came: e-RS locks a record while it changes it and answers
 * a second change with 423 (docs/reference/protocol-facts.md §1.7). The order holds within a process.
 */
import type { ServerResponse } from 'node:http';
import { GatewayError } from '@gatehouse/domain/errors';
import type { Admitted } from '../admit.js';
import type { Route } from '../decide.js';

/** The answer to the caller that waits. It is closed once the caller has gone. */
type Caller = Pick<ServerResponse, 'closed'>;

export interface WriteTurns {
  /**
   * Runs once the writes before it are done.
   * @param key of what is written; null: nothing that others write
   * @throws GW_OVERLOAD if its turn does not come in time; GW_TIMEOUT if its caller has gone by then
   */
  inTurn<T>(key: string | null, caller: Caller, run: () => Promise<T>): Promise<T>;
}

export function createWriteTurns(longestWaitMs: number): WriteTurns {
  /** When the last write of each key is done. */
  const last = new Map<string, Promise<void>>();

  return {
    async inTurn(key, caller, run) {
      if (key === null) return run();
      const before = last.get(key);
      let finish = (): void => undefined;
      const own = new Promise<void>((resolve) => {
        finish = resolve;
      });
      // One that gives up must not let those behind it pass the writes before it.
      const done = before === undefined ? own : Promise.all([before, own]).then(() => undefined);
      last.set(key, done);
      void done.then(() => {
        if (last.get(key) === done) last.delete(key);
      });
      try {
        if (before !== undefined) await inTime(before, longestWaitMs);
        // It may have sent its write again by now.
        if (caller.closed)
          throw new GatewayError('GW_TIMEOUT', { detail: 'the caller went away while it waited' });
        return await run();
      } finally {
        finish();
      }
    },
  };
}

async function inTime(turn: Promise<void>, longestWaitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new GatewayError('GW_OVERLOAD', { detail: 'earlier writes to the same referral are not done' }));
    }, longestWaitMs);
  });
  try {
    await Promise.race([turn, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The referral that a request writes, for its binding: nobody can hold up the writes of another organisation. Null for
 * reads and for writes that name no referral.
 */
export function writeKey({ plan }: Route, { matched, subjects }: Admitted): string | null {
  if (matched.operation.readOnly) return null;
  const ubrn = subjects.find(({ kind }) => kind === 'ubrn');
  return ubrn === undefined ? null : JSON.stringify([plan.binding.id, ubrn.value]);
}
