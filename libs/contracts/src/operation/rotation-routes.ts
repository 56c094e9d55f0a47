/** Rotation policies, and how far each rotation is. */
import { EVERY_DAYS, ROTATION_STEPS } from '@gatehouse/domain/rotation/rotation';
import { z } from 'zod';
import { idCursor } from '../cursors.js';
import { environmentName, instant, odsCode, productName, reason, uuid } from '../registry/identifiers.js';
import { page, paging, reasonOnly } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { keyOwner, signingKeyState } from './operation-resources.js';

const DAYS = `the number of days is ${EVERY_DAYS.least} to ${EVERY_DAYS.most}`;

export const rotationPolicy = z.object({
  id: z.string(),
  /** Null: of the product's CIS2 client. */
  organisation: z.string().nullable(),
  product: z.string(),
  environment: z.string(),
  everyDays: z.number(),
  /** Who set it, and who approved it. */
  setBy: z.string(),
  setAt: instant,
});
export type RotationPolicyView = z.infer<typeof rotationPolicy>;

export const rotationPolicyRequest = z.strictObject({
  /** Left out: the policy of the product's CIS2 client. */
  organisation: odsCode.optional(),
  product: productName,
  environment: environmentName,
  everyDays: z
    .int({ error: DAYS })
    .min(EVERY_DAYS.least, { error: DAYS })
    .max(EVERY_DAYS.most, { error: DAYS })
    .default(EVERY_DAYS.usual),
  reason: reason.optional(),
});

const choice = {
  organisation: odsCode.optional(),
  product: productName.optional(),
  environment: environmentName.optional(),
};

export const rotation = z.object({
  owner: z.object({ kind: keyOwner, id: z.string(), name: z.string() }),
  environment: z.string(),
  policyId: z.string(),
  everyDays: z.number(),
  keys: z.array(z.object({ kid: z.string(), state: signingKeyState })),
  /** Null: nothing is to be done before somebody creates a key. */
  next: z.object({ step: z.enum(ROTATION_STEPS), kid: z.string().nullable(), from: instant }).nullable(),
  /** In words; null: the step is due now. */
  waitsBecause: z.string().nullable(),
  /** The step that failed last; null: none. */
  failure: z
    .object({
      step: z.string(),
      cause: z.string(),
      failures: z.number(),
      since: instant,
      triedAgainAt: instant,
      /** Who can remove the cause. */
      whoActs: z.string(),
      /** What goes on meanwhile, in words. */
      meanwhile: z.string(),
    })
    .nullable(),
  /** When somebody who says that it is API Management last fetched the JWKS URL. */
  jwksFetchedAt: instant.nullable(),
});
export type RotationView = z.infer<typeof rotation>;

export const rotationRoutes = {
  rotationPolicyList: {
    method: 'GET',
    path: '/rotation-policies',
    summary: 'How often signing keys rotate, by organisation, product and environment',
    permission: 'signing-key.read',
    keepsToReach: true,
    query: z.strictObject({ ...paging(idCursor), ...choice }),
    response: page(rotationPolicy),
  },
  rotationPolicySet: {
    method: 'PUT',
    path: '/rotation-policies',
    summary: 'Let the signing keys of an organisation and product rotate by themselves',
    permission: 'signing-key.write',
    keepsToReach: true,
    body: rotationPolicyRequest,
    response: rotationPolicy,
    fourEyes: true,
  },
  rotationPolicyRemove: {
    method: 'POST',
    path: '/rotation-policies/:id/remove',
    summary: 'Remove a rotation policy; its keys stay as they are',
    permission: 'signing-key.write',
    keepsToReach: true,
    params: z.strictObject({ id: uuid }),
    body: reasonOnly,
    response: rotationPolicy,
    fourEyes: true,
  },
  rotationList: {
    method: 'GET',
    path: '/rotations',
    summary: 'The rotations under way: the next step, when, why it waits, and what failed',
    permission: 'signing-key.read',
    keepsToReach: true,
    query: z.strictObject({
      ...paging(idCursor),
      ...choice,
      /** Only those whose last step failed. */
      only: z.enum(['failing']).optional(),
    }),
    response: page(rotation),
  },
} as const satisfies Record<string, RouteContract>;
