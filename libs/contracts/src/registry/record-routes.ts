/** One organisation, application or client: read with an ETag, changed with If-Match. */
import * as record from './record-resources.js';
import * as registry from './registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const recordRoutes = {
  organisationShow: {
    method: 'GET',
    path: '/organisations/:odsCode',
    summary: 'One organisation',
    permission: 'registry.read',
    keepsToReach: true,
    params: record.organisationPath,
    response: registry.organisation,
    etag: true,
  },
  organisationChange: {
    method: 'PATCH',
    path: '/organisations/:odsCode',
    summary: 'Change an organisation’s name or state',
    permission: 'registry.write',
    keepsToReach: true,
    params: record.organisationPath,
    body: record.organisationChange,
    response: registry.organisation,
    etag: true,
    ifMatch: true,
    fourEyes: true,
  },
  applicationShow: {
    method: 'GET',
    path: '/applications/:id',
    summary: 'One application',
    permission: 'registry.read',
    keepsToReach: true,
    params: record.applicationPath,
    response: registry.application,
    etag: true,
  },
  applicationChange: {
    method: 'PATCH',
    path: '/applications/:id',
    summary: 'Change an application by the rules of the registry file',
    permission: 'registry.write',
    keepsToReach: true,
    params: record.applicationPath,
    body: record.applicationChange,
    response: registry.application,
    etag: true,
    ifMatch: true,
    fourEyes: true,
  },
  clientShow: {
    method: 'GET',
    path: '/clients/:environment/:client',
    summary: 'One client with its grants and keys',
    permission: 'registry.read',
    keepsToReach: true,
    params: registry.clientPath,
    response: registry.client,
    etag: true,
  },
} as const satisfies Record<string, RouteContract>;
