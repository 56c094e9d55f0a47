/**
 * Every route of the admin API, once: controllers, CLI and console take method, path, scopes and shapes from here.
 * A token needs one of `scopes`. `ndjson` answers are one JSON object a line, each of the shape `response`.
 */
import { z } from 'zod';
import * as governance from './governance-resources.js';
import * as operation from './operation-resources.js';
import type { Scope } from './operation-resources.js';
import * as registry from './registry-resources.js';

export interface RouteContract {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below `API_PREFIX`; `:name` is a field of `params`. */
  readonly path: string;
  readonly summary: string;
  readonly scopes: readonly Scope[];
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  readonly ndjson?: true;
  /** Larger than the 1 MiB that other bodies may have. */
  readonly maxBodyBytes?: number;
}

export const API_PREFIX = '/api/v1';

const REGISTRY_BYTES = 16 * 1024 * 1024;
const readers = ['registry', 'governance', 'audit'] as const;

export const routes = {
  registryDiff: {
    method: 'POST',
    path: '/registry/diff',
    summary: 'What applying a registry document would change',
    scopes: ['registry'],
    body: registry.diffRequest,
    maxBodyBytes: REGISTRY_BYTES,
    response: registry.registryDiff,
  },
  registryApply: {
    method: 'POST',
    path: '/registry/apply',
    summary: 'Apply a registry document, all or nothing, with progress',
    scopes: ['registry'],
    body: registry.applyRequest,
    maxBodyBytes: REGISTRY_BYTES,
    response: registry.applyProgress,
    ndjson: true,
  },
  registryExport: {
    method: 'GET',
    path: '/registry/export',
    summary: 'The registry as a document, API keys masked',
    scopes: readers,
    response: z.looseObject({}),
  },
  organisationsList: {
    method: 'GET',
    path: '/organisations',
    summary: 'Organisations, by ODS code',
    scopes: readers,
    query: registry.organisationFilter,
    response: registry.page(registry.organisation),
  },
  applicationsList: {
    method: 'GET',
    path: '/applications',
    summary: 'APIM applications',
    scopes: readers,
    query: registry.applicationFilter,
    response: registry.page(registry.application),
  },
  clientsList: {
    method: 'GET',
    path: '/clients',
    summary: 'Clients, their grants and keys',
    scopes: readers,
    query: registry.clientFilter,
    response: registry.page(registry.client),
  },
  clientKeyIssue: {
    method: 'POST',
    path: '/clients/:environment/:client/keys',
    summary: 'Issue a key to a client; it is shown once',
    scopes: ['registry'],
    params: registry.clientPath,
    body: registry.issueKeyRequest,
    response: registry.issuedKey,
  },
  clientKeyRevoke: {
    method: 'POST',
    path: '/client-keys/:keyId/revoke',
    summary: 'Revoke a client key at once',
    scopes: ['registry'],
    params: registry.keyIdPath,
    body: registry.reasonOnly,
    response: registry.clientKey,
  },
  sroList: {
    method: 'GET',
    path: '/sro-appointments',
    summary: 'Appointments of senior responsible owners',
    scopes: ['governance', 'audit'],
    query: governance.sroFilter,
    response: registry.page(governance.sroAppointment),
  },
  sroAppoint: {
    method: 'POST',
    path: '/sro-appointments',
    summary: 'Appoint a senior responsible owner',
    scopes: ['governance'],
    body: governance.appointRequest,
    response: governance.sroAppointment,
  },
  sroAccept: {
    method: 'POST',
    path: '/sro-appointments/:id/accept',
    summary: 'Record that the senior responsible owner has accepted',
    scopes: ['governance'],
    params: governance.idPath,
    body: governance.acceptRequest,
    response: governance.sroAppointment,
  },
  sroReview: {
    method: 'POST',
    path: '/sro-appointments/:id/review',
    summary: 'Record a review and when the next one is due',
    scopes: ['governance'],
    params: governance.idPath,
    body: governance.reviewRequest,
    response: governance.sroAppointment,
  },
  sroWithdraw: {
    method: 'POST',
    path: '/sro-appointments/:id/withdraw',
    summary: 'Withdraw an appointment',
    scopes: ['governance'],
    params: governance.idPath,
    body: registry.reasonNeeded,
    response: governance.sroAppointment,
  },
  exceptionList: {
    method: 'GET',
    path: '/write-exceptions',
    summary: 'Write exceptions of application-restricted access',
    scopes: ['governance', 'audit'],
    query: governance.exceptionFilter,
    response: registry.page(governance.writeException),
  },
  exceptionGrant: {
    method: 'POST',
    path: '/write-exceptions',
    summary: 'Open one write interaction to one application until a day',
    scopes: ['governance'],
    body: governance.grantExceptionRequest,
    response: governance.writeException,
  },
  exceptionRevoke: {
    method: 'POST',
    path: '/write-exceptions/:id/revoke',
    summary: 'Close a write exception at once',
    scopes: ['governance'],
    params: governance.idPath,
    body: registry.reasonNeeded,
    response: governance.writeException,
  },
  assuranceList: {
    method: 'GET',
    path: '/assurance-floors',
    summary: 'Lowest authentication assurance levels taken',
    scopes: ['governance', 'audit'],
    response: z.object({ items: z.array(governance.assuranceFloor) }),
  },
  assuranceSet: {
    method: 'PUT',
    path: '/assurance-floors',
    summary: 'Set the lowest authentication assurance level taken',
    scopes: ['governance'],
    body: governance.setAssuranceRequest,
    response: governance.assuranceFloor,
  },
  keyList: {
    method: 'GET',
    path: '/signing-keys',
    summary: 'Signing keys and their states',
    scopes: ['registry', 'audit'],
    query: operation.signingKeyFilter,
    response: registry.page(operation.signingKey),
  },
  keyCreate: {
    method: 'POST',
    path: '/signing-keys',
    summary: 'Create a signing key for an application',
    scopes: ['registry'],
    body: operation.createKeyRequest,
    response: operation.signingKey,
  },
  keyPublish: {
    method: 'POST',
    path: '/signing-keys/:kid/publish',
    summary: 'Publish a signing key in its JWKS',
    scopes: ['registry'],
    params: operation.kidPath,
    body: registry.reasonOnly,
    response: operation.signingKey,
  },
  keyActivate: {
    method: 'POST',
    path: '/signing-keys/:kid/activate',
    summary: 'Sign with this key from now on',
    scopes: ['registry'],
    params: operation.kidPath,
    body: registry.reasonOnly,
    response: operation.signingKey,
  },
  keyRetire: {
    method: 'POST',
    path: '/signing-keys/:kid/retire',
    summary: 'Stop signing with this key; it stays published for a while',
    scopes: ['registry'],
    params: operation.kidPath,
    body: registry.reasonOnly,
    response: operation.signingKey,
  },
  keyRemove: {
    method: 'POST',
    path: '/signing-keys/:kid/remove',
    summary: 'Take a signing key out of its JWKS for good',
    scopes: ['registry'],
    params: operation.kidPath,
    body: registry.reasonOnly,
    response: operation.signingKey,
  },
  doctor: {
    method: 'GET',
    path: '/doctor',
    summary: 'What is missing before an application can go live, in order',
    scopes: ['registry', 'governance'],
    query: operation.doctorQuery,
    response: operation.doctorReport,
  },
  explain: {
    method: 'POST',
    path: '/explain',
    summary: 'How a request would be decided, step by step; calls nothing',
    scopes: readers,
    body: operation.explainRequest,
    response: operation.explanation,
  },
  auditList: {
    method: 'GET',
    path: '/audit',
    summary: 'Audit rows, newest first',
    scopes: ['audit'],
    query: operation.auditQuery,
    response: registry.page(operation.auditRow),
  },
  auditSearch: {
    method: 'POST',
    path: '/audit/search',
    summary: 'Audit rows about one NHS number or UBRN; the search itself is audited',
    scopes: ['audit'],
    body: operation.auditSearch,
    response: registry.page(operation.auditRow),
  },
  auditFollow: {
    method: 'GET',
    path: '/audit/follow',
    summary: 'Audit rows as they are written',
    scopes: ['audit'],
    query: z.strictObject(operation.auditFilter),
    response: operation.auditRow,
    ndjson: true,
  },
  auditExport: {
    method: 'GET',
    path: '/audit/export',
    summary: 'Audit rows with their chain, for offline verification',
    scopes: ['audit'],
    query: z.strictObject({ from: operation.auditFilter.from, until: operation.auditFilter.until }),
    response: operation.auditRow,
    ndjson: true,
  },
  tokenList: {
    method: 'GET',
    path: '/admin-tokens',
    summary: 'Admin tokens; their secrets are not kept',
    scopes: readers,
    query: z.strictObject(registry.paging),
    response: registry.page(operation.adminToken),
  },
  tokenCreate: {
    method: 'POST',
    path: '/admin-tokens',
    summary: 'Create an admin token with at most your own scopes; it is shown once',
    scopes: readers,
    body: operation.createTokenRequest,
    response: operation.createdToken,
  },
  tokenRevoke: {
    method: 'POST',
    path: '/admin-tokens/:tokenId/revoke',
    summary: 'Revoke an admin token that has no scope you lack',
    scopes: readers,
    params: operation.tokenIdPath,
    body: registry.reasonOnly,
    response: operation.adminToken,
  },
} as const satisfies Record<string, RouteContract>;

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
}

type SentOf<R, K extends string> = R extends { readonly [key in K]: infer S extends z.ZodType }
  ? { readonly [key in K]: z.input<S> }
  : { readonly [key in K]?: undefined };

/** What a caller sends. */
export type RequestOf<N extends RouteName> = N extends RouteName
  ? SentOf<Routes[N], 'params'> & SentOf<Routes[N], 'query'> & SentOf<Routes[N], 'body'>
  : never;

/** What a caller gets; of an ndjson route: one line. */
export type AnswerOf<N extends RouteName> = z.output<Routes[N]['response']>;
