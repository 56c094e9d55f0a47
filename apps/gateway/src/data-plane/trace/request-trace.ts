/** What is noted of a request while it runs, so that spans can be made of it when it has ended. */
import { randomBytes } from 'node:crypto';
import { type TraceParent, traceParentIn } from '@gatehouse/domain/tracing/traceparent';

/** What the span of an attempt says about it. */
export interface TracedAttempt {
  readonly id: string;
  /** 1 for the first. */
  readonly number: number;
  readonly outcome: string;
  /** Of e-RS's answer; null if there was none. */
  readonly status: number | null;
  /** Why the attempt failed; null if it brought an answer. */
  readonly code: string | null;
}

export interface TimedPart {
  readonly name: string;
  /** Monotonic ms. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attempt: TracedAttempt | null;
}

export class RequestTrace {
  /** Of the caller's trace, or new: 32 hexadecimal digits. */
  readonly traceId: string;
  readonly parent: TraceParent | null;
  readonly stages: TimedPart[] = [];
  /** Of the forward stage. */
  readonly parts: TimedPart[] = [];

  constructor(rawHeaders: readonly string[]) {
    this.parent = traceParentIn(rawHeaders);
    this.traceId = this.parent?.traceId ?? randomBytes(16).toString('hex');
  }

  /** @param nowMs monotonic; when it ends */
  noteStage(name: string, startMs: number, nowMs: number): void {
    this.stages.push({ name, startMs, endMs: nowMs, attempt: null });
  }

  /** A part of the forward stage that ends now. It began where the part before it ended, or with the stage. */
  notePart(name: string, nowMs: number, attempt: TracedAttempt | null = null): void {
    const startMs = (this.parts.at(-1) ?? this.stages.at(-1))?.endMs ?? nowMs;
    this.parts.push({ name, startMs, endMs: nowMs, attempt });
  }
}
