/** The settings of the audit trail, and the callbacks by which it reports. */
import type { AuditEvent } from '@gatehouse/domain/audit/audit';

/** A statement that takes longer than this many budgets is abandoned, and the chain is read to see what it did. */
export const GIVE_UP_AFTER_BUDGETS = 2.5;

export interface AuditLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

export interface AuditMetrics {
  /** Duration of one group commit. */
  commitMs(milliseconds: number): void;
  queueLength(events: number): void;
  batch(events: number): void;
}

export interface ChainOptions {
  readonly databaseUrl: string;
  readonly writer: string;
  readonly ttlMs: number;
  readonly commitMs: number;
  readonly monotonicNow: () => number;
  readonly log: AuditLogger;
  readonly metrics: AuditMetrics;
  /** A batch of this writer was committed; it was sent at `sentAtMs` (monotonic). */
  readonly onCommit: (sentAtMs: number) => void;
  /** An event was committed after it had been rejected. */
  readonly onLateCommit: (event: AuditEvent) => void;
  /** The database can be reached, and takes no rows. Somebody must try to write one, or nobody learns that it does again. */
  readonly onNoRows: () => void;
  /** The database is back; the outage lasted this long. */
  readonly onOutage: (lastedMs: number) => void;
  /** Another process moved or ended this chain, so this process can't write to it any more. */
  readonly onFenced: () => void;
}
