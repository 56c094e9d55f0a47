/**
 * Whether the volume of PostgreSQL has room for the audit trail (fault F13). PostgreSQL can't tell how large its volume
 * is, so a setting does. Requests are refused before the volume is full, since a full one stops the database itself.
 */
import type pg from 'pg';
import type { AuditLogger } from './options.js';

export interface DatabaseRoom {
  /** Asks PostgreSQL for the size of the database. */
  measure(): Promise<void>;
  /** As last measured, in bytes; null if it has not been. */
  readonly usedBytes: () => number | null;
  /** False from 90 % of the limit on. */
  readonly hasRoom: () => boolean;
}

const FULL = 0.9;

/**
 * @param maxBytes what the volume has for this database; null: it is measured, and never full
 * @param onFull called when it becomes full, with the facts for the audit trail
 */
export function watchDatabaseRoom(
  database: pg.Pool,
  maxBytes: number | null,
  log: Pick<AuditLogger, 'error' | 'info'>,
  onFull: (facts: { readonly usedBytes: number; readonly maxBytes: number }) => Promise<void>,
): DatabaseRoom {
  let usedBytes: number | null = null;
  let hasRoom = true;
  return {
    usedBytes: () => usedBytes,
    hasRoom: () => hasRoom,
    async measure() {
      const { rows } = await database.query<{ bytes: string }>(
        'SELECT pg_database_size(current_database()) AS bytes',
      );
      usedBytes = Number(rows[0]?.bytes);
      if (maxBytes === null) return;
      const facts = { usedBytes, maxBytes };
      const hasRoomNow = usedBytes < FULL * maxBytes;
      if (hasRoom && !hasRoomNow) {
        log.error(facts, 'the volume of the database is nearly full; requests are refused');
        // The last record before nothing more is sent.
        await onFull(facts).finally(() => {
          hasRoom = false;
        });
      } else if (!hasRoom && hasRoomNow) {
        log.info(facts, 'the volume of the database has room again');
        hasRoom = true;
      }
    },
  };
}
