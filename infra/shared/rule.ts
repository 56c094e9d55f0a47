/** A rule that what is synthesised must keep, with a fault to plant that breaks it and nothing else. */
import { describe, expect, it } from 'vitest';

export interface Rule<Synthesised> {
  readonly name: string;
  /** In words; none when the rule is kept. */
  readonly faultsIn: (synthesised: Synthesised) => string[];
  readonly plant: (synthesised: Synthesised) => void;
}

/** @param copy a new one for each test, so that a planted fault stays in its test */
export function tryRules<Synthesised>(rules: readonly Rule<Synthesised>[], copy: () => Synthesised): void {
  describe.each(rules)('$name', ({ faultsIn, plant }) => {
    it('holds', () => {
      expect(faultsIn(copy())).toEqual([]);
    });

    it('finds a planted fault', () => {
      const planted = copy();
      plant(planted);
      expect(faultsIn(planted)).toHaveLength(1);
    });
  });
}
