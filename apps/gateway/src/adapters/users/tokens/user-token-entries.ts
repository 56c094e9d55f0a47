/** What this process remembers of users' tokens: those in use, and no more than memory allows. */
import type { AccessToken } from '../../nhs/access-token.js';
import type { Rejections } from '../../nhs/token-failure.js';

export interface UserTokenEntry extends Rejections {
  token: AccessToken | null;
  /** Of the pair that the token is from; generations begin at 1. */
  generation: number;
  rejectedGeneration: number;
  dueGeneration: number;
  /** Monotonic ms. */
  replaceAtMs: number;
  flight: Promise<AccessToken> | null;
  failures: number;
}

export interface UserTokenEntries {
  of(environment: string, sessionId: string, applicationId: string): UserTokenEntry;
  forget(sessionId: string): void;
}

type OfSession = Map<string, UserTokenEntry>;

/** At three KiB each, far below what a process has. */
const MAX_SESSIONS = 100_000;
/** So many of the oldest sessions are looked at whenever one is added. */
const LOOKED_AT = 4;

export function createTokenEntries(monotonicNow: () => number): UserTokenEntries {
  const sessions = new Map<string, OfSession>();

  /** Those in use move to the end, so each is looked at in turn. */
  const dropUnused = (): void => {
    for (const [sessionId, entries] of [...firstOf(sessions, LOOKED_AT)]) {
      const isFull = sessions.size >= MAX_SESSIONS;
      sessions.delete(sessionId);
      if (isInUse(entries, monotonicNow()) && !isFull) sessions.set(sessionId, entries);
    }
  };

  return {
    of(environment, sessionId, applicationId) {
      let entries = sessions.get(sessionId);
      if (entries === undefined) {
        dropUnused();
        entries = new Map();
        sessions.set(sessionId, entries);
      }
      const key = JSON.stringify([environment, applicationId]);
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = newEntry();
        entries.set(key, entry);
      }
      return entry;
    },
    forget(sessionId) {
      sessions.delete(sessionId);
    },
  };
}

function newEntry(): UserTokenEntry {
  return {
    ...{ token: null, generation: 0, rejectedGeneration: 0, dueGeneration: 0, rejectedAtMs: -Infinity },
    ...{ replaceAtMs: 0, flight: null, failure: null, failures: 0 },
  };
}

function isInUse(entries: OfSession, nowMs: number): boolean {
  return [...entries.values()].some(
    ({ token, flight, failure }) =>
      flight !== null || (token?.usableUntilMs ?? 0) > nowMs || (failure?.untilMs ?? 0) > nowMs,
  );
}

function* firstOf<K, V>(map: ReadonlyMap<K, V>, count: number): Generator<[K, V]> {
  let left = count;
  for (const entry of map) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}
