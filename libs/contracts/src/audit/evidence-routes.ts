/** The evidence pack of an organisation and a period, made and signed while the caller waits. */
import { z } from 'zod';
import { date, odsCode, reason } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

/** `from` and `until` are the first and the last day, Europe/London; the period must be over. */
export const evidenceRequest = z.strictObject({
  organisation: odsCode,
  from: date,
  until: date,
  /** Why it is made; recorded in the audit trail, and no part of the pack. */
  reason,
});

const count = z.number().int();
const evidenceLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), what: z.string(), done: count, total: count }),
  /** A part of a file, in their order. */
  z.object({
    type: z.literal('file'),
    name: z.string(),
    part: count,
    parts: count,
    /** The whole file, in bytes. */
    size: count,
    base64: z.string(),
  }),
  /** The last line if anything went wrong after the first. */
  z.object({ type: z.literal('failed'), detail: z.string() }),
  /** The last line. `sha256` is that of the manifest, which the audit trail has, too. */
  z.object({ type: z.literal('done'), sha256: z.string() }),
]);
export type EvidenceLine = z.infer<typeof evidenceLine>;

export const evidenceRoutes = {
  evidencePackMake: {
    method: 'POST',
    path: '/evidence-packs',
    summary:
      'Make the evidence pack of an organisation and a period: its files and the signed manifest, as parts of files in base64; recorded in the audit trail',
    permission: 'evidence.make',
    body: evidenceRequest,
    response: evidenceLine,
    ndjson: true,
  },
} as const satisfies Record<string, RouteContract>;
