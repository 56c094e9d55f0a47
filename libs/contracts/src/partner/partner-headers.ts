/** The headers of a call to the partner listener, and of its answers, as OpenAPI describes them. */
import type { Operation } from '@gatehouse/domain/ers/catalogue';
import { takesCommRuleOrg, takesFileName, USER_HEADER_FORMS } from '@gatehouse/domain/ers/user-headers';
import { CORRELATION_ID } from '@gatehouse/domain/input/correlation-id';
import { HEADER_FORMS, ODS_CODE } from '@gatehouse/domain/input/request-headers';
import { CAPABILITIES } from '@gatehouse/domain/registry/records/vocabulary';
import type { Json } from '../openapi-json.js';

const text = { type: 'string' };
const matching = ({ source }: RegExp): Json => ({ type: 'string', pattern: source });
const header = (name: string, schema: Json, description: string, required = false): Json => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});

/** Authorization, Accept and Content-Type are described elsewhere in an OpenAPI document. */
export const REQUEST_HEADERS = {
  correlationId: header(
    'X-Correlation-ID',
    matching(CORRELATION_ID),
    'Your id of the call, a UUID for example; the answer has it, or a new one. Nothing but ten digits is rejected: it reads as an NHS number.',
  ),
  organisation: header(
    'NHSD-End-User-Organisation-ODS',
    matching(ODS_CODE),
    'Chooses the organisation where your client has grants for several.',
  ),
  product: header(
    'Gatehouse-Product',
    matching(HEADER_FORMS.product),
    'Chooses the product, and with it the application and its message sets, where your client has grants for several.',
  ),
  capability: header(
    'Gatehouse-Capability',
    { type: 'string', enum: CAPABILITIES },
    'Chooses the capability of application-restricted access where your client has both.',
  ),
  userSession: header(
    'Gatehouse-User-Session',
    { ...matching(HEADER_FORMS.userSession), format: 'password' },
    'The handle of a signed-in user, which makes the call user-restricted. It is a secret.',
  ),
  userActivity: header(
    'Gatehouse-User-Activity',
    { type: 'string', enum: ['background'] },
    'Marks a poll that no person waits for: it does not keep the session alive.',
  ),
  businessFunction: header(
    'NHSD-eRS-Business-Function',
    matching(USER_HEADER_FORMS.businessFunction),
    'The function in which the user acts: chooses among the roles of a signed-in user. Where nobody signs in (an open environment) it is required.',
  ),
  onBehalfOf: header(
    'NHSD-eRS-On-Behalf-Of-User-ID',
    matching(USER_HEADER_FORMS.userId),
    'The clinician for whom a SERVICE_PROVIDER_CLINICIAN_ADMIN acts; rejected from any other function.',
  ),
  commRuleOrg: header(
    'NHSD-eRS-Comm-Rule-Org',
    matching(ODS_CODE),
    'The commissioning organisation, by its ODS code.',
    true,
  ),
  fileName: header(
    'NHSD-eRS-File-Name',
    { type: 'string', maxLength: 105 },
    'A plain name with one extension of a permitted type.',
    true,
  ),
  referralId: header(
    'NHSD-eRS-Referral-ID',
    matching(USER_HEADER_FORMS.ubrn),
    'The UBRN of the referral to which the file belongs.',
  ),
  ifMatch: header('If-Match', matching(HEADER_FORMS.ifMatch), 'The version that was read: W/"5".', true),
} as const;

export type RequestHeader = keyof typeof REQUEST_HEADERS;

const OF_EVERY_CALL = [
  'correlationId',
  'organisation',
  'product',
  'capability',
  'userSession',
  'userActivity',
] as const satisfies readonly RequestHeader[];

/** Those that an interaction reads. It ignores a function or an on-behalf-of user that it does not take. */
export function headersOf(operation: Operation): RequestHeader[] {
  return [
    ...OF_EVERY_CALL,
    ...(operation.businessFunctions.length > 0 ? (['businessFunction'] as const) : []),
    ...(operation.onBehalfOf ? (['onBehalfOf'] as const) : []),
    ...(takesCommRuleOrg(operation) ? (['commRuleOrg'] as const) : []),
    ...(takesFileName(operation) ? (['fileName', 'referralId'] as const) : []),
    ...(operation.ifMatch ? (['ifMatch'] as const) : []),
  ];
}

const answered = (description: string, schema: Json = text): Json => ({ description, schema });

/** Of every answer. */
export const ANSWER_HEADERS = {
  'X-Correlation-ID': answered('Yours, or a new one.'),
  'Gatehouse-Attempt-Id': answered(
    'The X-Correlation-ID that went to e-RS: quote it to NHS England support. Absent if nothing was tried.',
    { type: 'string', format: 'uuid' },
  ),
  'Cache-Control': answered('Always no-store.', { const: 'no-store' }),
  'X-Content-Type-Options': answered('Always nosniff.', { const: 'nosniff' }),
};

/** Of an answer that e-RS gave. */
export const ERS_HEADERS = {
  ...ANSWER_HEADERS,
  'Gatehouse-Rate-Remaining': answered(
    'How many more calls the APIM application may make in this calendar minute; absent while that is not known.',
    { type: 'integer', minimum: 0 },
  ),
  'X-Request-ID': answered('The id that e-RS gave the transaction.'),
  ETag: answered('The version of what was read, for If-Match.'),
  'Gatehouse-Error-Source': answered('On an error of e-RS: upstream.', { const: 'upstream' }),
  'Gatehouse-Diagnosis': answered('A known misconfiguration (docs/diagnoses.md).'),
};

/** Of a refusal of Gatehouse, beside those of every answer. */
export const REFUSAL_HEADERS = {
  'Gatehouse-Diagnosis': answered('A known misconfiguration (docs/diagnoses.md).'),
  'Gatehouse-Delivery': answered(
    'On a write that may have been carried out: read the record before you repeat it.',
    {
      type: 'string',
      enum: ['sent', 'unknown'],
    },
  ),
  'Retry-After': answered('Seconds. Every 429 and 503 of Gatehouse has it.', { type: 'integer', minimum: 1 }),
};
