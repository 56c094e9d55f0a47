/** What an event in the life of an organisation, its SRO or a signing key hits, and the plan that answers it. */
import { STEP_ACTORS, STEP_CLOSINGS, STEP_STATES } from '@gatehouse/domain/impact/ordered-plan';
import { z } from 'zod';
import {
  accessMode,
  applicationState,
  asid,
  capability,
  clientState,
  date,
  environmentName,
  odsCode,
  organisationName,
  organisationState,
  productName,
  text,
  uuid,
} from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

const kid = text('the key id').regex(/^[A-Za-z0-9_-]{1,100}$/, 'write the key id as the key’s page shows it');

/** `firstDay`: the first day without the organisation or the owner, Europe/London. */
export const impactRequest = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('organisation-closes'), odsCode, firstDay: date }),
    z.strictObject({ kind: z.literal('organisation-merges'), odsCode, successor: odsCode, firstDay: date }),
    z.strictObject({
      kind: z.literal('organisation-changes-code'),
      odsCode,
      successor: odsCode,
      firstDay: date,
    }),
    z.strictObject({ kind: z.literal('sro-leaves'), appointmentId: uuid, firstDay: date }),
    z.strictObject({ kind: z.literal('key-suspected'), kid }),
  ],
  {
    error:
      'write a kind: organisation-closes, organisation-merges, organisation-changes-code, sro-leaves or key-suspected',
  },
);
export type ImpactRequest = z.infer<typeof impactRequest>;

const count = z.number().int();
const access = {
  environment: z.string(),
  product: z.string(),
  accessMode,
  capability: capability.nullable(),
};

const simulatedCall = z.object({
  operationId: z.string(),
  interaction: z.string(),
  /** The code with which the call is refused now; null: it goes on. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** The same call for the successor; left out without one. */
  successor: z.string().nullable().optional(),
  /** Requests of the last seven days. */
  requests: count,
  lastRequestAt: z.string().nullable(),
});

export const impact = z.object({
  registryVersion: count,
  /** From when the event counts: never in the past. */
  effectiveAt: z.string(),
  organisations: z.array(z.object({ odsCode: z.string(), name: z.string(), state: organisationState })),
  environments: z.array(z.string()),
  applications: z.array(
    z.object({
      id: z.string(),
      ...access,
      state: applicationState,
      asid: z.string().nullable(),
      serves: z.array(z.string()),
      messageSets: z.array(z.string()),
      signingKeys: z.array(z.object({ kid: z.string(), state: z.string() })),
      openWriteExceptions: count,
      requests: count,
      lastRequestAt: z.string().nullable(),
    }),
  ),
  sroAppointments: z.array(
    z.object({ id: z.string(), odsCode: z.string(), state: z.string(), environments: z.array(z.string()) }),
  ),
  cis2Clients: z.array(z.object({ id: z.string(), environment: z.string(), product: z.string() })),
  pendingChanges: z.array(z.object({ id: z.string(), action: z.string() })),
  /** Users who are signed in and act for one of the organisations. */
  userSessions: count,
  clients: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      state: clientState,
      organisation: z.string(),
      ...access,
      calls: z.array(simulatedCall),
    }),
  ),
  /** What belongs to other organisations too, and is beyond the caller's role. */
  notShown: z.object({ applications: count, clients: count }),
  /** Grants beyond the largest answer. */
  moreGrants: count,
  /** Of the last seven days: requests that go on now and would be refused. */
  requestsRefused: count,
  plan: z.array(
    z.object({
      order: count,
      id: z.string(),
      title: z.string(),
      detail: z.string(),
      whoActs: z.enum(STEP_ACTORS),
      after: z.array(z.string()),
      waitsFor: z.array(z.string()),
      state: z.enum(STEP_STATES),
      closedBy: z.enum(STEP_CLOSINGS),
      /** An approved plan does it on the first day of the event, and not before. */
      fromFirstDay: z.boolean(),
      page: z.string().nullable(),
      command: z.string().nullable(),
    }),
  ),
  /** For `gatehouse apply`: retires the organisation with its applications. Null where the event asks for nothing of the kind, or parts of it are beyond the caller's role. */
  retirementFile: z
    .object({
      apiVersion: z.literal('gatehouse/v1'),
      organisations: z.array(z.object({ odsCode, name: organisationName, state: organisationState })),
      applications: z.array(
        z.object({
          organisation: odsCode.optional(),
          organisations: z.array(odsCode).optional(),
          product: productName,
          environment: environmentName,
          accessMode,
          capability: capability.optional(),
          asid: asid.optional(),
          state: applicationState.optional(),
        }),
      ),
    })
    .nullable(),
  notKnown: z.array(z.string()),
});

export const impactRoutes = {
  impactShow: {
    method: 'POST',
    path: '/impact',
    summary:
      'What is hit when an organisation closes, merges or changes its code, an SRO leaves or a key is suspected: the calls that would be refused, and the ordered plan; changes nothing',
    permission: 'impact.read',
    keepsToReach: true,
    body: impactRequest,
    response: impact,
  },
} as const satisfies Record<string, RouteContract>;
