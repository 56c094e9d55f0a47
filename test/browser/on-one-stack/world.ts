import type { Console } from '../../support/console.ts';
import type { Onboarded } from '../../support/onboard.ts';

export interface World {
  readonly at: Console;
  /** The application of R69. R70 has one as well. */
  readonly onboarded: Onboarded;
}
