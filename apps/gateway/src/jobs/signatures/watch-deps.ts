import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import type { Finding, Watch } from '@gatehouse/domain/upkeep/finding';
import type pg from 'pg';
import type { LogPlace } from '../../adapters/signatures/log-place.js';
import type { LogReader } from '../../adapters/signatures/log-reader.js';
import type { WatchDatabase } from '../../adapters/signatures/watch-rows.js';

/** What the watch of KMS's own log reads and writes. */
export interface SignatureWatchDeps {
  readonly place: LogPlace;
  readonly reader: Pick<LogReader, 'read'>;
  readonly db: WatchDatabase;
  readonly trail: Pick<pg.Pool, 'query'>;
  /** ARNs of keys that sign for Gatehouse and are not in the registry. */
  readonly ownKeys: readonly string[];
  readonly audit: { system(event: SystemEvent): Promise<void> };
  readonly settleFindings: (watch: Watch, findings: readonly Finding[], nowMs: number) => Promise<void>;
  readonly log: { error(fields: object, message: string): void };
  readonly now: () => number;
  readonly signal: AbortSignal;
}
