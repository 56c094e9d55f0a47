/** Every page, each loaded when it is first opened. To add a page, add a line here and one in layout/menu-entries.tsx. */
import type { RouteName } from '@gatehouse/contracts/routes';
import { type ComponentType, lazy } from 'react';

export const Dashboard = lazy(() => import('./dashboard/dashboard.js'));

export const RESOURCES = [
  {
    name: 'organisations',
    list: lazy(() => import('./organisations/organisation-list.js')),
    show: lazy(() => import('./organisations/organisation-page.js')),
  },
  {
    name: 'applications',
    list: lazy(() => import('./applications/application-list.js')),
    show: lazy(() => import('./applications/application-page.js')),
  },
  {
    name: 'clients',
    list: lazy(() => import('./clients/client-list.js')),
    show: lazy(() => import('./clients/client-page.js')),
  },
  {
    name: 'cis2-clients',
    list: lazy(() => import('./cis2-clients/cis2-client-list.js')),
    show: lazy(() => import('./cis2-clients/cis2-client-page.js')),
  },
  { name: 'message-sets', list: lazy(() => import('./message-sets/message-set-list.js')) },
  { name: 'signing-keys', list: lazy(() => import('./signing-keys/signing-key-list.js')) },
  { name: 'rotations', list: lazy(() => import('./rotations/rotation-list.js')) },
  { name: 'key-deletions', list: lazy(() => import('./key-deletions/key-deletion-list.js')) },
  {
    name: 'key-emergencies',
    list: lazy(() => import('./key-emergencies/key-emergency-list.js')),
    show: lazy(() => import('./key-emergencies/key-emergency-page.js')),
  },
  {
    name: 'unrecorded-signatures',
    list: lazy(() => import('./signatures/unrecorded-signature-list.js')),
  },
  { name: 'sro-appointments', list: lazy(() => import('./sro/sro-list.js')) },
  { name: 'write-exceptions', list: lazy(() => import('./exceptions/exception-list.js')) },
  { name: 'environments', list: lazy(() => import('./environments/environment-list.js')) },
  { name: 'assurance-floors', list: lazy(() => import('./assurance/assurance-list.js')) },
  {
    name: 'changes',
    list: lazy(() => import('./changes/change-list.js')),
    show: lazy(() => import('./changes/change-page.js')),
  },
  {
    name: 'impact-plans',
    list: lazy(() => import('./impact-plans/impact-plan-list.js')),
    show: lazy(() => import('./impact-plans/impact-plan-page.js')),
  },
  { name: 'emergency-stops', list: lazy(() => import('./stops/stop-list.js')) },
  { name: 'user-sessions', list: lazy(() => import('./user-sessions/user-session-list.js')) },
  {
    name: 'jobs',
    list: lazy(() => import('./jobs/job-list.js')),
    show: lazy(() => import('./jobs/job-page.js')),
  },
  {
    name: 'notices',
    list: lazy(() => import('./notices/notice-list.js')),
    show: lazy(() => import('./notices/notice-page.js')),
  },
  {
    name: 'webhooks',
    list: lazy(() => import('./webhooks/webhook-list.js')),
    show: lazy(() => import('./webhooks/webhook-page.js')),
  },
  { name: 'history', list: lazy(() => import('./history/history-list.js')) },
  { name: 'staff', list: lazy(() => import('./staff/staff-list.js')) },
  { name: 'access-review', list: lazy(() => import('./staff/access-review-list.js')) },
  { name: 'sessions', list: lazy(() => import('./staff/session-list.js')) },
  { name: 'audit', list: lazy(() => import('./audit/audit-list.js')) },
  { name: 'admin-tokens', list: lazy(() => import('./tokens/token-list.js')) },
];

interface CustomPage {
  readonly path: string;
  /** The page is for people who may call this route. */
  readonly route: RouteName;
  readonly Page: ComponentType;
}

export const PAGES: readonly CustomPage[] = [
  { path: '/requests/:attemptId', route: 'auditStory', Page: lazy(() => import('./audit/request-page.js')) },
  {
    path: '/audit-events/:attemptId',
    route: 'auditEvent',
    Page: lazy(() => import('./audit/event-page.js')),
  },
  {
    path: '/patient-search',
    route: 'auditSearch',
    Page: lazy(() => import('./audit/patient-search-page.js')),
  },
  { path: '/register', route: 'auditList', Page: lazy(() => import('./register/register-page.js')) },
  { path: '/trail', route: 'trailShow', Page: lazy(() => import('./trail/trail-page.js')) },
  {
    path: '/evidence-pack',
    route: 'evidencePackMake',
    Page: lazy(() => import('./evidence/evidence-page.js')),
  },
  { path: '/asid-plan', route: 'planShow', Page: lazy(() => import('./asid-plan/asid-plan-page.js')) },
  { path: '/impact', route: 'impactShow', Page: lazy(() => import('./impact/impact-page.js')) },
  {
    path: '/onboarding',
    route: 'applicationChecklist',
    Page: lazy(() => import('./onboarding/onboarding-page.js')),
  },
  { path: '/import', route: 'registryApply', Page: lazy(() => import('./import/import-page.js')) },
  {
    path: '/message-set',
    route: 'messageSetShow',
    Page: lazy(() => import('./message-sets/message-set-page.js')),
  },
  {
    path: '/notice-choices',
    route: 'noticeChoiceList',
    Page: lazy(() => import('./notices/notice-choices-page.js')),
  },
  { path: '/my-work', route: 'ownWorkShow', Page: lazy(() => import('./own-work/own-work-page.js')) },
  { path: '/search', route: 'search', Page: lazy(() => import('./search/search-page.js')) },
  {
    path: '/check-assertion',
    route: 'assertionLint',
    Page: lazy(() => import('./check-assertion/check-assertion-page.js')),
  },
  { path: '/explain', route: 'explain', Page: lazy(() => import('./explain/explain-page.js')) },
];
