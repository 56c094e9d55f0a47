/** What needs attention, and the traffic. */
import { REPLICA_STATES } from '@gatehouse/domain/upkeep/replica-state';
import { z } from 'zod';
import { signingKey } from '../operation/operation-resources.js';
import { date, instant, odsCode } from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

const days = z.coerce.number().int().min(1).max(31).default(1);
const applicationRef = { applicationId: z.string(), application: z.string() };

const times = z.object({ p50: z.number().int(), p95: z.number().int() }).nullable();

export const figures = z.object({
  requests: z.number().int(),
  /** Of the time that has passed, so that a span which has not ended can be compared. */
  perHour: z.number(),
  /** Parts of the requests, 0 to 1; null: there were none. */
  failedShare: z.number().nullable(),
  refusedShare: z.number().nullable(),
  /** Whole ms; null: nothing was timed. Percentiles of buckets (docs/audit.md, "Roll-ups"). */
  ownMs: times,
  upstreamMs: times,
});
export type FiguresView = z.infer<typeof figures>;

/** By the hour; the current hour is the last. */
export const trafficHours = z.array(
  z.object({
    at: instant,
    completed: z.number().int(),
    /** By Gatehouse. */
    refused: z.number().int(),
    failed: z.number().int(),
  }),
);

const traffic = {
  /** Of the hours of `traffic`. */
  figures,
  /** Of the same hours a week earlier; null: there were no requests, or the trail is younger. */
  lastWeek: figures.nullable(),
  /** Records that are not counted yet, so that figures are too low; 0: they are complete. */
  uncounted: z.number().int(),
  traffic: trafficHours,
  /** The most frequent first; `hours` has one number for each hour of `traffic`. */
  reasons: z.array(
    z.object({
      code: z.string(),
      count: z.number().int(),
      hours: z.array(z.number().int()),
      /** The hour in which it occurred first, this one or the one before; null: it also occurred in the 24 before these, or not lately. */
      newSince: instant.nullable(),
    }),
  ),
};

export const dashboard = z.object({
  ...traffic,
  /** The organisations with the most rejected and failed requests in these hours; none without any. */
  worst: z.array(
    z.object({
      organisation: z.string(),
      /** Null: the organisation is not registered. */
      name: z.string().nullable(),
      requests: z.number().int(),
      /** By Gatehouse. */
      refused: z.number().int(),
      failed: z.number().int(),
    }),
  ),
  /** The clients with the most rejected and failed requests in these hours; none without any. */
  worstClients: z.array(
    z.object({
      clientId: z.string(),
      /** Both null: the client is not registered. */
      name: z.string().nullable(),
      environment: z.string().nullable(),
      /** By Gatehouse. */
      refused: z.number().int(),
      failed: z.number().int(),
      /** The most frequent code of these requests; null: they have none. */
      code: z.string().nullable(),
    }),
  ),
  /** Applications whose recent busiest minute came close to the quota of e-RS. */
  nearQuota: z.array(
    z.object({ ...applicationRef, callsPerMinute: z.number().int(), requestsPerMinute: z.number().int() }),
  ),
  /** Applications that have fetched worklists as often as e-RS allows in a day, those with the most services first. */
  worklistsUsedUp: z.array(z.object({ ...applicationRef, services: z.number().int() })),
  /** Drafts, the oldest first, with the steps that are still open. */
  drafts: z.array(z.object({ ...applicationRef, missing: z.array(z.string()) })),
  /** Keys that have signed for a year or longer. */
  oldKeys: z.array(z.object({ owner: signingKey.shape.owner, kid: z.string(), activatedAt: instant })),
  /** Reviews due within 60 days, overdue ones first. */
  srosDue: z.array(z.object({ organisation: z.string(), name: z.string(), reviewDueOn: date })),
  /** What scheduled jobs found and what has not ended yet, the newest first. */
  upkeep: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      whatToDo: z.string(),
      path: z.string(),
      foundAt: instant,
    }),
  ),
  approvalsPending: z.number().int(),
  /** Emergency stops that nobody has lifted. */
  stopsInForce: z.number().int(),
  stopsUnreviewed: z.number().int(),
  keyEmergenciesUnreviewed: z.number().int(),
  /** The newest specification that was recorded, as long as this build differs from it. */
  newerCatalogue: z.object({ version: z.string(), differences: z.number().int() }).nullable(),
});
export type DashboardView = z.infer<typeof dashboard>;

/** Each kind is counted no further. */
export const MOST_WAITING = 100;
const count = z.number().int();
/** What nobody has decided, reviewed or run again yet, and this person may; 0 where they may not. */
const waiting = z.object({
  approvals: count,
  stops: count,
  keyEmergencies: count,
  unrecordedSignatures: count,
  failedJobs: count,
});

const replicas = z.object({
  /** The newest first; those that have ended without saying so are forgotten within a few hours. */
  replicas: z.array(
    z.object({
      id: z.string(),
      roles: z.array(z.string()),
      version: z.string(),
      startedAt: instant,
      seenAt: instant,
      state: z.enum(REPLICA_STATES),
      faults: z.array(z.string()),
    }),
  ),
  /** Scheduled jobs that should have succeeded by now, as the replicas see it. */
  overdueJobs: z.array(z.string()),
});

export const dashboardRoutes = {
  replicaList: {
    method: 'GET',
    path: '/replicas',
    summary: 'The processes of Gatehouse, with their versions and what is wrong with them',
    permission: 'replica.read',
    response: replicas,
  },
  dashboardShow: {
    method: 'GET',
    path: '/dashboard',
    summary:
      'Traffic and refusals of the last days, beside the same hours last week, and what needs attention',
    permission: 'dashboard.read',
    keepsToReach: true,
    query: z.strictObject({ days }),
    response: dashboard,
  },
  waitingShow: {
    method: 'GET',
    path: '/waiting',
    summary: `What waits for you to decide, review or run again, in numbers (at most ${MOST_WAITING} of each kind are counted)`,
    permission: 'session.own',
    keepsToReach: true,
    response: waiting,
  },
  trafficShow: {
    method: 'GET',
    path: '/traffic/:odsCode',
    summary: 'Traffic and refusals of one organisation in the last days, beside the same hours last week',
    permission: 'dashboard.read',
    keepsToReach: true,
    params: z.strictObject({ odsCode }),
    query: z.strictObject({ days }),
    response: z.object(traffic),
  },
} as const satisfies Record<string, RouteContract>;
