/** How much of a proof runs: a small form in `npm test`, all of it in `npm run assure` (test/assure/run.ts). */

export const IS_FULL_SIZE = process.env['GATEHOUSE_ASSURE'] !== undefined;

/** How often each scenario runs: once, or as often as `npm run assure` wants. */
export const ROUNDS = Math.max(1, Number(process.env['GATEHOUSE_ASSURE_ROUNDS'] ?? 1));
