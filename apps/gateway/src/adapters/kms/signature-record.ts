/**
 * Has the audit trail record each signature that KMS made for this process, by the id that CloudTrail names, too. Records
 * are collected for a minute: a token lives ten, so there are few, and one row serves many.
 */
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { RECORD_EVERY_MS } from '@gatehouse/domain/signatures/reconcile';
import {
  signatureFacts,
  SIGNATURES_EVENT,
  type Unanswered,
} from '@gatehouse/domain/signatures/recorded-signatures';
import { systemEvent } from '../audit/system-event.js';

/** What became of one request to sign. */
export type SignAttempt =
  | { readonly key: string; readonly requestId: string }
  | { readonly key: string; readonly unanswered: Unanswered };

/** About 8 kB in one row. */
const MOST_IDS = 200;
/** While the trail takes nothing, no more than this is kept; by then nothing is sent to NHS England either. */
const MOST_KEPT = 100_000;

export interface SignatureRecord {
  note(attempt: SignAttempt): void;
  /** Writes what was noted; what can't be written is kept for the next time. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function createSignatureRecord(
  write: (event: SystemEvent) => Promise<void>,
  now: () => number,
): SignatureRecord {
  let noted: SignAttempt[] = [];
  let flushing = Promise.resolve();
  const writeAll = async (): Promise<void> => {
    const attempts = noted;
    noted = [];
    for (const [key, ofKey] of Map.groupBy(attempts, (attempt) => attempt.key)) {
      for (let from = 0; from < ofKey.length; from += MOST_IDS) {
        const some = ofKey.slice(from, from + MOST_IDS);
        const facts = signatureFacts({
          key,
          requestIds: some.flatMap((one) => ('requestId' in one ? [one.requestId] : [])),
          unanswered: some.flatMap((one) => ('unanswered' in one ? [one.unanswered] : [])),
        });
        await write(systemEvent(SIGNATURES_EVENT, now(), facts)).catch(() => {
          noted.push(...some);
        });
      }
    }
  };
  const flush = (): Promise<void> => (flushing = flushing.then(writeAll));
  const timer = setInterval(() => void flush(), RECORD_EVERY_MS);
  timer.unref();
  return {
    note: (attempt) => {
      if (noted.length < MOST_KEPT) noted.push(attempt);
    },
    flush,
    close: () => {
      clearInterval(timer);
      return flush();
    },
  };
}
