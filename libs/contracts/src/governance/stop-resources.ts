/** Emergency stops. */
import { z } from 'zod';
import {
  clientName,
  environmentName,
  instant,
  interactionId,
  moment,
  named,
  odsCode,
  reason,
  uuid,
} from '../registry/identifiers.js';
import { instantCursor } from '../cursors.js';
import { paging } from '../registry/registry-resources.js';

export const stopRequest = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('organisation'), organisation: odsCode, reason }),
    z.strictObject({ kind: z.literal('application'), application: uuid, reason }),
    z.strictObject({
      kind: z.literal('client'),
      environment: environmentName,
      client: clientName,
      reason,
    }),
  ],
  { error: 'the kind is organisation, application or client' },
);
export type StopRequest = z.infer<typeof stopRequest>;

const stopKind = z.enum(['organisation', 'application', 'client']);

export const emergencyStop = z.object({
  id: z.string(),
  kind: stopKind,
  /** ODS code, application id, or name of the client. */
  target: z.string(),
  environment: z.string().nullable(),
  /** Of the target, as people know it. */
  name: z.string(),
  organisations: z.array(z.string()),
  reason: z.string(),
  stoppedBy: z.string(),
  /** The id of that person; null: a service's token. */
  stoppedByPerson: z.string().nullable(),
  stoppedAt: instant,
  liftedBy: z.string().nullable(),
  liftedAt: instant.nullable(),
  liftReason: z.string().nullable(),
  reviewedBy: z.string().nullable(),
  reviewedAt: instant.nullable(),
  reviewNote: z.string().nullable(),
});

export type EmergencyStopView = z.infer<typeof emergencyStop>;

/** What would be stopped: `id` is an ODS code or application id, or up to 100 with commas between them, the name of a client, or the id of its key. */
export const stakesQuery = z.strictObject({
  of: z.enum(['organisation', 'application', 'client', 'client-key']),
  id: named('the id', 4_000),
  /** Of a client. */
  environment: environmentName.optional(),
  /** Of an application: only its requests of this interaction. */
  interaction: interactionId.optional(),
});
export const stakes = z.object({
  requests: z.number().int(),
  /** False: there may be more. */
  isWhole: z.boolean(),
});

export const stopFilter = z.strictObject({
  ...paging(instantCursor),
  /** `standing`: not lifted yet. `unreviewed`: not reviewed by another person yet. */
  only: z.enum(['standing', 'unreviewed']).optional(),
  kind: stopKind.optional(),
  /** ODS code, application id, or name of the client. */
  target: named('the target', 64).optional(),
  environment: environmentName.optional(),
  /** When it was made: from the beginning of a day or an instant on, until the end of a day or an instant. */
  from: moment.optional(),
  until: moment.optional(),
});
