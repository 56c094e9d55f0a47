/** How long the audit trail is kept: in the database, and at all (ADR 90). */
import { faultOfPeriods, RETENTION_MONTHS } from '@gatehouse/domain/audit/archive/retention';
import { z } from 'zod';
import { idCursor } from '../cursors.js';
import { instant, odsCode, reason } from '../registry/identifiers.js';
import { page, paging } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

const MONTHS = `the number of months is ${RETENTION_MONTHS.least} to ${RETENTION_MONTHS.most}`;
const months = z
  .int({ error: MONTHS })
  .min(RETENTION_MONTHS.least, { error: MONTHS })
  .max(RETENTION_MONTHS.most, { error: MONTHS })
  .nullable()
  .default(null);

/** Null: nobody has set anything. */
const set = { setBy: z.string().nullable(), setAt: instant.nullable() };

const deploymentRetention = z.object({
  /** For how many months a month stays in the database after its end; null: always. */
  keepOnline: z.number().int().nullable(),
  /** After how many months records may be destroyed; null: never. */
  retention: z.number().int().nullable(),
  ...set,
});
export type DeploymentRetention = z.infer<typeof deploymentRetention>;

const organisationRetention = z.object({
  organisation: z.string(),
  /** Null: that of the deployment. Of the two the longer one counts. */
  retention: z.number().int().nullable(),
  /** Why nothing of the organisation may be destroyed; null: there is no hold. */
  hold: z.string().nullable(),
  /** Why its data key is to be destroyed once its retention is over; null: it is not. */
  destroyKey: z.string().nullable(),
  /** Since when its patients can be neither read nor found; null: its data key is there. */
  keyDestroyedAt: instant.nullable(),
  ...set,
});
export type OrganisationRetention = z.infer<typeof organisationRetention>;

export const retentionRoutes = {
  trailRetentionShow: {
    method: 'GET',
    path: '/trail-retention',
    summary: 'How long the audit trail is kept, and which organisations have it kept longer',
    permission: 'retention.read',
    keepsToReach: true,
    query: z.strictObject({ ...paging(idCursor), organisation: odsCode.optional() }),
    response: page(organisationRetention).extend({ deployment: deploymentRetention }),
  },
  trailRetentionSet: {
    method: 'PUT',
    path: '/trail-retention',
    summary: 'Set how long the audit trail is kept in the database, and after how long it may be destroyed',
    permission: 'retention.write',
    body: z
      .strictObject({ keepOnline: months, retention: months, reason })
      .superRefine((periods, context) => {
        const message = faultOfPeriods(periods);
        if (message !== null) context.addIssue({ code: 'custom', path: ['retention'], message });
      }),
    response: deploymentRetention,
    fourEyes: true,
  },
  organisationRetentionSet: {
    method: 'PUT',
    path: '/trail-retention/:odsCode',
    summary:
      'Set how long the records of an organisation are kept, hold them, or have its data key destroyed once its retention is over; without any of them, it has nothing of its own',
    permission: 'retention.write',
    keepsToReach: true,
    params: z.strictObject({ odsCode }),
    body: z.strictObject({
      retention: months,
      hold: reason.nullable().default(null),
      destroyKey: reason.nullable().default(null),
      reason,
    }),
    response: organisationRetention,
    fourEyes: true,
  },
} as const satisfies Record<string, RouteContract>;
