/** Four eyes: changes that wait for a second person. */
import * as change from './change-resources.js';
import { idPath } from './governance-resources.js';
import * as registry from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const changeRoutes = {
  changeList: {
    method: 'GET',
    path: '/changes',
    summary: 'Changes that wait for a second person, and those that have been decided, without their rows',
    permission: 'change.read',
    keepsToReach: true,
    query: change.changeFilter,
    response: registry.page(change.listedChange),
  },
  changeTotal: {
    method: 'GET',
    path: '/totals/changes',
    summary: 'How many changes a filter finds, exact up to 10,000',
    permission: 'change.read',
    keepsToReach: true,
    query: change.changeTotalFilter,
    response: registry.total,
  },
  changeShow: {
    method: 'GET',
    path: '/changes/:id',
    summary: 'One change, with the rows it would write',
    permission: 'change.read',
    keepsToReach: true,
    params: idPath,
    response: change.pendingChange,
  },
  changeApprove: {
    method: 'POST',
    path: '/changes/:id/approve',
    summary: 'Approve exactly the diff that was shown, and carry it out',
    permission: 'change.decide',
    keepsToReach: true,
    params: idPath,
    body: change.approveRequest,
    response: change.pendingChange,
  },
  changeReject: {
    method: 'POST',
    path: '/changes/:id/reject',
    summary: 'Reject a change',
    permission: 'change.decide',
    keepsToReach: true,
    params: idPath,
    body: registry.reasonNeeded,
    response: change.pendingChange,
  },
  changeWithdraw: {
    method: 'POST',
    path: '/changes/:id/withdraw',
    summary: 'Withdraw a change that you requested',
    permission: 'change.withdraw',
    keepsToReach: true,
    params: idPath,
    body: registry.reasonOnly,
    response: change.pendingChange,
  },
} as const satisfies Record<string, RouteContract>;
