/** The routes behind react-admin's resources: of the list, and of one record; and how a record's id is made. */
import type { RouteName } from '@gatehouse/contracts/routes';
import { asked } from '../audit/explorer/quick-filters.js';

interface ResourceRoute {
  readonly list: RouteName;
  readonly id: (record: Readonly<Record<string, unknown>>) => string;
  /** Whether the list's route can sort. */
  readonly sorts?: true;
  /** What the list asks for, where that is not the filter itself. */
  readonly asked?: (filter: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** For records that have a page of their own. */
  readonly show?: { readonly route: RouteName; readonly params: readonly string[] };
}

const SEPARATOR = '~';

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

const field =
  (...names: readonly string[]) =>
  (record: Readonly<Record<string, unknown>>): string =>
    names.map((name) => text(record[name])).join(SEPARATOR);

export const RESOURCE_ROUTES: Readonly<Record<string, ResourceRoute>> = {
  organisations: {
    list: 'organisationsList',
    sorts: true,
    id: field('odsCode'),
    show: { route: 'organisationShow', params: ['odsCode'] },
  },
  applications: {
    list: 'applicationsList',
    sorts: true,
    id: field('id'),
    show: { route: 'applicationShow', params: ['id'] },
  },
  'message-sets': {
    list: 'messageSetList',
    id: field('name'),
    show: { route: 'messageSetShow', params: ['name'] },
  },
  clients: {
    list: 'clientsList',
    sorts: true,
    id: field('environment', 'name'),
    show: { route: 'clientShow', params: ['environment', 'client'] },
  },
  'cis2-clients': {
    list: 'cis2ClientsList',
    id: field('id'),
    show: { route: 'cis2ClientShow', params: ['id'] },
  },
  'signing-keys': { list: 'keyList', id: field('kid') },
  rotations: { list: 'rotationList', id: ({ owner }) => text((owner as { readonly id: string }).id) },
  'key-deletions': { list: 'keyDeletionList', id: field('month', 'kid') },
  'key-emergencies': {
    list: 'keyEmergencyList',
    id: field('id'),
    show: { route: 'keyEmergencyShow', params: ['id'] },
  },
  'unrecorded-signatures': { list: 'unrecordedSignatureList', id: field('id') },
  'sro-appointments': { list: 'sroList', sorts: true, id: field('id') },
  'write-exceptions': { list: 'exceptionList', id: field('id') },
  environments: { list: 'environmentList', id: field('name') },
  'assurance-floors': { list: 'assuranceList', id: field('organisation') },
  audit: { list: 'auditList', id: field('attemptId'), asked },
  changes: { list: 'changeList', id: field('id'), show: { route: 'changeShow', params: ['id'] } },
  'impact-plans': {
    list: 'impactPlanList',
    id: field('id'),
    show: { route: 'impactPlanShow', params: ['id'] },
  },
  history: { list: 'historyList', id: field('id') },
  'emergency-stops': { list: 'stopList', id: field('id') },
  'user-sessions': { list: 'userSessionList', id: field('id') },
  jobs: { list: 'jobList', id: field('id'), show: { route: 'jobShow', params: ['id'] } },
  notices: { list: 'ownNoticeList', id: field('id'), show: { route: 'ownNoticeShow', params: ['id'] } },
  webhooks: { list: 'webhookList', id: field('id'), show: { route: 'webhookShow', params: ['id'] } },
  staff: { list: 'staffList', sorts: true, id: field('id') },
  'access-review': { list: 'accessReviewList', id: field('id') },
  sessions: { list: 'sessionList', id: field('id') },
  'admin-tokens': { list: 'tokenList', id: field('tokenId') },
};

/** The params of a record's route, taken from its id. */
export function paramsOf(names: readonly string[], id: string): Record<string, string> {
  const parts = id.split(SEPARATOR);
  return Object.fromEntries(names.map((name, index) => [name, parts[index] ?? '']));
}
