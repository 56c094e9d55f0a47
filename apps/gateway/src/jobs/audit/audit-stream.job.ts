/**
 * Sends the audit trail to a collector as it is written (docs/audit.md, "Stream"; ADR 81): each record at least once, those
 * of a chain in their order. A position moves once the collector has taken what lies before it, so that a worker that is
 * killed repeats a page and leaves nothing out. A collector that is away costs nothing but the delay.
 */
import type { ChainAhead } from '../../adapters/audit/chains-ahead.js';
import { type Collector, TAKE_MS } from '../../adapters/audit/stream/collector.js';
import type { Formatter } from '../../adapters/audit/stream/format.js';
import type { StreamedRecord, StreamStore } from '../../adapters/audit/stream/stream.store.js';

export interface AuditStreamDeps {
  readonly store: StreamStore;
  readonly formatter: Formatter;
  readonly collector: Collector;
  readonly outages: { failed(dependency: string, error: unknown): void; worked(dependency: string): void };
  /** Epoch ms. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly signal: AbortSignal;
}

/** Then the run ends, and the next one goes on. The job's own limit is a minute longer. */
const BUDGET_MS = 60_000;
/** Of one request. */
const MOST = { records: 500, bytes: 1024 * 1024 };
/** While a worker sends one page, no other worker sends. */
const HOLD_MS = 2 * TAKE_MS;
/** A place that the settings no longer name is shown for so long. */
const FORGET_MS = 30 * 86_400_000;
const OUTAGE = 'audit-stream';

export async function run(deps: AuditStreamDeps): Promise<void> {
  const { store, outages, now } = deps;
  if (!(await store.hold(now(), HOLD_MS))) return;
  await store.forget(now() - FORGET_MS);
  try {
    if (await sendWaiting(deps)) await store.complete(now());
    outages.worked(OUTAGE);
  } catch (error) {
    if (deps.signal.aborted) return;
    outages.failed(OUTAGE, error);
    await store.failed(error instanceof Error ? error.message : String(error), now());
  } finally {
    await store.release();
  }
}

/** False: the run's time was over, or another worker sends. */
async function sendWaiting(deps: AuditStreamDeps): Promise<boolean> {
  const endMs = deps.monotonicNow() + BUDGET_MS;
  const isOver = (): boolean => deps.signal.aborted || deps.monotonicNow() >= endMs;
  for (const chain of await deps.store.waiting()) if (!(await sendChain(deps, chain, isOver))) return false;
  return true;
}

async function sendChain(
  { store, formatter, collector, now, signal }: AuditStreamDeps,
  chain: ChainAhead,
  isOver: () => boolean,
): Promise<boolean> {
  for (let { seq } = chain; seq < chain.headSeq;) {
    if (isOver() || !(await store.hold(now(), HOLD_MS))) return false;
    const records = await store.next({ ...chain, seq }, MOST.records, formatter.withIntents);
    const page = pageOf(records, formatter);
    const { lines } = page;
    // Of records that left the database with their month, a place that is new gets none.
    const lastSeq = records.length === 0 ? Math.min(chain.headSeq, seq + MOST.records) : page.lastSeq;
    if (lines.length > 0) await collector.take(lines, signal);
    await store.taken(chain.writer, lastSeq, now());
    seq = lastSeq;
  }
  return true;
}

/** The first records, up to the largest page: one at least. */
export function pageOf(
  records: readonly StreamedRecord[],
  { lineOf }: Formatter,
  mostBytes = MOST.bytes,
): { readonly lines: readonly string[]; readonly lastSeq: number } {
  const lines: string[] = [];
  let [bytes, lastSeq] = [0, 0];
  for (const record of records) {
    const line = lineOf(record);
    bytes += line === null ? 0 : Buffer.byteLength(line) + 1;
    if (lines.length > 0 && bytes > mostBytes) break;
    if (line !== null) lines.push(line);
    lastSeq = record.seq;
  }
  return { lines, lastSeq };
}
