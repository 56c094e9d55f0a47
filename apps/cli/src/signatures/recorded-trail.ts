/** What an export of the audit trail says about signatures, after the export itself was verified. */
import { readSignatureFacts, SIGNATURES_EVENT } from '@gatehouse/domain/signatures/recorded-signatures';
import {
  RECORD_EVERY_MS,
  type Recorded,
  SETTLED_AFTER_MS,
  type Window,
} from '@gatehouse/domain/signatures/reconcile';
import { Failure } from '../failure.js';
import { linesOf } from '../files.js';
import { type Line, parseLine } from '../verify/export-lines.js';
import { verifyExport } from '../verify/verify-export.js';

export interface RecordedTrail {
  readonly recorded: readonly Recorded[];
  /** On which the export has all that was recorded. */
  readonly window: Window;
}

/** @throws Failure if the file can't be read, is not verified, or has nothing to compare with */
export async function readRecordedTrail(file: string): Promise<RecordedTrail> {
  const trail = new Trail();
  const { ok } = await verifyExport(trail.listen(linesOf(file)), null);
  if (!ok) throw new Failure(`${file} is not an unbroken export: “gatehouse verify ${file}” says why.`);
  const window = trail.window();
  if (window === null || window.toMs <= window.fromMs)
    throw new Failure(
      `${file} has no records of signatures, or covers less than five minutes: nothing can be compared.`,
    );
  return { recorded: trail.recorded, window };
}

class Trail {
  readonly recorded: Recorded[] = [];
  #fromMs: number | null = null;
  #toMs = Infinity;
  #newestMs = -Infinity;

  async *listen(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const text of lines) {
      const line = parseLine(text);
      if (typeof line !== 'string') this.#note(line);
      yield text;
    }
  }

  #note(line: Line): void {
    if (line.type === 'export') [this.#fromMs, this.#toMs] = [line.fromMs, line.toMs ?? Infinity];
    if (line.type !== 'row') return;
    const { event, facts, atMs } = line.record;
    if (typeof atMs !== 'number') return;
    this.#newestMs = Math.max(this.#newestMs, atMs);
    const signatures = event === SIGNATURES_EVENT ? readSignatureFacts(facts) : null;
    if (signatures !== null) this.recorded.push({ ...signatures, atMs });
  }

  /** A whole trail is compared from its first record of signatures on: older versions wrote none. */
  window(): Window | null {
    if (this.recorded.length === 0) return null;
    const firstMs = this.recorded.reduce((first, { atMs }) => Math.min(first, atMs), Infinity);
    return {
      fromMs: Math.max(this.#fromMs ?? -Infinity, firstMs - RECORD_EVERY_MS),
      toMs: Math.min(this.#toMs, this.#newestMs) - SETTLED_AFTER_MS,
    };
  }
}
