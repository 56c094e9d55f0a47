/** What a row of the benchmark gets, and what it hands back. */
import type { Later } from './benchmark.ts';

export interface Bench {
  /** Small sizes and short rounds: shows that a row works, and no figure to quote. */
  readonly isQuick: boolean;
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  /** Requests that each contender has answered before it is measured. */
  readonly warmUp: number;
  /** Registers how to stop something that the row has started. */
  readonly later: Later;
  /** Adds a figure to the JSON, with what it was measured under. */
  record(figure: Figure): void;
}

export type Figure = Readonly<Record<string, string | number | boolean | readonly number[] | undefined>>;

export interface Row {
  readonly title: string;
  run(bench: Bench): Promise<void>;
}
