/**
 * The calls that are under way, and what ends them: their time is over, or this process may not send any more. One look
 * at all of them, four times a second, costs less than a timer and a composed signal for each.
 */
export interface RunningCall {
  /** Aborts within SWEEP_MS after the call's time is over (TimeoutError), and as soon as the lease is lost. */
  readonly signal: AbortSignal;
  /** Nothing is under way any more. Without it the call is forgotten when its time is over. */
  readonly end: () => void;
}

export interface RunningCallsOptions {
  /** Monotonic ms. */
  readonly monotonicNow: () => number;
  /** Read again for every call: a lease that was lost may have been regained. */
  readonly leaseLost: () => AbortSignal;
}

export const SWEEP_MS = 250;

export class RunningCalls {
  readonly #options: RunningCallsOptions;
  /** By what ends each, when that is, monotonic ms. */
  readonly #calls = new Map<AbortController, number>();
  #watched: AbortSignal | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RunningCallsOptions) {
    this.#options = options;
  }

  /** @param deadlineMs monotonic */
  begin(deadlineMs: number): RunningCall {
    const leaseLost = this.#options.leaseLost();
    this.#watch(leaseLost);
    const call = new AbortController();
    if (leaseLost.aborted) call.abort(leaseLost.reason);
    else if (this.#options.monotonicNow() >= deadlineMs) call.abort(overTime());
    else this.#calls.set(call, deadlineMs);
    this.#timer ??= setInterval(() => {
      this.#sweep();
    }, SWEEP_MS).unref();
    return { signal: call.signal, end: () => this.#calls.delete(call) };
  }

  #watch(leaseLost: AbortSignal): void {
    if (this.#watched === leaseLost) return;
    this.#watched = leaseLost;
    leaseLost.addEventListener('abort', () => {
      this.#abort([...this.#calls.keys()], leaseLost.reason);
    });
  }

  #sweep(): void {
    const nowMs = this.#options.monotonicNow();
    const late = [...this.#calls].filter(([, deadlineMs]) => nowMs >= deadlineMs).map(([call]) => call);
    this.#abort(late, overTime());
    if (this.#calls.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #abort(calls: readonly AbortController[], reason: unknown): void {
    for (const call of calls) {
      this.#calls.delete(call);
      call.abort(reason);
    }
  }
}

function overTime(): DOMException {
  return new DOMException('the time for the whole request is over', 'TimeoutError');
}
