/** Copies of the sessions in use, each at most a second old when a request begins; bounded, and read once at a time. */
import type { UserSession } from '@gatehouse/domain/users/user-session';

export interface SessionCopies {
  /** The copy if it is fresh, else what `read` returns. */
  fresh(handleHash: string, read: () => Promise<UserSession | null>): Promise<UserSession | null>;
  keep(handleHash: string, session: UserSession): UserSession;
  byId(id: string): UserSession | null;
  /** Notes that the session was used, until it is read again. */
  active(session: UserSession, nowMs: number): void;
  forget(id: string): void;
}

const FRESH_MS = 1_000;
/** A copy takes about 1 KiB; the least recently read go first. */
const MAX_COPIES = 20_000;

interface Copy {
  session: UserSession;
  readAtMs: number;
}

export function createSessionCopies(monotonicNow: () => number): SessionCopies {
  const copies = new Map<string, Copy>();
  const handles = new Map<string, string>();
  const reads = new Map<string, Promise<UserSession | null>>();

  const remove = (handleHash: string): void => {
    const copy = copies.get(handleHash);
    copies.delete(handleHash);
    if (copy !== undefined) handles.delete(copy.session.id);
  };
  const copyOf = (id: string): Copy | undefined => copies.get(handles.get(id) ?? '');

  return {
    async fresh(handleHash, read) {
      const copy = copies.get(handleHash);
      if (copy !== undefined && monotonicNow() - copy.readAtMs < FRESH_MS) return copy.session;
      const underWay = reads.get(handleHash);
      if (underWay !== undefined) return underWay;
      const reading = read().finally(() => reads.delete(handleHash));
      reads.set(handleHash, reading);
      return reading;
    },

    keep(handleHash, session) {
      const before = copies.get(handleHash);
      // Two reads may arrive in the wrong order.
      if (before !== undefined && before.session.version > session.version) return before.session;
      remove(handleHash);
      if (copies.size >= MAX_COPIES)
        for (const oldest of copies.keys()) {
          remove(oldest);
          break;
        }
      copies.set(handleHash, { session, readAtMs: monotonicNow() });
      handles.set(session.id, handleHash);
      return session;
    },

    byId: (id) => copyOf(id)?.session ?? null,

    active(session, nowMs) {
      const copy = copyOf(session.id);
      if (copy !== undefined) copy.session = { ...copy.session, lastActiveAtMs: nowMs };
    },

    forget(id) {
      const handleHash = handles.get(id);
      if (handleHash !== undefined) remove(handleHash);
    },
  };
}
