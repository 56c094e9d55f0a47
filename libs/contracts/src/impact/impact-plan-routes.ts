/** Plans for an event that are approved as a whole and carried out step by step. */
import { STEP_ACTORS, STEP_CLOSINGS } from '@gatehouse/domain/impact/ordered-plan';
import { PROGRESS_STATES } from '@gatehouse/domain/impact/plan-progress';
import { z } from 'zod';
import { instantCursor } from '../cursors.js';
import { idPath } from '../governance/governance-resources.js';
import { instant, reason, text, uuid } from '../registry/identifiers.js';
import { page, paging, reasonNeeded, reasonOnly } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import { impactRequest } from './impact-routes.js';

const stepId = text('the id of a step').regex(
  /^[a-z-]{1,40}$/,
  'write the id of the step as the plan shows it',
);

export const impactPlanRequest = z.strictObject({
  event: impactRequest,
  /** The steps that Gatehouse carries out, by their ids. Left out: every one that your roles allow. */
  steps: z.array(stepId).min(1, 'name at least one step').max(20).optional(),
  reason: reason.optional(),
});

const planInList = z.object({
  id: z.string(),
  /** What the event is about: `organisation R69`, `appointment …`, `key …`. */
  subject: z.string(),
  event: impactRequest,
  state: z.enum(['open', 'ended']),
  reason: z.string().nullable(),
  /** Who requested it and, with four eyes, who approved it. */
  authorisedBy: z.string(),
  authorisedAt: instant,
  endedBy: z.string().nullable(),
  endedAt: instant.nullable(),
  endedBecause: z.string().nullable(),
  /** The title of the step that could not be carried out; null: none. */
  refusedStep: z.string().nullable(),
});

export const impactPlan = planInList.extend({
  /** From when the event counts. */
  firstMoment: instant,
  /** What carrying it on would do first: the title of a step; null: nothing can be done now. */
  next: z.string().nullable(),
  steps: z.array(
    z.object({
      id: z.string(),
      order: z.number().int(),
      title: z.string(),
      detail: z.string(),
      whoActs: z.enum(STEP_ACTORS),
      closedBy: z.enum(STEP_CLOSINGS),
      state: z.enum(PROGRESS_STATES),
      /** Why it is in this state, and what comes next, in words. */
      because: z.string(),
      recordedBy: z.string().nullable(),
      recordedAt: instant.nullable(),
      page: z.string().nullable(),
      command: z.string().nullable(),
    }),
  ),
});
export type ImpactPlanView = z.infer<typeof impactPlan>;

export const impactPlanRoutes = {
  impactPlanRequest: {
    method: 'POST',
    path: '/impact-plans',
    summary:
      'Request the whole plan for an event; a second person approves it where an environment has four eyes, and its steps are carried out under that approval',
    permission: 'impact.plan',
    body: impactPlanRequest,
    response: impactPlan,
    fourEyes: true,
  },
  impactPlanList: {
    method: 'GET',
    path: '/impact-plans',
    summary: 'Plans that were approved, the newest first',
    permission: 'impact.read',
    query: z.strictObject({ ...paging(instantCursor), state: z.enum(['open', 'ended']).optional() }),
    response: page(planInList),
  },
  impactPlanShow: {
    method: 'GET',
    path: '/impact-plans/:id',
    summary: 'How far a plan is: which steps are done, which wait and why',
    permission: 'impact.read',
    params: idPath,
    response: impactPlan,
  },
  impactPlanCarryOut: {
    method: 'POST',
    path: '/impact-plans/:id/carry-out',
    summary:
      'Carry out the steps that can be done now, in their order, up to the first that is refused or waits',
    permission: 'impact.plan',
    params: idPath,
    body: reasonOnly,
    response: impactPlan,
  },
  impactPlanTick: {
    method: 'POST',
    path: '/impact-plans/:id/steps/:step/tick',
    summary: 'Confirm that a step outside Gatehouse is done',
    permission: 'impact.plan',
    params: z.strictObject({ id: uuid, step: stepId }),
    body: reasonNeeded,
    response: impactPlan,
  },
  impactPlanEnd: {
    method: 'POST',
    path: '/impact-plans/:id/end',
    summary: 'End a plan; what is done stays done, and nothing more is carried out under its approval',
    permission: 'impact.plan',
    params: idPath,
    body: reasonNeeded,
    response: impactPlan,
  },
} as const satisfies Record<string, RouteContract>;
