/** One request as the audit trail records it, what NHS support needs to know about it, and the trail as a file. */
import { z } from 'zod';
import { pendingChange } from '../governance/change-resources.js';
import { instant, reason } from '../registry/identifiers.js';
import { auditFilter, oneSpan } from '../operation/operation-resources.js';

export const attemptPath = z.strictObject({ attemptId: z.uuid('this is not the id of an attempt') });

const words = z.string().nullable();
const headers = z.record(z.string(), z.string());
const amount = z.number().nullable();

const steps = z.array(z.object({ step: z.string(), ok: z.boolean() }));

/** A row with its place in the chain; `faults` is empty when the chain holds there. */
const storyRow = z.object({
  kind: z.string(),
  at: instant,
  writer: z.string(),
  seq: z.number(),
  hash: z.string(),
  faults: z.array(z.string()),
  record: z.record(z.string(), z.unknown()),
});

const storyAttempt = z.object({
  /** Went to e-RS as X-Correlation-ID. */
  attemptId: z.string(),
  attemptNumber: z.number(),
  startedAt: instant,
  outcomeAt: instant.nullable(),
  endAt: instant.nullable(),
  kid: words,
  tokenIdHash: words,
  /** Null while the attempt is open. */
  outcome: words,
  code: words,
  diagnosis: words,
  upstreamStatus: amount,
  status: amount,
  /** The X-Request-ID that e-RS answered with. */
  upstreamRequestId: words,
  requestBytes: amount,
  responseBytes: amount,
  delivery: words,
  durationMs: amount,
  upstreamDurationMs: amount,
  /** Headers of the call to e-RS that NHS support asks for, with the credential redacted. */
  sentHeaders: headers.nullable(),
  receivedHeaders: headers.nullable(),
});

export const requestStory = z.object({
  requestId: z.string(),
  startedAt: instant,
  correlationId: z.string(),
  /** Of the trace that the request belongs to, whether or not it was exported; null where no requests are traced. */
  traceId: words,
  environment: words,
  organisation: words,
  organisationName: words,
  product: words,
  accessMode: words,
  capability: words,
  /** Who asked in the console or with a token, where no client did: a live check of an application. */
  actor: words,
  client: words,
  clientId: words,
  /** Public id of the client's key, or `workload`. */
  keyId: words,
  bindingId: words,
  applicationId: words,
  applicationName: words,
  apimApplicationId: words,
  asid: words,
  interaction: words,
  operationId: words,
  operation: words,
  method: words,
  /** From the catalogue, with the names of its parameters and never their values. */
  path: words,
  registryVersion: amount,
  steps,
  /** What the caller chose; null where the trail does not record it. */
  asked: z
    .object({
      accessMode: z.string(),
      odsCode: words,
      product: words,
      capability: words,
      businessFunction: words,
      onBehalfOfUserId: words,
      /** What the decision knew of the user's session; null without one. */
      session: z
        .object({
          product: z.string(),
          roles: z.array(z.object({ odsCode: z.string(), businessFunction: z.string() })).nullable(),
          choice: z
            .object({ odsCode: z.string(), businessFunction: z.string(), onBehalfOfUserId: words })
            .nullable(),
          /** In combined authentication, the one organisation that the session acts for. */
          onlyOdsCode: z.string().exactOptional(),
        })
        .nullable(),
    })
    .nullable(),
  /** The function that the user acted in, and for whom; null where the interaction takes none. */
  businessFunction: words,
  onBehalfOfUserId: words,
  /** The user who acted, and the levels of authentication and identity; null without one. */
  userId: words,
  userSessionId: words,
  aal: amount,
  ial: amount,
  authenticatedAt: instant.nullable(),
  /** Why no user is named; null where the access mode has none. */
  noUser: words,
  /** Where the request named its patients, or why it named none. */
  subjectSource: words,
  subjects: z.array(z.object({ kind: z.string(), count: z.number() })),
  refusal: z
    .object({
      code: z.string(),
      status: z.number(),
      text: z.string(),
      whatToDo: z.string(),
      whoActs: z.string(),
    })
    .nullable(),
  /** What the last answer of NHS England shows to be wrong; null: no known misconfiguration. */
  diagnosis: z.object({ code: z.string(), whatIsWrong: z.string(), whoActs: z.string() }).nullable(),
  /** Where the time went, in the order of the stages. */
  timeline: z.array(
    z.object({
      /** Null: rejected before there was an attempt. */
      attemptNumber: amount,
      stage: z.enum(['checked', 'around e-RS', 'in e-RS', 'delivered', 'rejected']),
      /** Milliseconds after the request began; and how long it took, null while it is open. */
      afterMs: z.number(),
      tookMs: amount,
    }),
  ),
  attempts: z.array(storyAttempt),
  chain: z.object({ intact: z.boolean(), rows: z.number() }),
  rows: z.array(storyRow),
});
export type RequestStory = z.infer<typeof requestStory>;
/** As people read it: the user's name is known while their session lives, and recorded nowhere. */
export const requestWithName = requestStory.extend({ userName: words });

export const systemEvent = z.object({
  eventId: z.string(),
  at: instant,
  /** AUDIT_READ, AUDIT_SEARCH, AUDIT_EXPORT, IDENTIFIER_REVEAL and others. */
  event: z.string(),
  /** Null: Gatehouse itself. */
  actor: words,
  /** The session or token, and the address, that it came from. */
  origin: words,
  reason: words,
  /** What it was about; contains no patient identifier. */
  facts: z.record(z.string(), z.unknown()),
  /** Empty when the chain holds there. */
  faults: z.array(z.string()),
});
export type SystemEventView = z.infer<typeof systemEvent>;

const decision = z.object({
  registryVersion: amount,
  at: instant,
  /** The registry's decision. The call may still have been rejected later, or have failed. */
  allowed: z.boolean(),
  code: words,
  steps,
});

export const pastExplanation = z.object({
  /** As the trail recorded it. */
  recorded: decision,
  /** The same request, decided again with the registry as it was; null: the note says why. */
  then: decision.nullable(),
  /** The same request, decided with today's registry. */
  now: decision.nullable(),
  /** Whether `then` has the steps that were recorded. */
  same: z.boolean().nullable(),
  note: z.string(),
  /** What the decision depends on, then and now. Secrets are masked. */
  registry: z.array(z.object({ what: z.string(), then: words, now: words })),
});
export type PastExplanation = z.infer<typeof pastExplanation>;

export const supportBundle = z.object({
  made: instant,
  environment: words,
  apimApplicationId: words,
  applicationName: words,
  asid: words,
  organisation: words,
  method: words,
  path: words,
  interaction: words,
  attempts: z.array(
    z.object({
      correlationId: z.string(),
      requestId: words,
      startedAt: instant,
      answeredAt: instant.nullable(),
      status: amount,
      durationMs: amount,
      diagnosis: words,
      requestHeaders: headers,
      responseHeaders: headers,
    }),
  ),
});
export type SupportBundle = z.infer<typeof supportBundle>;

/** The state of your request to see which patients it was about. */
export const revealStatus = z.object({
  /** Null: you have not requested it. */
  asked: pendingChange.nullable(),
  /** Null: the identifiers can't be shown now. */
  shownUntil: instant.nullable(),
});

export const revealed = z.object({
  shownUntil: instant,
  identifiers: z.array(z.object({ kind: z.string(), value: z.string() })),
});
export type Revealed = z.infer<typeof revealed>;

export const auditDownload = z
  .strictObject({
    ...auditFilter,
    format: z.enum(['csv', 'ndjson']).default('ndjson'),
    /** Why it is taken away; recorded in the audit trail. */
    reason,
  })
  .refine(...oneSpan);
