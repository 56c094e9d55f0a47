/** Calls to Gatehouse: e-RS's own paths and bodies, our key, and the handle of the user who is signed in. */
import type { Settings } from './settings.js';

export interface Role {
  readonly organisation: string;
  readonly organisationName: string | null;
  readonly businessFunction: string;
  readonly inWords: string;
}

/** What Gatehouse answers to POST /user-sessions and GET /user-session. Times are ISO 8601. */
export interface UserSession {
  readonly user: { readonly userId: string; readonly name: string | null };
  readonly assurance: { readonly authentication: number; readonly identity: number };
  readonly roles: readonly Role[];
  /** Null as long as none has been chosen. */
  readonly role: {
    readonly organisation: string;
    readonly businessFunction: string;
    readonly onBehalfOf: string | null;
  } | null;
  readonly endsAt: string;
  readonly idleEndsAt: string;
}

export interface GatehouseRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A FHIR resource, or the JSON of Gatehouse's own routes. */
  readonly json?: object;
  readonly bytes?: { readonly body: Uint8Array<ArrayBuffer>; readonly contentType: string };
}

export interface GatehouseAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where the body isn't JSON. */
  readonly json: unknown;
}

/** One call, as the foot of a page shows it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The id to quote to NHS England's support; null if nothing went to e-RS. */
  readonly attemptId: string | null;
}

/** Gatehouse or e-RS rejected the call. The message is theirs. */
export class Rejection extends Error {
  readonly status: number;
  /** Gatehouse's code, such as GW_USER_ROLE; null: e-RS rejected it. */
  readonly code: string | null;
  /** Whether a write may have been carried out all the same: read before you repeat it. */
  readonly mayHaveBeenSent: boolean;

  constructor(answer: GatehouseAnswer) {
    super(explanationIn(answer.json) ?? `The answer was ${answer.status}.`);
    this.status = answer.status;
    this.code = answer.headers.get('Gatehouse-Error-Code');
    this.mayHaveBeenSent = answer.headers.has('Gatehouse-Delivery');
  }
}

/** @param handle of the user who is signed in; null: nobody is yet */
export async function callGatehouse(
  { gatehouseUrl, clientKey }: Settings,
  handle: string | null,
  request: GatehouseRequest,
  onCall: (call: Call) => void,
): Promise<GatehouseAnswer> {
  const { method, path, json, bytes } = request;
  const isFhir = path.startsWith('/FHIR/');
  const response = await fetch(gatehouseUrl + path, {
    method,
    redirect: 'manual',
    headers: {
      Authorization: `Bearer ${clientKey}`,
      Accept: isFhir ? 'application/fhir+json' : 'application/json',
      ...(handle === null ? {} : { 'Gatehouse-User-Session': handle }),
      ...(json === undefined
        ? {}
        : { 'Content-Type': isFhir ? 'application/fhir+json' : 'application/json' }),
      ...(bytes === undefined ? {} : { 'Content-Type': bytes.contentType }),
      ...request.headers,
    },
    body: bytes?.body ?? (json === undefined ? null : JSON.stringify(json)),
  });
  const { status, headers } = response;
  const text = await response.text();
  onCall({ method, path, status, attemptId: headers.get('Gatehouse-Attempt-Id') });
  const isJson = text !== '' && (headers.get('Content-Type') ?? '').includes('json');
  const answer = { status, headers, json: isJson ? (JSON.parse(text) as unknown) : undefined };
  if (status >= 400) throw new Rejection(answer);
  return answer;
}

/** The words of a FHIR OperationOutcome, which both Gatehouse and e-RS answer with. */
function explanationIn(json: unknown): string | null {
  const { issue } = (json ?? {}) as { issue?: { diagnostics?: string; details?: { text?: string } }[] };
  const texts = (issue ?? []).flatMap(({ diagnostics, details }) => diagnostics ?? details?.text ?? []);
  return texts.length === 0 ? null : texts.join(' ');
}
