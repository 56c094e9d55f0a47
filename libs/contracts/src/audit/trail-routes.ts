/**
 * The state of the audit trail as a whole: its chains, the signed checkpoints that cover them, and how far they are
 * verified (ADR 67).
 */
import { CHAIN_FAULT_KINDS } from '@gatehouse/domain/audit/chain-check';
import { z } from 'zod';
import { instantCursor } from '../cursors.js';
import { instant } from '../registry/identifiers.js';
import { page, paging, reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

/** What is wrong with a record of a chain. */
const fault = z.object({
  writer: z.uuid(),
  /** The number of the record. */
  seq: z.number().int(),
  fault: z.enum(CHAIN_FAULT_KINDS),
  /** The same in words, which follow "at record 42:". */
  text: z.string(),
});

/** The verification of every record, from the first one of each chain on. */
const wholeTrail = z.object({
  begunAt: instant,
  /** `schedule`, or a person. */
  requestedBy: z.string(),
});

const verification = z.object({
  /** Records that have not been verified yet. */
  unverified: z.number().int(),
  /** When new records were last verified, and by whom; null: never. */
  lastRunAt: instant.nullable(),
  lastRunBy: z.string().nullable(),
  /** The last time that every record was verified; null: it has not been completed yet. */
  whole: wholeTrail.extend({ endedAt: instant }).nullable(),
  /** It is under way. */
  wholeUnderWay: wholeTrail.nullable(),
  /** In the order in which they were found; at most 100. */
  faults: z.array(fault.extend({ foundAt: instant })),
});
export type TrailVerificationView = z.infer<typeof verification>;

const verificationRun = z.object({
  id: z.uuid(),
  /** `new`: records that no earlier run had verified. `whole`: a part of the verification of the whole trail, or all of it. */
  scope: z.enum(['new', 'whole']),
  /** Whether the whole trail was verified when it ended. */
  completes: z.boolean(),
  requestedBy: z.string(),
  beganAt: instant,
  endedAt: instant,
  records: z.number().int(),
  chains: z.number().int(),
  /** Number of the newest checkpoint that the chains were compared with; null: there was none. */
  checkpoint: z.number().int().nullable(),
  /** Chains in which a fault is known, and the first of these faults. */
  faults: z.number().int(),
  firstFault: fault.nullable(),
});
export type VerificationRunView = z.infer<typeof verificationRun>;

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
  /** Its records up to this number are verified, since then; 0 and null: none of them is. */
  verifiedTo: z.number().int(),
  verifiedAt: instant.nullable(),
  verifiedBy: z.string().nullable(),
});
export type TrailChainView = z.infer<typeof chain>;

const archive = z.object({
  /** The newest first. */
  months: z.array(
    z.object({
      /** `2026-11` */
      month: z.string(),
      archivedAt: instant,
      records: z.number().int(),
      objects: z.number().int(),
      /** Of its lines before they were compressed. */
      bytes: z.number().int(),
      /** SHA-256 of its manifest, in hexadecimal. */
      manifest: z.string(),
      /** Number of the newest checkpoint when it was archived; it covers every record of the month. */
      checkpoint: z.number().int(),
      /** Those that have all of it. */
      places: z.array(z.string()),
      /** When its records left the database; null: they are there. */
      removedAt: instant.nullable(),
    }),
  ),
  /** The oldest month that is not archived, and when it is due; null: nothing is newer than what is archived. */
  next: z.object({ month: z.string(), dueAt: instant, isDue: z.boolean() }).nullable(),
  /** Since when each attempt to archive has failed, and why; null: the last one did not. */
  failing: z.object({ since: instant, cause: z.string() }).nullable(),
});
export type TrailArchiveView = z.infer<typeof archive>;

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
  /** Collectors that are or were sent the trail, the latest first. */
  streams: z.array(
    z.object({
      place: z.string(),
      /** Records that it has not taken. */
      waiting: z.number().int(),
      /** When it last had every record; null: never. */
      completeAt: instant.nullable(),
      /** When it last took a record; null: never. */
      takenAt: instant.nullable(),
      /** Since when each attempt to send has failed; null: the last one did not. */
      failing: z.object({ since: instant, cause: z.string() }).nullable(),
    }),
  ),
  /** Whole months after this one that have partitions. */
  monthsAhead: z.number().int(),
  archive,
  verification,
});
export type TrailView = z.infer<typeof trail>;

const rollups = z.object({
  records: z.number().int(),
  /** Records that are not counted yet. */
  uncounted: z.number().int(),
  /** When records were last counted; null: never. */
  countedAt: instant.nullable(),
});
export type RollupsView = z.infer<typeof rollups>;

const hourDifference = z.object({
  hour: instant,
  environment: z.string().nullable(),
  /** `*` in the sums of all organisations. */
  odsCode: z.string().nullable(),
  clientId: z.string().nullable(),
  applicationId: z.string().nullable(),
  interaction: z.string().nullable(),
  outcome: z.string().nullable(),
  code: z.string().nullable(),
  /** Requests in the roll-up and in the trail; equal if only their times differ. */
  rolledUp: z.number().int(),
  inTrail: z.number().int(),
});

const rollupComparison = z.object({
  /** Hours that begin before it have ended, with all their attempts, and are counted. Others are not compared. */
  closedUntil: instant,
  /** Hours that were compared. */
  hours: z.number().int(),
  /** Where to go on; null: everything in the span is compared that can be. */
  next: instant.nullable(),
  /** At most 100. */
  differences: z.array(hourDifference),
});
export type RollupComparisonView = z.infer<typeof rollupComparison>;

export const trailRoutes = {
  trailShow: {
    method: 'GET',
    path: '/audit-trail',
    summary:
      'The chains of the audit trail, how far signed checkpoints cover them, and how far they are verified',
    permission: 'trail.read',
    response: trail,
  },
  verificationList: {
    method: 'GET',
    path: '/audit-trail/verifications',
    summary:
      'Each run in which a worker verified the audit trail: by whom, how much and with what result; newest first',
    permission: 'trail.read',
    query: z.strictObject(paging(instantCursor)),
    response: page(verificationRun),
  },
  verificationRequest: {
    method: 'POST',
    path: '/audit-trail/verifications',
    summary: 'Verify every record of the audit trail, as soon as a worker is free',
    permission: 'trail.verify',
    body: reasonNeeded,
    response: wholeTrail,
  },
  rollupShow: {
    method: 'GET',
    path: '/audit-trail/rollups',
    summary: 'How far the audit trail is counted into its hourly roll-ups',
    permission: 'trail.read',
    response: rollups,
  },
  rollupCompare: {
    method: 'GET',
    path: '/audit-trail/rollups/comparison',
    summary: 'Compare the roll-ups of closed hours with the audit trail',
    permission: 'trail.read',
    query: z.strictObject({ from: instant, until: instant }),
    response: rollupComparison,
  },
  rollupRebuild: {
    method: 'POST',
    path: '/audit-trail/rollups/rebuild',
    summary:
      'Empty the hourly roll-ups and have the whole audit trail counted again, as soon as a worker is free',
    permission: 'trail.verify',
    body: reasonNeeded,
    response: rollups,
  },
} as const satisfies Record<string, RouteContract>;
