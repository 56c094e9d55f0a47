/**
 * Notices a client that tries UBRNs of referrals which are not its own (threat T8). e-RS refuses them, with 403 or 404; one
 * is a mistake, and many different ones within ten minutes are not. Each process judges what it has seen itself.
 */
import type { Exchange } from '../data-plane/exchange.js';

type Answered = Pick<Exchange, 'client' | 'matched' | 'upstreamStatus'>;

export interface GuessedReferrals {
  /** @returns true if this answer makes the client one that guesses; then counting begins again */
  noteAnswer(exchange: Answered): boolean;
}

const WITHIN_MS = 10 * 60_000;
/** Different UBRNs. */
const MANY = 20;
/** Beyond this many clients, those whose time is over are forgotten. */
const FORGET_ABOVE = 1_000;
const REFUSED: ReadonlySet<number | null> = new Set([403, 404]);

interface Refusals {
  readonly sinceMs: number;
  readonly ubrns: Set<string>;
}

export function watchForGuesses(monotonicNow: () => number): GuessedReferrals {
  const clients = new Map<string, Refusals>();
  const forgetOld = (nowMs: number): void => {
    for (const [id, { sinceMs }] of clients) if (nowMs - sinceMs > WITHIN_MS) clients.delete(id);
  };
  return {
    noteAnswer({ client, matched, upstreamStatus }) {
      const ubrn = matched?.parameters['ubrn'];
      if (client === null || ubrn === undefined || !REFUSED.has(upstreamStatus)) return false;
      const nowMs = monotonicNow();
      if (clients.size > FORGET_ABOVE) forgetOld(nowMs);
      let refusals = clients.get(client.id);
      if (refusals === undefined || nowMs - refusals.sinceMs > WITHIN_MS) {
        refusals = { sinceMs: nowMs, ubrns: new Set() };
        clients.set(client.id, refusals);
      }
      refusals.ubrns.add(ubrn);
      if (refusals.ubrns.size < MANY) return false;
      clients.delete(client.id);
      return true;
    },
  };
}
