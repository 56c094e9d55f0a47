/** What the audit trail is told at the start, and where it tells how it fares. */
import type { AuditEvent } from '@gatehouse/domain/audit/audit';

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
  /** A batch of this writer committed; `sentAtMs` (monotonic) is when it was sent. */
  readonly onCommit: (sentAtMs: number) => void;
  /** An event committed after its caller had been told that it was not. */
  readonly onLateCommit: (event: AuditEvent) => void;
  /** The database is back after this long. */
  readonly onOutage: (lastedMs: number) => void;
  /** Somebody else moved or ended this chain: nothing more can be written by this process. */
  readonly onFenced: () => void;
}
