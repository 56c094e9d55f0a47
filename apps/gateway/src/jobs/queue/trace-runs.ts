import { presentAttributes } from '@gatehouse/domain/tracing/span';
import { randomBytes } from 'node:crypto';
import type { SpanExport } from '../../adapters/otlp/open-otlp.js';

/** One run of a background job that has ended. */
export interface JobRun {
  readonly job: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Null if it has done its work. */
  readonly fault: 'failed' | 'time is over' | 'handed back' | null;
}

/** A span for each run that failed, and for a share of the others. Nothing of its payload is in it (ADR 53). */
export function traceRuns({ sink, ratio, onFault }: SpanExport): (run: JobRun) => void {
  return ({ job, attempt, startMs, endMs, fault }) => {
    if (fault === null && Math.random() >= ratio) return;
    const attributes = presentAttributes({
      'gatehouse.job': job,
      'gatehouse.job_attempt': attempt,
      'error.type': fault,
    });
    const span = { name: `job ${job}`, kind: 'internal' as const, startMs, endMs, attributes };
    try {
      sink.add({ ...span, isError: fault !== null, children: [] }, randomBytes(16).toString('hex'), null);
    } catch (error) {
      onFault(error);
    }
  };
}
