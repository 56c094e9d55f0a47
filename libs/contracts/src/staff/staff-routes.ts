/** The session of the console, and the people who sign in. */
import * as registry from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';
import * as staff from './staff-resources.js';

export const staffRoutes = {
  sessionShow: {
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in and what they may do',
    permission: 'session.own',
    keepsToReach: true,
    response: staff.session,
  },
  sessionEnd: {
    method: 'POST',
    path: '/session/end',
    summary: 'Sign out',
    permission: 'session.own',
    keepsToReach: true,
    response: staff.sessionEnded,
  },
  sessionList: {
    method: 'GET',
    path: '/sessions',
    summary: 'Sign-ins that are still valid: your own, or everyone’s if you may read staff',
    permission: 'session.own',
    keepsToReach: true,
    query: staff.signInFilter,
    response: registry.page(staff.signIn),
  },
  sessionRevoke: {
    method: 'POST',
    path: '/sessions/:id/revoke',
    summary: 'End a sign-in immediately: your own, or anyone’s if you may change staff',
    permission: 'session.own',
    keepsToReach: true,
    params: staff.staffPath,
    body: registry.reasonOnly,
    response: staff.sessionEnded,
  },
  staffList: {
    method: 'GET',
    path: '/staff',
    summary: 'People who have signed in, and their roles',
    permission: 'staff.read',
    query: staff.staffFilter,
    response: registry.page(staff.staffMember),
  },
  staffTotal: {
    method: 'GET',
    path: '/totals/staff',
    summary: 'How many people have signed in, exact up to 10,000',
    permission: 'staff.read',
    response: registry.total,
  },
  staffRoles: {
    method: 'POST',
    path: '/staff/:id/roles',
    summary: 'Give or take a role; roles that come from the identity provider are changed there',
    permission: 'staff.write',
    params: staff.staffPath,
    body: staff.changeRoleRequest,
    response: staff.staffMember,
  },
  staffSuspend: {
    method: 'POST',
    path: '/staff/:id/suspend',
    summary: 'Suspend a person immediately, with all their sign-ins and tokens',
    permission: 'staff.write',
    params: staff.staffPath,
    body: registry.reasonNeeded,
    response: staff.staffMember,
  },
  staffResume: {
    method: 'POST',
    path: '/staff/:id/resume',
    summary: 'Let a suspended person sign in again',
    permission: 'staff.write',
    params: staff.staffPath,
    body: registry.reasonNeeded,
    response: staff.staffMember,
  },
} as const satisfies Record<string, RouteContract>;
