/** Signing keys, the doctor, explanations, audit and admin tokens. */
import { ADMIN_TOKEN_ENDS, ADMIN_TOKEN_STATES } from '@gatehouse/domain/governance/admin-token-life';
import { TOKEN_SCOPES } from '@gatehouse/domain/governance/permissions';
import { isNhsNumber } from '@gatehouse/domain/input/nhs-number';
import { isUserFunction } from '@gatehouse/domain/users/roles';
import { z } from 'zod';
import {
  environmentName,
  instant,
  interactionId,
  label,
  moment,
  month,
  named,
  odsCode,
  productName,
  reason,
  text,
  userId,
  uuid,
} from '../registry/identifiers.js';
import { keyIdCursor, kidCursor, opaqueCursor } from '../cursors.js';
import { applicationChoice, page, paging } from '../registry/registry-resources.js';

export const scope = z.enum(TOKEN_SCOPES);
export type Scope = z.infer<typeof scope>;

export const signingKeyState = z.enum(['PENDING', 'PUBLISHED', 'ACTIVE', 'RETIRING', 'REMOVED']);
export const keyOwner = z.enum(['application', 'cis2-client']);
export const signingKey = z.object({
  kid: z.string(),
  /** Whose key it is, and its id and name. */
  owner: z.object({ kind: keyOwner, id: z.string(), name: z.string() }),
  environment: z.string(),
  state: signingKeyState,
  kmsKeyArn: z.string(),
  thumbprint: z.string(),
  /** The URL to give to API Management as jwks-resource-url, or to register with NHS CIS2. */
  jwksUrl: z.string(),
  publishedAt: instant.nullable(),
  activatedAt: instant.nullable(),
  /** When KMS deletes it; null: nothing is scheduled. */
  deletesAt: instant.nullable(),
  /** The earliest time of the next step; null if nothing delays it. */
  nextStepAt: instant.nullable(),
});
export type SigningKeyView = z.infer<typeof signingKey>;
/** A CIS2 client is named by its environment and product. */
export const createKeyRequest = z.strictObject({
  owner: keyOwner.default('application'),
  ...applicationChoice,
  reason: reason.optional(),
});
const signingKeyConditions = {
  owner: keyOwner.optional(),
  ...applicationChoice,
  state: signingKeyState.optional(),
};
export const signingKeyFilter = z.strictObject({ ...paging(kidCursor), ...signingKeyConditions });
export const signingKeyTotalFilter = z.strictObject(signingKeyConditions);
export const kidPath = z.strictObject({
  kid: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'this is not a kid'),
});

export const doctorQuery = z.strictObject(applicationChoice);
/** When NHS England said it, and whether the application has changed since, so that it should be asked again. */
const answered = { at: instant, changedSince: z.boolean() };
export const checklistStep = z.enum([
  'organisation',
  'published-key',
  'api-key',
  'sro',
  'asid',
  'api-secret',
  'cis2-client',
  'cis2-key',
  'message-sets',
  'live',
  'active-key',
  'grant',
  'client-key',
]);
export type ChecklistStep = z.infer<typeof checklistStep>;

export const doctorReport = z.object({
  application: z.string(),
  name: z.string(),
  /** Everything is entered here, and nothing that NHS England said stands in the way. */
  ready: z.boolean(),
  steps: z.array(
    z.object({
      id: checklistStep,
      title: z.string(),
      done: z.boolean(),
      whoActs: z.string(),
      whatToDo: z.string(),
      /** What to ask the NHS e-RS partners team to set on the APIM application; where not known yet, who gives it. */
      values: z.array(z.object({ name: z.string(), value: z.string(), known: z.boolean() })),
    }),
  ),
  /** Older names that people would take for the application's: new ones are rejected, and these should be renamed. */
  lookAlikes: z.array(
    z.object({ kind: z.enum(['organisation', 'product']), name: z.string(), other: z.string() }),
  ),
  /** What NHS England last said about the application; null: it has not been asked. */
  nhs: z.object({
    token: z
      .object({
        ...answered,
        /** The last refusal since the last success; null: a token was issued. */
        refusal: z
          .object({
            code: z.string(),
            whatIsWrong: z.string(),
            whatToDo: z.string(),
            whoActs: z.string(),
            messageId: z.string().nullable(),
          })
          .nullable(),
      })
      .nullable(),
    read: z
      .object({
        ...answered,
        attemptId: z.string(),
        interaction: z.string(),
        status: z.number(),
        diagnosis: z.object({ code: z.string(), whatIsWrong: z.string(), whoActs: z.string() }).nullable(),
      })
      .nullable(),
  }),
  /** The last probe, by the schedule or by a person; null: there was none. */
  probe: z
    .object({
      at: instant,
      /** `schedule`, or who asked. */
      by: z.string(),
      /** What NHS England was asked for: `a token`, `A004`. Empty: it was not asked. */
      asked: z.array(z.string()),
      /** Interactions that were read. */
      reads: z.array(z.string()),
      /** What was not checked, and why. */
      limits: z.array(z.string()),
      finding: z
        .object({
          code: z.string(),
          whatIsWrong: z.string(),
          whatToDo: z.string(),
          whoActs: z.string(),
          since: instant,
          /** What to send to those who must act. */
          values: z.array(z.object({ name: z.string(), value: z.string() })),
        })
        .nullable(),
    })
    .nullable(),
});
export type DoctorReport = z.infer<typeof doctorReport>;
export const doctorAskRequest = z.strictObject(applicationChoice);
/** The report after NHS England was asked, and what stopped it; `refusal` null: nothing did. */
export const askedReport = doctorReport.extend({
  asked: z.object({
    refusal: z
      .object({ code: z.string(), text: z.string(), whatToDo: z.string(), whoActs: z.string() })
      .nullable(),
    /** False if the message sets lack the read (A004), so that only a token was requested. */
    isRead: z.boolean(),
  }),
});
export type AskedReport = z.infer<typeof askedReport>;

/** Written R69:REFERRING_CLINICIAN. */
const userRole = text('a role').refine((role) => {
  const [organisation = '', businessFunction = '', ...more] = role.split(':');
  return odsCode.safeParse(organisation).success && isUserFunction(businessFunction) && more.length === 0;
}, 'a role is an ODS code and a business function of e-RS: R69:REFERRING_CLINICIAN');
/** A user who is not signed in, or whose session is not known: what the decision would know of them. */
export const userFacts = z.strictObject({
  product: productName,
  authenticationLevel: z.union([z.literal(2), z.literal(3)], {
    error: 'the level of authentication assurance is 2 or 3',
  }),
  roles: z.array(userRole).max(100),
});
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,100}$/, 'this is not the name of a header')
  .refine(
    (name) => name.toLowerCase() !== 'gatehouse-user-session',
    'a handle is a secret of the supplier: name the user session by its id',
  );
export const explainRequest = z
  .strictObject({
    client: named('the client', 64),
    environment: environmentName,
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']),
    path: text('the path').startsWith('/', 'a path starts with /').max(2000),
    headers: z
      .record(headerName, z.string().max(1000), {
        error: 'the headers are names and values: { "NHSD-End-User-Organisation-ODS": "R69" }',
      })
      .default({}),
    /** The id of a user session, never its handle. */
    session: uuid.optional(),
    /** In place of a session. */
    user: userFacts.optional(),
  })
  .refine(({ session, user }) => session === undefined || user === undefined, {
    path: ['session'],
    error: 'give a user session or facts of a user, not both',
  });
export type ExplainRequest = z.infer<typeof explainRequest>;
/** How a request would be decided. */
export const explanation = z.object({
  allowed: z.boolean(),
  registryVersion: z.number().int().nullable(),
  operation: z.object({ interaction: z.string(), operationId: z.string(), title: z.string() }).nullable(),
  /** In order. If policy rejected the request, the last one failed. */
  steps: z.array(z.object({ step: z.string(), ok: z.boolean() })),
  binding: z
    .object({
      id: z.string(),
      environment: z.string(),
      organisation: z.string(),
      product: z.string(),
      accessMode: z.string(),
      capability: z.string().nullable(),
      asid: z.string().nullable(),
    })
    .nullable(),
  /** The function in which a user would act, and for whom; null without a user. */
  actingAs: z
    .object({ businessFunction: z.string().nullable(), onBehalfOfUserId: z.string().nullable() })
    .nullable(),
  refusal: z
    .object({
      code: z.string(),
      status: z.number().int(),
      text: z.string(),
      whatToDo: z.string(),
      whoActs: z.string(),
      candidates: z.array(z.string()),
    })
    .nullable(),
});
export type ExplanationView = z.infer<typeof explanation>;

export const AUDIT_SPANS = ['15m', '1h', '24h', '7d'] as const;
/** From the beginning of a day, or from an instant on; until the end of a day, or until just before an instant. */
export const auditFilter = {
  /** The time before now that is searched, in place of `from` and `until`. */
  last: z.enum(AUDIT_SPANS).optional(),
  from: moment.optional(),
  until: moment.optional(),
  organisation: odsCode.optional(),
  client: named('the client', 64).optional(),
  environment: environmentName.optional(),
  interaction: interactionId.optional(),
  /** `ANY_FAILURE`: neither completed nor rejected by Gatehouse. `NOT_COMPLETED`: rejected as well. */
  outcome: z
    .enum([
      ...(['COMPLETED', 'REFUSED', 'NOT_SENT', 'FAILED', 'UNKNOWN', 'WITHHELD'] as const),
      ...(['ANY_FAILURE', 'NOT_COMPLETED'] as const),
    ])
    .optional(),
  /** REQUEST: every attempt and every refused request, and no SYSTEM event. */
  kind: z.enum(['REQUEST', 'INTENT', 'OUTCOME', 'END', 'DENIED', 'SYSTEM']).optional(),
  /** The name of a SYSTEM event. */
  event: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,60}$/, 'the name of an event looks like AUDIT_EXPORT')
    .optional(),
  /** `slow`: Gatehouse took a second or longer until the answer began. */
  pace: z.enum(['slow']).optional(),
  /** `me`: what the caller did themselves, such as reading the trail or checking an application live. */
  by: z.enum(['me']).optional(),
  code: z
    .string()
    .regex(/^GW_[A-Z_]{1,60}$/, 'a code looks like GW_GRANT')
    .optional(),
  correlationId: z.string().max(128).optional(),
  attemptId: uuid.optional(),
  /** The X-Request-ID that e-RS answered with. */
  upstreamRequestId: z.string().max(200).optional(),
  requestId: uuid.optional(),
  applicationId: uuid.optional(),
  userId: userId.optional(),
};
/** A span before now and limits of its own would contradict each other. */
export const oneSpan: [
  check: (filter: Readonly<Partial<Record<'last' | 'from' | 'until', string | undefined>>>) => boolean,
  fault: { readonly path: string[]; readonly error: string },
] = [
  ({ last, from, until }) => last === undefined || (from === undefined && until === undefined),
  { path: ['last'], error: 'give either `last`, or `from` and `until`' },
];
export const auditQuery = z.strictObject({ ...auditFilter, ...paging(opaqueCursor) }).refine(...oneSpan);
export const auditFollowQuery = z.strictObject(auditFilter).refine(...oneSpan);
/** By POST, because a patient identifier must never be in a URL. */
export const auditSearch = z
  .strictObject({
    ...auditFilter,
    limit: z.number().int().min(1).max(500).default(50),
    after: opaqueCursor.optional(),
    nhsNumber: text('the NHS number')
      .regex(/^[0-9]{10}$/, { error: 'an NHS number has 10 digits', abort: true })
      .refine(isNhsNumber, 'this is not a valid NHS number: check it for a mistyped digit')
      .optional(),
    ubrn: text('the UBRN')
      .regex(/^[0-9]{12}$/, 'a UBRN has 12 digits')
      .optional(),
    /** Why the patient is searched for; recorded in the audit trail. */
    reason,
  })
  .refine((search) => (search.nhsNumber === undefined) !== (search.ubrn === undefined), {
    error: 'give an NHS number or a UBRN',
  })
  .refine(...oneSpan);
/** Who takes the trail away says why (ADR 84). By POST, because a reason must never be in a URL. */
export const auditExportRequest = z.strictObject({
  from: auditFilter.from,
  until: auditFilter.until,
  reason,
});
export const auditRow = z.looseObject({});
export const auditPage = page(auditRow).extend({
  /** What the filter was read as: from an instant on, until just before another. Null: no limit. */
  covers: z.object({
    from: instant.nullable(),
    until: instant.nullable(),
    /** Months of it whose records have left the database and are in the archive alone. */
    removed: z.array(month),
  }),
});

/** What the trail's own events say of a patient, without the identifier. */
export const auditSearchPage = auditPage.extend({
  /** Organisations of the search whose patients can no longer be found, since their data key was destroyed. */
  keysDestroyed: z.array(z.string()),
  /**
   * The staff who have searched for this patient or were shown an identifier of theirs in the period, newest first. Null:
   * this is not the first page, or the caller’s role is limited to some organisations.
   */
  staff: z
    .object({
      items: z.array(
        z.object({
          eventId: z.string(),
          at: instant,
          what: z.enum(['searched', 'shown']),
          actor: z.string().nullable(),
          reason: z.string().nullable(),
        }),
      ),
      /** False: older ones were left out. Choose a shorter period. */
      isWhole: z.boolean(),
    })
    .nullable(),
});

export const tokenFilter = z.strictObject(paging(keyIdCursor));
export const createTokenRequest = z.strictObject({
  label,
  scopes: z.array(scope).min(1, 'name at least one scope'),
  expiresInDays: z.number().int().min(1).max(366).default(30),
  reason: reason.optional(),
});
export const adminToken = z.object({
  tokenId: z.string(),
  label: z.string(),
  scopes: z.array(z.string()),
  /** Whose it is; null: a service's. */
  person: z.string().nullable(),
  /** The token it was created with, without which it doesn't work; null: a session, or bootstrap. */
  parentTokenId: z.string().nullable(),
  state: z.enum(ADMIN_TOKEN_STATES),
  /** When it stops or stopped, and what ends it first; null where nothing tells the time. */
  endsAt: instant.nullable(),
  endsBecause: z.enum(ADMIN_TOKEN_ENDS),
  createdAt: instant,
  expiresAt: instant,
  revokedAt: instant.nullable(),
});
/** The token is shown here and never again. */
export const createdToken = adminToken.extend({ token: z.string() });
export const tokenIdPath = z.strictObject({
  tokenId: z.string().regex(/^[0-9A-Za-z]{12}$/, 'a token id has 12 letters and digits'),
});

/** Why a token stops when it does, in words. */
export const TOKEN_ENDS: Readonly<Record<(typeof ADMIN_TOKEN_ENDS)[number], string>> = {
  expiry: 'it expires',
  parent: 'the token it was created with expires',
  'sign-in': 'its owner must have signed in by then',
  revocation: 'it was revoked',
  suspension: 'its owner is suspended',
};
