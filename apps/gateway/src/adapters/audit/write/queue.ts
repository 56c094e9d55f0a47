/** Events that wait for their commit, in order of arrival. Each is settled, at the latest when its time is over. */
import type { AuditEvent } from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import { isDuplicate, type Row } from './store.js';

/** What was true of the database at the commit of an event. */
export interface Committed {
  readonly registryVersion: number;
  /** Versions of the user sessions that the batch names, without those that have ended; null: not known. */
  readonly userSessions: ReadonlyMap<string, number> | null;
}

export interface Entry extends Row {
  readonly event: AuditEvent;
  /** It was rejected because its time was over. */
  expired: boolean;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: GatewayError) => void;
}

export class EventQueue {
  /** A set, so that an expired entry can be removed from the middle. */
  #waiting = new Set<Entry>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves once the event is committed; rejects after `waitMs`. */
  add(event: AuditEvent, row: Row, waitMs: number): Promise<Committed> {
    return new Promise<Committed>((resolve, reject) => {
      const timer = setTimeout(() => {
        entry.expired = true;
        this.#waiting.delete(entry);
        reject(unavailable(`not committed in ${String(waitMs)} ms`));
      }, waitMs);
      const entry: Entry = {
        ...row,
        event,
        expired: false,
        resolve: (committed) => {
          clearTimeout(timer);
          resolve(committed);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.add(entry);
    });
  }

  /** Removes and returns the oldest entries, at most `limit`. */
  take(limit: number): readonly Entry[] {
    const batch: Entry[] = [];
    for (const entry of this.#waiting) {
      if (batch.length === limit) break;
      this.#waiting.delete(entry);
      batch.push(entry);
    }
    return batch;
  }

  /** Puts entries that were taken, but certainly not written, in front again. Entries that have expired are dropped. */
  putBack(entries: readonly Entry[]): void {
    this.#waiting = new Set([...entries.filter((entry) => !entry.expired), ...this.#waiting]);
  }

  rejectAll(reason: string): void {
    for (const entry of this.#waiting) entry.reject(unavailable(reason));
    this.#waiting.clear();
  }
}

export function unavailable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: `audit: ${detail}`, cause });
}

/** True if a row was rejected because the trail has one of this kind and id. Another process wrote it, and it stands. */
export function isRecordedAlready(error: unknown): boolean {
  return error instanceof GatewayError && isDuplicate(error.options.cause);
}
