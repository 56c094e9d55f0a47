/** One request in the audit trail, and the trail as a file. */
import * as audit from './audit-resources.js';
import { pendingChange } from '../governance/change-resources.js';
import { auditRow } from '../operation/operation-resources.js';
import { reasonNeeded } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const auditRoutes = {
  auditStory: {
    method: 'GET',
    path: '/audit/requests/:attemptId',
    summary: 'One request with all its attempts and rows, and whether their chain is intact',
    permission: 'audit.read',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.requestWithName,
  },
  auditEvent: {
    method: 'GET',
    path: '/audit/events/:attemptId',
    summary: 'One event that is no request: who read, searched, exported or revealed what, and why',
    permission: 'audit.read',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.systemEvent,
  },
  auditSupportBundle: {
    method: 'GET',
    path: '/audit/requests/:attemptId/support-bundle',
    summary: 'What NHS support needs to know about one request; contains no patient identifier',
    permission: 'audit.read',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.supportBundle,
  },
  explainPast: {
    method: 'GET',
    path: '/audit/requests/:attemptId/explanation',
    summary: 'One request decided again, with the registry as it was then and as it is now',
    permission: 'audit.read',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.pastExplanation,
  },
  revealAsk: {
    method: 'POST',
    path: '/audit/requests/:attemptId/reveal',
    summary: 'Request the identifiers of the patients that a request was about; a second person decides',
    permission: 'audit.reveal',
    keepsToReach: true,
    params: audit.attemptPath,
    body: reasonNeeded,
    response: pendingChange,
  },
  revealStatus: {
    method: 'GET',
    path: '/audit/requests/:attemptId/reveal',
    summary: 'The state of your request for the identifiers, without the identifiers',
    permission: 'audit.reveal',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.revealStatus,
  },
  revealShow: {
    method: 'POST',
    path: '/audit/requests/:attemptId/reveal/show',
    summary:
      'Show the identifiers to the person who requested them, for an hour after approval; each time is audited',
    permission: 'audit.reveal',
    keepsToReach: true,
    params: audit.attemptPath,
    response: audit.revealed,
  },
  auditDownload: {
    method: 'POST',
    path: '/audit/download',
    summary:
      'Attempts that match a filter, as CSV or one JSON object per line; the download and its reason are audited',
    permission: 'audit.export',
    keepsToReach: true,
    body: audit.auditDownload,
    response: auditRow,
    ndjson: true,
  },
} as const satisfies Record<string, RouteContract>;
