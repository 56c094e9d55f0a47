/** The ASID plan: the applications that are needed, compared with those that are registered. */
import { ASID_LAYOUTS, ASID_PLAN_STATES } from '@gatehouse/domain/registry/asid-plan';
import { z } from 'zod';
import { accessMode, capability, environmentName, odsCode, productName } from '../registry/identifiers.js';

const LARGEST_PAGE = 5_000;

export const asidPlanState = z.enum(ASID_PLAN_STATES);
export const asidPlanRequest = z.strictObject({
  layout: z.enum(ASID_LAYOUTS).default('per-organisation'),
  /** What the grants of active clients need, or every combination of what is chosen below. */
  wanted: z.enum(['grants', 'combinations']).default('grants'),
  /** Each left out means all of them. */
  organisations: z.array(odsCode).min(1).max(20_000).optional(),
  products: z.array(productName).min(1).max(1_000).optional(),
  environments: z.array(environmentName).min(1).max(100).optional(),
  accessModes: z.array(accessMode).min(1).optional(),
  capabilities: z.array(capability).min(1).optional(),
  /** Only rows of this state; the counts are of all. */
  state: asidPlanState.optional(),
  limit: z.number().int().min(1).max(LARGEST_PAGE).default(100),
  after: z.string().max(500).optional(),
});
export type AsidPlanRequest = z.infer<typeof asidPlanRequest>;

export const asidPlanRow = z.object({
  key: z.string(),
  /** As the application should be called, by the pattern of NHS England's guidance. */
  name: z.string(),
  environment: z.string(),
  organisations: z.array(z.string()),
  product: z.string(),
  accessMode,
  capability: capability.nullable(),
  state: asidPlanState,
  note: z.string(),
  applications: z.array(z.object({ id: z.string(), state: z.string(), asid: z.string().nullable() })),
});
export type AsidPlanRowView = z.infer<typeof asidPlanRow>;

export const asidPlan = z.object({
  counts: z.record(asidPlanState, z.number().int()),
  items: z.array(asidPlanRow),
  next: z.string().nullable(),
  /** The products and environments to choose from. */
  products: z.array(z.string()),
  environments: z.array(z.string()),
});
