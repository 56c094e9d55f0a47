/** What is sent for a call: the path and query of the interaction, and the headers that Gatehouse reads. */
import type { FileBody, JsonBody } from './bodies.js';
import { PARAMETERS } from './operations.js';
import type { RetryPolicy } from './retry.js';

/** What every call may say. */
export interface CallOptions {
  /** Chooses the organisation, by its ODS code, where your client has grants for several. */
  readonly organisation?: string;
  /** Chooses the product, where your client has grants for several. */
  readonly product?: string;
  readonly capability?: 'referrer' | 'provider';
  /** The handle of a signed-in user. It is a secret. */
  readonly userSession?: string;
  /** A poll that no person waits for: it doesn't keep the user's session alive. */
  readonly background?: boolean;
  /** The function in which the user acts. */
  readonly businessFunction?: string;
  /** The clinician for whom a SERVICE_PROVIDER_CLINICIAN_ADMIN acts: 12 digits. */
  readonly onBehalfOf?: string;
  /** A UUID; a new one if you give none. Never an NHS number. */
  readonly correlationId?: string;
  readonly accept?: string;
  /** Ends the call, a pause before a repetition included. `AbortSignal.timeout(30_000)` limits its time. */
  readonly signal?: AbortSignal;
  readonly retry?: Partial<RetryPolicy>;
}

export interface CallRequest {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: JsonBody | FileBody;
  readonly [parameter: string]: unknown;
}

type Body = NonNullable<RequestInit['body']> | null;

/** An interaction or a route of Gatehouse's own, as the generated tables describe it. */
export interface Row {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly reads: boolean;
  /** The forms of the parameters of the query. */
  readonly query: Readonly<Record<string, keyof typeof PARAMETERS>>;
  /** The headers that only some interactions take, by the property of the request that holds them. */
  readonly headers: Readonly<Record<string, string>>;
  /** `own`: what a route of Gatehouse's own takes. */
  readonly body: 'json' | 'file' | 'own' | null;
}

/** @throws TypeError if a parameter is missing or malformed; its value is not in the text, since it may be a patient's */
export function targetFor(row: Row, request: CallRequest): string {
  const path = row.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    formed(name, name as keyof typeof PARAMETERS, request[name]),
  );
  const { query = {} } = request;
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const form = Object.hasOwn(row.query, name) ? row.query[name] : undefined;
    if (form === undefined) throw new TypeError('The interaction has no such parameter of the query.');
    return [`${encodeURIComponent(name)}=${encodeURIComponent(formed(name, form, value))}`];
  });
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

function formed(name: string, form: keyof typeof PARAMETERS, value: unknown): string {
  if (typeof value !== 'string' || !PARAMETERS[form].test(value))
    throw new TypeError(`The parameter ${name} is missing or malformed.`);
  return value;
}

/** @throws TypeError if a value can't be the value of a header; the value is not in the text */
export function headersFor(
  row: Row,
  request: CallRequest,
  options: CallOptions,
  key: string,
): { readonly headers: Headers; readonly body: Body } {
  const { type, body } = bodyFor(row, request.body);
  const values: readonly (readonly [name: string, value: unknown])[] = [
    ['Authorization', `Bearer ${key}`],
    ['Accept', options.accept],
    ['Content-Type', type],
    ['NHSD-End-User-Organisation-ODS', options.organisation],
    ['Gatehouse-Product', options.product],
    ['Gatehouse-Capability', options.capability],
    ['Gatehouse-User-Session', options.userSession],
    ['Gatehouse-User-Activity', options.background === true ? 'background' : undefined],
    ['NHSD-eRS-Business-Function', options.businessFunction],
    ['NHSD-eRS-On-Behalf-Of-User-ID', options.onBehalfOf],
    ...Object.entries(row.headers).map(([property, name]) => [name, request[property]] as const),
  ];
  const headers = new Headers();
  for (const [name, value] of values) {
    if (value === undefined) continue;
    // Headers would quote the value in its error.
    if (typeof value !== 'string' || !/^[\x20-\x7e]*$/.test(value))
      throw new TypeError(`The value for the header ${name} is malformed.`);
    headers.set(name, value);
  }
  return { headers, body };
}

function bodyFor(row: Row, body: CallRequest['body']): { readonly type?: string; readonly body: Body } {
  if (row.body === null) return { body: null };
  if (body === undefined) throw new TypeError('The body is missing.');
  if (row.body === 'file') {
    const { content, type } = body as FileBody;
    return { type, body: content };
  }
  const isWritten = typeof body === 'string' || body instanceof Uint8Array;
  const type = row.body === 'own' ? 'application/json' : 'application/fhir+json';
  return { type, body: isWritten ? body : JSON.stringify(body) };
}
