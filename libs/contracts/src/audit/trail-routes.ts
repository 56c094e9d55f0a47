/** The state of the audit trail as a whole: its chains, and the signed checkpoints that cover them. */
import { z } from 'zod';
import { instant } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

const chain = z.object({
  writer: z.uuid(),
  /** Where its process runs. */
  host: z.string(),
  phase: z.enum(['writing', 'lease over', 'sweeping', 'ended']),
  startedAt: instant,
  records: z.number().int(),
  /** Its last records, which no checkpoint covers yet. */
  uncovered: z.number().int(),
  /** It has less, or something else, than a checkpoint covers. */
  isBehind: z.boolean(),
});
export type TrailChainView = z.infer<typeof chain>;

const trail = z.object({
  records: z.number().int(),
  chainCount: z.number().int(),
  /** Those behind a checkpoint first, then those that are written to, then the newest; at most 100. */
  chains: z.array(chain),
  /** Null: no checkpoint has been made. */
  checkpoints: z
    .object({
      /** Of the newest; they count from 1 without a gap. */
      sequence: z.number().int(),
      madeAt: instant,
      /** Records that no checkpoint covers yet. */
      uncovered: z.number().int(),
      /** Chains that a checkpoint covers and the database no longer has. */
      missing: z.array(z.uuid()),
      /** The newest checkpoint that found a chain behind an earlier one. */
      lastBehind: z.object({ sequence: z.number().int(), madeAt: instant }).nullable(),
      /** Where checkpoints have been stored and read back. */
      places: z.array(
        z.object({
          place: z.string(),
          sequence: z.number().int(),
          storedAt: instant,
          /** Checkpoints that it does not have. */
          lacks: z.number().int(),
        }),
      ),
    })
    .nullable(),
  /** Whole months after this one that have partitions. */
  monthsAhead: z.number().int(),
});
export type TrailView = z.infer<typeof trail>;

export const trailRoutes = {
  trailShow: {
    method: 'GET',
    path: '/audit-trail',
    summary: 'The chains of the audit trail, and how far signed checkpoints cover them',
    permission: 'audit.read',
    response: trail,
  },
} as const satisfies Record<string, RouteContract>;
