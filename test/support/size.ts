/** Whether a proof runs in full, as in `npm run assure` (test/assure/run.ts), or in the small form of `npm test`. */

export const IS_FULL_SIZE = process.env['GATEHOUSE_ASSURE'] !== undefined;

/** How often each scenario runs: once, or the number of rounds given to `npm run assure`. */
export const ROUNDS = Math.max(1, Number(process.env['GATEHOUSE_ASSURE_ROUNDS'] ?? 1));
