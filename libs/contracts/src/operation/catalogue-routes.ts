/** What a newer e-RS specification says, and how it differs from the catalogue of the build that answers. */
import { z } from 'zod';
import { instant, reason } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

const comparison = z.object({
  version: z.string(),
  sha256: z.string(),
  recordedBy: z.string(),
  recordedAt: instant,
  operations: z.number().int(),
  /** Against the catalogue of the build that answers. */
  differences: z.array(
    z.object({
      interaction: z.string(),
      operationId: z.string(),
      aspect: z.string(),
      builtIn: z.string().nullable(),
      file: z.string().nullable(),
      /** The same in words. */
      text: z.string(),
    }),
  ),
  remarks: z.array(z.string()),
});
export type CatalogueComparisonView = z.infer<typeof comparison>;

export const catalogueRoutes = {
  catalogueComparisonRecord: {
    method: 'POST',
    path: '/catalogue-comparisons',
    summary:
      'Record what a newer e-RS specification says, so that the console says it is newer than the build. No request is decided by it',
    permission: 'registry.write',
    body: z.strictObject({
      /** As `gatehouse catalogue compare` reads it from the file. The gateway checks its shape. */
      specification: z.record(z.string(), z.unknown()),
      /** Of the file, in hexadecimal. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'write the SHA-256 in 64 hexadecimal digits'),
      reason,
    }),
    response: comparison,
  },
  catalogueComparisonShow: {
    method: 'GET',
    path: '/catalogue-comparison',
    summary: 'What the newest recorded e-RS specification changes against the catalogue of this build',
    permission: 'registry.read',
    keepsToReach: true,
    response: z.object({ comparison: comparison.nullable() }),
  },
} as const satisfies Record<string, RouteContract>;
