/** One request of the trail, and the trail as a file. */
import * as audit from './audit-resources.js';
import { auditRow } from './operation-resources.js';
import type { RouteContract } from './route-contract.js';

export const auditRoutes = {
  auditStory: {
    method: 'GET',
    path: '/audit/requests/:attemptId',
    summary: 'One request with all its attempts and rows, and whether their chain holds',
    permission: 'audit.read',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.requestStory,
  },
  auditSupportBundle: {
    method: 'GET',
    path: '/audit/requests/:attemptId/support-bundle',
    summary: 'What NHS support asks for of one request; holds no identifier of a patient',
    permission: 'audit.read',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.supportBundle,
  },
  auditDownload: {
    method: 'GET',
    path: '/audit/download',
    summary: 'Attempts that a filter finds, as CSV or one JSON object a line',
    permission: 'audit.export',
    keepsToReach: true,
    query: audit.auditDownload,
    response: auditRow,
    ndjson: true,
  },
} as const satisfies Record<string, RouteContract>;
