/** What governance officers own. */
import { z } from 'zod';
import * as governance from './governance-resources.js';
import * as registry from './registry-resources.js';
import type { RouteContract } from './route-contract.js';

export const governanceRoutes = {
  sroList: {
    method: 'GET',
    path: '/sro-appointments',
    summary: 'Appointments of senior responsible owners',
    permission: 'sro.read',
    query: governance.sroFilter,
    response: registry.page(governance.sroAppointment),
  },
  sroAppoint: {
    method: 'POST',
    path: '/sro-appointments',
    summary: 'Appoint a senior responsible owner',
    permission: 'sro.write',
    body: governance.appointRequest,
    response: governance.sroAppointment,
  },
  sroAccept: {
    method: 'POST',
    path: '/sro-appointments/:id/accept',
    summary: 'Record that the senior responsible owner has accepted',
    permission: 'sro.write',
    params: governance.idPath,
    body: governance.acceptRequest,
    response: governance.sroAppointment,
  },
  sroReview: {
    method: 'POST',
    path: '/sro-appointments/:id/review',
    summary: 'Record a review and when the next one is due',
    permission: 'sro.write',
    params: governance.idPath,
    body: governance.reviewRequest,
    response: governance.sroAppointment,
  },
  sroWithdraw: {
    method: 'POST',
    path: '/sro-appointments/:id/withdraw',
    summary: 'Withdraw an appointment',
    permission: 'sro.write',
    params: governance.idPath,
    body: registry.reasonNeeded,
    response: governance.sroAppointment,
  },
  exceptionList: {
    method: 'GET',
    path: '/write-exceptions',
    summary: 'Write exceptions of application-restricted access',
    permission: 'exception.read',
    query: governance.exceptionFilter,
    response: registry.page(governance.writeException),
  },
  exceptionGrant: {
    method: 'POST',
    path: '/write-exceptions',
    summary: 'Open one write interaction to one application until a day',
    permission: 'exception.write',
    body: governance.grantExceptionRequest,
    response: governance.writeException,
  },
  exceptionRevoke: {
    method: 'POST',
    path: '/write-exceptions/:id/revoke',
    summary: 'Close a write exception at once',
    permission: 'exception.write',
    params: governance.idPath,
    body: registry.reasonNeeded,
    response: governance.writeException,
  },
  assuranceList: {
    method: 'GET',
    path: '/assurance-floors',
    summary: 'Lowest authentication assurance levels taken',
    permission: 'assurance.read',
    response: z.object({ items: z.array(governance.assuranceFloor) }),
  },
  assuranceSet: {
    method: 'PUT',
    path: '/assurance-floors',
    summary: 'Set the lowest authentication assurance level taken',
    permission: 'assurance.write',
    body: governance.setAssuranceRequest,
    response: governance.assuranceFloor,
  },
} as const satisfies Record<string, RouteContract>;
