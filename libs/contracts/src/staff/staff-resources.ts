/** People who sign in: their sessions and roles. */
import { PERMISSION_NAMES, STAFF_ROLES } from '@gatehouse/domain/governance/permissions';
import { z } from 'zod';
import { environment } from '../governance/environment-routes.js';
import { instant, odsCode, reason, uuid } from '../registry/identifiers.js';
import { idCursor, opaqueCursor } from '../cursors.js';
import { order, paging } from '../registry/registry-resources.js';

export const staffRole = z.enum(STAFF_ROLES);

/** `odsCodes` null: for every organisation. */
const heldRole = z.object({ role: staffRole, odsCodes: z.array(z.string()).nullable() });

/** Who is signed in, and what the console may show them. */
export const session = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }),
  roles: z.array(heldRole),
  permissions: z.array(z.enum(PERMISSION_NAMES)),
  /** Every environment of the registry, for everybody: which of them are production must be plain on each page. */
  environments: z.array(environment),
  /** Where clients reach the partner listener; null: it is not set. */
  partnerUrl: z.string().nullable(),
  /** Sent as `Gatehouse-CSRF` with every request that changes something. */
  csrfToken: z.string(),
  /** When it ends without another request. Each request extends it, up to eight hours after sign-in. */
  endsAt: instant,
  /** Seconds until then, for a browser whose clock is wrong. */
  endsInS: z.number(),
});
export type SessionView = z.infer<typeof session>;
export const sessionEnded = z.object({ ended: z.literal(true) });

/** A sign-in of one browser. */
export const signIn = z.object({
  id: z.string(),
  personId: z.string(),
  person: z.string(),
  signedInAt: instant,
  lastSeenAt: instant,
  endsAt: instant,
  address: z.string(),
  browser: z.string(),
  /** The session of this request. */
  current: z.boolean(),
});
/** `everyone`: all people's sessions, for those who may read staff; otherwise one's own. */
export const signInFilter = z.strictObject({ ...paging(idCursor), everyone: z.stringbool().default(false) });

export const staffMember = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  state: z.enum(['active', 'suspended']),
  createdAt: instant,
  roles: z.array(heldRole.extend({ source: z.enum(['provider', 'administrator']) })),
  lastSignInAt: instant.nullable(),
});
export const staffFilter = z.strictObject({
  ...paging(opaqueCursor),
  sort: z.enum(['id', 'name']).default('id'),
  order,
});
export const staffPath = z.strictObject({ id: uuid });
export const changeRoleRequest = z.discriminatedUnion(
  'action',
  [
    z.strictObject({
      action: z.literal('give'),
      role: staffRole,
      /** Null: for every organisation. */
      odsCodes: z
        .array(odsCode)
        .min(1, 'name an organisation, or send null for every one')
        .max(500)
        .nullable(),
      reason,
    }),
    z.strictObject({ action: z.literal('take'), role: staffRole, reason }),
  ],
  { error: 'the action is give or take' },
);
