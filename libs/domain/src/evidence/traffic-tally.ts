/** Adds up the counts of short spans of time to the counts of months. */
import type { Traffic } from './evidence-pack.js';

/** Requests of one span that went the same way. */
export interface TrafficCount {
  readonly kind: 'INTENT' | 'DENIED';
  readonly environment: string;
  readonly interaction: string;
  /** Null: no outcome yet. */
  readonly outcome: string | null;
  readonly code: string | null;
  readonly count: number;
}

export class TrafficTally {
  private readonly attempts = new Map<string, number>();
  private readonly failures = new Map<string, number>();
  private readonly refusals = new Map<string, number>();

  /** @param month `YYYY-MM`, in London */
  add(month: string, counts: readonly TrafficCount[]): void {
    for (const { kind, environment, interaction, outcome, code, count } of counts) {
      if (kind === 'DENIED') {
        increase(this.refusals, [month, code ?? '?'], count);
        continue;
      }
      increase(this.attempts, [month, environment, interaction, outcome ?? 'OPEN'], count);
      if (outcome !== null && outcome !== 'COMPLETED')
        increase(this.failures, [month, code ?? outcome], count);
    }
  }

  /** By month, then by name. */
  traffic(): Traffic {
    const byCode = (counts: ReadonlyMap<string, number>) =>
      sorted(counts).map(([[month = '', code = ''], count]) => ({ month, code, count }));
    return {
      attempts: sorted(this.attempts).map(
        ([[month = '', environment = '', interaction = '', outcome = ''], count]) => ({
          ...{ month, environment, interaction, outcome, count },
        }),
      ),
      failures: byCode(this.failures),
      refusals: byCode(this.refusals),
    };
  }
}

function increase(counts: Map<string, number>, parts: readonly string[], by: number): void {
  const key = JSON.stringify(parts);
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function sorted(counts: ReadonlyMap<string, number>): (readonly [readonly string[], number])[] {
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, count]) => [JSON.parse(key) as string[], count] as const);
}
