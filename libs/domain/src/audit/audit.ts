/**
 * The records of the audit trail. One attempt at e-RS has an INTENT, exactly one OUTCOME, and for a streamed body an
 * END. A refused request has one DENIED. Everything that concerns no single request is a SYSTEM event.
 * Fields follow NHS England's audit logging requirements (docs/reference/protocol-facts.md §9) plus what explains
 * the decision. No value here is a secret, and identifiers of patients appear only as keyed hashes (see
 * `subjects`).
 */
export type AuditKind = 'INTENT' | 'OUTCOME' | 'END' | 'DENIED' | 'SYSTEM';

/**
 * COMPLETED: e-RS answered below 400. FAILED: e-RS answered an error, or a read broke off. REFUSED: Gatehouse
 * refused it. NOT_SENT: no byte went upstream. UNKNOWN: bytes were sent and the answer was not seen. WITHHELD: the answer
 * was seen and not released to the caller.
 */
export type AuditOutcome = 'COMPLETED' | 'REFUSED' | 'NOT_SENT' | 'FAILED' | 'UNKNOWN' | 'WITHHELD';

const ANY_FAILURE = ['FAILED', 'NOT_SENT', 'UNKNOWN', 'WITHHELD'] as const satisfies AuditOutcome[];
/** Outcomes that people ask for together. ANY_FAILURE: neither completed nor rejected by Gatehouse. */
export const OUTCOME_GROUPS = {
  ANY_FAILURE,
  NOT_COMPLETED: ['REFUSED', ...ANY_FAILURE],
} as const satisfies Record<string, readonly AuditOutcome[]>;
export type OutcomeGroup = keyof typeof OUTCOME_GROUPS;

export type SubjectKind = 'nhs-number' | 'ubrn';

/** An identifier as found, before it is hashed and sealed. Never logged, never stored in clear. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly value: string;
}

/** Values allowed in a record: no floats, so that every JSON library writes the same bytes. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [key: string]: AuditValue };

interface Common {
  /** Epoch ms at which the attempt (or refused request, or event) began. Partition key; same on all its rows. */
  readonly startedAtMs: number;
  /** Epoch ms at which this record was written. */
  readonly atMs: number;
}

interface OfRequest extends Common {
  /** A UUIDv7. One per request of a caller; several attempts may share it. */
  readonly requestId: string;
  /** The UUIDv7 sent upstream as X-Correlation-ID; one per attempt. For DENIED: equal to requestId. */
  readonly attemptId: string;
}

/** Who acts in the admin API. A name can be changed at the identity provider; issuer and subject stay. */
export interface ActorFacts {
  readonly actor: string;
  /** Of a person; absent where a service's token acts. */
  readonly actorIssuer?: string;
  readonly actorSubject?: string;
  /** The session or token, and the address. */
  readonly origin: string;
}

/**
 * Who requested what, and what was decided. The actor is the operator who asked NHS England through the admin API, or
 * the schedule; absent where a client called.
 */
export interface RequestFacts extends Partial<ActorFacts> {
  /** A probe, in place of a client. Older records name one. */
  readonly probe?: boolean;
  readonly environment: string | null;
  readonly odsCode: string | null;
  readonly product: string | null;
  readonly accessMode: string | null;
  readonly capability: string | null;
  readonly bindingId: string | null;
  readonly applicationId: string | null;
  readonly apimApplicationId: string | null;
  readonly asid: string | null;
  readonly clientId: string | null;
  readonly clientName: string | null;
  readonly keyId: string | null;
  readonly interaction: string | null;
  readonly operationId: string | null;
  readonly method: string | null;
  /** The caller's X-Correlation-ID, or the one that Gatehouse generated. */
  readonly correlationId: string;
  /**
   * Of the trace that the request belongs to (W3C Trace Context), 32 hexadecimal digits; absent where no requests are
   * traced.
   */
  readonly traceId?: string;
  /** The function that the user acts in, and for whom, as sent to e-RS; null where the interaction takes none. */
  readonly businessFunction: string | null;
  readonly onBehalfOfUserId: string | null;
  /** The signed-in user, 12 digits; null without one, as are the next four. */
  readonly userId: string | null;
  readonly userSessionId: string | null;
  /** Assurance of the authentication (2 or 3) and of the identity (3). */
  readonly aal: number | null;
  readonly ial: number | null;
  /** When the user authenticated, epoch ms. */
  readonly authTimeMs: number | null;
  /** Why no user is named; null where the mode has none. */
  readonly noUser: 'open environment' | null;
  /** Version of the registry the decision was made under. */
  readonly registryVersion: number | null;
  /** Decision steps, in order: step name and whether it passed. */
  readonly steps: readonly { readonly step: string; readonly ok: boolean }[];
  /** Where the subjects came from, or why there are none. */
  readonly subjectSource: string | null;
  /**
   * The caller's choices, before the grants filled in the rest; null if the request was refused earlier or the record
   * is older than this field. A choice that is in no grant of the client is recorded as OUTSIDE_GRANTS, since it
   * could be any text.
   */
  readonly asked: {
    readonly accessMode: string;
    readonly odsCode: string | null;
    readonly product: string | null;
    readonly capability: string | null;
    /** Null in application-restricted mode. Older records have neither. */
    readonly businessFunction: string | null;
    readonly onBehalfOfUserId: string | null;
    /** What the decision knew of the user; null without one. Older records don't have it. */
    readonly session?: RecordedSession | null;
  } | null;
}

/** The part of a user session that decides, as it was at the time. */
export type RecordedSession = {
  readonly product: string;
  /** Those at the organisations of the client's grants; null: A030 had not been read. */
  readonly roles: readonly { readonly odsCode: string; readonly businessFunction: string }[] | null;
  readonly choice: {
    readonly odsCode: string;
    readonly businessFunction: string;
    readonly onBehalfOfUserId: string | null;
  } | null;
  /** In combined authentication, the one organisation that the session acts for. */
  readonly onlyOdsCode?: string;
};

export const OUTSIDE_GRANTS = '?';

export interface IntentEvent extends OfRequest, RequestFacts {
  readonly kind: 'INTENT';
  /** 1 for the first attempt of a request. */
  readonly attemptNumber: number;
  readonly kid: string | null;
  /** SHA-256 (hex, first 32) of the access token used; null in an open environment. */
  readonly tokenIdHash: string | null;
  readonly requestBytes: number;
  /** Null where there is no body, or a file, whose hash the OUTCOME has. */
  readonly requestSha256: string | null;
  readonly remoteAddress: string;
}

export interface OutcomeEvent extends OfRequest {
  readonly kind: 'OUTCOME';
  readonly outcome: AuditOutcome;
  /** Status e-RS answered, null if none was seen. */
  readonly upstreamStatus: number | null;
  /** Status released to the caller. */
  readonly status: number | null;
  readonly code: string | null;
  /** Of a file that was sent whole; null otherwise. Older records do not have it. */
  readonly requestSha256?: string | null;
  readonly upstreamRequestId: string | null;
  readonly diagnosis: string | null;
  /** Bytes and hash of the body released; null while a streamed body is under way (END has them). */
  readonly responseBytes: number | null;
  readonly responseSha256: string | null;
  readonly durationMs: number;
  /**
   * From when the call was handed to its connection; null if it never was. In older records from the beginning of the
   * attempt, so with the commit of INTENT and the wait for the attempt's turn.
   */
  readonly upstreamDurationMs: number | null;
  /** As `recordedHeaders` returns them; null if not sent, not received or not known. */
  readonly sentHeaders: Readonly<Record<string, string>> | null;
  readonly receivedHeaders: Readonly<Record<string, string>> | null;
}

export interface EndEvent extends OfRequest {
  readonly kind: 'END';
  readonly delivery: 'complete' | 'aborted';
  readonly responseBytes: number;
  readonly responseSha256: string;
  readonly durationMs: number;
}

export interface DeniedEvent extends OfRequest, RequestFacts {
  readonly kind: 'DENIED';
  readonly outcome: 'REFUSED';
  readonly code: string;
  readonly status: number;
  /** What NHS England's token endpoint shows to be wrong. */
  readonly diagnosis?: string | undefined;
  readonly remoteAddress: string;
  readonly durationMs: number;
  /** True when the request was an explanation and not a call. */
  readonly explanation?: boolean;
}

export interface SystemEvent extends Common {
  readonly kind: 'SYSTEM';
  /** UPPER_SNAKE name: AUDIT_OUTAGE, KEY_STATE, MINT_FAILED, EXPLANATION, AUDIT_SEARCH, CONNECTION_REJECTED … */
  readonly event: string;
  /** UUID; makes the row unique. */
  readonly attemptId: string;
  /** Where the event concerns one application, by which the trail is searched. */
  readonly applicationId?: string;
  readonly odsCode?: string;
  /** Where the event concerns one client, by which the trail is searched. */
  readonly clientId?: string;
  readonly facts: { readonly [key: string]: AuditValue };
}

export type AuditEvent = IntentEvent | OutcomeEvent | EndEvent | DeniedEvent | SystemEvent;
