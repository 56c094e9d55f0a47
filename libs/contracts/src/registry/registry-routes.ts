/** The registry: organisations, applications, clients. */
import { MAX_FILE_BYTES, SPLIT_THE_FILE } from '@gatehouse/domain/input/text-file';
import { z } from 'zod';
import type { RouteContract } from '../route-contract.js';
import * as registry from './registry-resources.js';
import { sizeFaults } from './registry-size.js';

const TOO_LARGE = `The registry file takes more than 16 MiB as JSON: ${SPLIT_THE_FILE}.`;
const documentFaults = (body: unknown) => sizeFaults(body, '/document');

export const registryRoutes = {
  registryDiff: {
    method: 'POST',
    path: '/registry/diff',
    summary: 'What applying a registry document would change',
    permission: 'registry.write',
    body: registry.diffRequest,
    maxBodyBytes: MAX_FILE_BYTES,
    tooLarge: TOO_LARGE,
    bodyFaults: documentFaults,
    response: registry.registryDiff,
  },
  registryApply: {
    method: 'POST',
    path: '/registry/apply',
    summary: 'Apply a registry document, all or nothing, with progress',
    permission: 'registry.write',
    body: registry.applyRequest,
    maxBodyBytes: MAX_FILE_BYTES,
    tooLarge: TOO_LARGE,
    bodyFaults: documentFaults,
    response: registry.applyProgress,
    ndjson: true,
    fourEyes: true,
  },
  registryExport: {
    method: 'GET',
    path: '/registry/export',
    summary: 'The registry as a document, API keys masked',
    permission: 'registry.read',
    response: z.looseObject({}),
  },
  organisationsList: {
    method: 'GET',
    path: '/organisations',
    summary: 'Organisations, by ODS code',
    permission: 'registry.read',
    keepsToReach: true,
    query: registry.organisationFilter,
    response: registry.page(registry.organisation),
  },
  applicationsList: {
    method: 'GET',
    path: '/applications',
    summary: 'APIM applications',
    permission: 'registry.read',
    keepsToReach: true,
    query: registry.applicationFilter,
    response: registry.page(registry.application),
  },
  cis2ClientsList: {
    method: 'GET',
    path: '/cis2-clients',
    summary: 'CIS2 clients: the registrations under which the users of a product sign in',
    permission: 'registry.read',
    query: registry.cis2ClientFilter,
    response: registry.page(registry.cis2Client),
  },
  clientsList: {
    method: 'GET',
    path: '/clients',
    summary: 'Clients, their grants and keys',
    permission: 'registry.read',
    keepsToReach: true,
    query: registry.clientFilter,
    response: registry.page(registry.client),
  },
  clientKeyIssue: {
    method: 'POST',
    path: '/clients/:environment/:client/keys',
    summary: 'Issue a key to a client; it is shown once',
    permission: 'client-key.write',
    keepsToReach: true,
    params: registry.clientPath,
    body: registry.issueKeyRequest,
    response: registry.issuedKey,
  },
  clientKeyRevoke: {
    method: 'POST',
    path: '/client-keys/:keyId/revoke',
    summary: 'Revoke a client key at once',
    permission: 'client-key.write',
    keepsToReach: true,
    params: registry.keyIdPath,
    body: registry.reasonOnly,
    response: registry.clientKey,
  },
} as const satisfies Record<string, RouteContract>;
