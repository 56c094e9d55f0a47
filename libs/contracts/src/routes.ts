/**
 * Every route of the admin API, once: controllers, console and CLI take method, path, permission and shapes from here.
 */
import type { z } from 'zod';
import { changeRoutes } from './governance/change-routes.js';
import { auditRoutes } from './audit/audit-routes.js';
import { catalogueRoutes } from './operation/catalogue-routes.js';
import { accessReviewRoutes } from './staff/access-review-routes.js';
import { dashboardRoutes } from './audit/dashboard-routes.js';
import { evidenceRoutes } from './audit/evidence-routes.js';
import { environmentRoutes } from './governance/environment-routes.js';
import { governanceRoutes } from './governance/governance-routes.js';
import { historyRoutes } from './audit/history-routes.js';
import { jobRoutes } from './operation/job-routes.js';
import { lintAssertionRoutes } from './operation/lint-assertion-routes.js';
import { noticeRoutes } from './operation/notice-routes.js';
import { ownNoticeRoutes } from './operation/own-notice-routes.js';
import { atOnceRoutes } from './registry/at-once-routes.js';
import { healthRoutes } from './registry/health-routes.js';
import { keyEmergencyRoutes } from './operation/key-emergency-routes.js';
import { signatureRoutes } from './operation/signature-routes.js';
import { messageSetRoutes } from './registry/message-set-routes.js';
import { operationRoutes } from './operation/operation-routes.js';
import { impactPlanRoutes } from './impact/impact-plan-routes.js';
import { impactRoutes } from './impact/impact-routes.js';
import { plannerRoutes } from './asid-plan/planner-routes.js';
import { recordRoutes } from './registry/record-routes.js';
import { keyDeletionRoutes } from './operation/key-deletion-routes.js';
import { rotationRoutes } from './operation/rotation-routes.js';
import { wallRoutes } from './operation/wall-routes.js';
import { webhookRoutes } from './operation/webhook-routes.js';
import { registryRoutes } from './registry/registry-routes.js';
import { searchRoutes } from './registry/search-routes.js';
import { ownWorkRoutes } from './staff/own-work-routes.js';
import { staffRoutes } from './staff/staff-routes.js';
import { stopRoutes } from './governance/stop-routes.js';
import { odsRoutes } from './ods/ods-routes.js';
import { retentionRoutes } from './audit/retention-routes.js';
import { trailRoutes } from './audit/trail-routes.js';
import { userSessionRoutes } from './users/user-session-routes.js';

export type { RouteContract } from './route-contract.js';

export const API_PREFIX = '/api/v1';
/** A page sends it with requests that it makes by itself: they do not keep a session from going idle. */
export const POLL_HEADER = 'Gatehouse-Poll';

export const routes = {
  ...registryRoutes,
  ...recordRoutes,
  ...atOnceRoutes,
  ...healthRoutes,
  ...historyRoutes,
  ...searchRoutes,
  ...dashboardRoutes,
  ...governanceRoutes,
  ...environmentRoutes,
  ...changeRoutes,
  ...stopRoutes,
  ...userSessionRoutes,
  ...operationRoutes,
  ...lintAssertionRoutes,
  ...catalogueRoutes,
  ...rotationRoutes,
  ...keyDeletionRoutes,
  ...keyEmergencyRoutes,
  ...signatureRoutes,
  ...jobRoutes,
  ...noticeRoutes,
  ...ownNoticeRoutes,
  ...webhookRoutes,
  ...wallRoutes,
  ...staffRoutes,
  ...ownWorkRoutes,
  ...accessReviewRoutes,
  ...auditRoutes,
  ...trailRoutes,
  ...retentionRoutes,
  ...evidenceRoutes,
  ...plannerRoutes,
  ...impactRoutes,
  ...impactPlanRoutes,
  ...messageSetRoutes,
  ...odsRoutes,
} as const;

export type RouteName = keyof typeof routes;
type Routes = typeof routes;
type ShapeOf<R, K extends string, none> = R extends { readonly [key in K]: infer S extends z.ZodType }
  ? z.output<S>
  : none;

/** What a handler is given. */
export interface InputOf<N extends RouteName> {
  readonly params: ShapeOf<Routes[N], 'params', Record<string, never>>;
  readonly query: ShapeOf<Routes[N], 'query', Record<string, never>>;
  readonly body: ShapeOf<Routes[N], 'body', undefined>;
  /** The entity tags of the header, at least one. */
  readonly ifMatch: Routes[N] extends { readonly ifMatch: true } ? readonly string[] : undefined;
}

type Part = 'params' | 'query' | 'body';

/** By part, and not one part after another: the compiler would try the parts of each route with those of every other. */
type SentOf<R> = {
  readonly [K in keyof R & Part]: R[K] extends z.ZodType ? z.input<R[K]> : never;
} & { readonly [K in Exclude<Part, keyof R>]?: undefined };

/** What a caller sends. */
export type RequestOf<N extends RouteName> = N extends RouteName ? SentOf<Routes[N]> : never;

/** What a caller gets; of an ndjson route: one line. */
export type AnswerOf<N extends RouteName> = z.output<Routes[N]['response']>;
