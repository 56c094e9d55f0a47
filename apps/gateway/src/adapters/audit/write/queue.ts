/** Events that wait for their commit, in order of arrival; each is told what became of it, at the latest in time. */
import type { AuditEvent } from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import type { Row } from './store.js';

export interface Entry extends Row {
  readonly event: AuditEvent;
  /** Its caller has been told that it was not written. */
  expired: boolean;
  readonly resolve: (registryVersion: number) => void;
  readonly reject: (error: GatewayError) => void;
}

export class EventQueue {
  /** A set, so that what expires leaves from the middle. */
  #waiting = new Set<Entry>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves with the registry's version at the commit; rejects after `waitMs`. */
  add(event: AuditEvent, row: Row, waitMs: number): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => {
        entry.expired = true;
        this.#waiting.delete(entry);
        reject(unavailable(`not committed in ${String(waitMs)} ms`));
      }, waitMs);
      const entry: Entry = {
        ...row,
        event,
        expired: false,
        resolve: (version) => {
          clearTimeout(timer);
          resolve(version);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.add(entry);
    });
  }

  /** Takes the oldest. */
  take(most: number): readonly Entry[] {
    const batch: Entry[] = [];
    for (const entry of this.#waiting) {
      if (batch.length === most) break;
      this.#waiting.delete(entry);
      batch.push(entry);
    }
    return batch;
  }

  /** Puts what was taken and is known not to be written in front again; what expired meanwhile is done with. */
  putBack(entries: readonly Entry[]): void {
    this.#waiting = new Set([...entries.filter((entry) => !entry.expired), ...this.#waiting]);
  }

  rejectAll(why: string): void {
    for (const entry of this.#waiting) entry.reject(unavailable(why));
    this.#waiting.clear();
  }
}

export function unavailable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: `audit: ${detail}`, cause });
}
