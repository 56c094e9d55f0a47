/** How react-admin's resources are read: the route of their list, and what names one of their records. */
import type { RouteName } from '@gatehouse/contracts/routes';

interface ResourceRoute {
  readonly list: RouteName;
  readonly id: (record: Readonly<Record<string, unknown>>) => string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

const field =
  (...names: readonly string[]) =>
  (record: Readonly<Record<string, unknown>>): string =>
    names.map((name) => text(record[name])).join('~');

export const RESOURCE_ROUTES: Readonly<Record<string, ResourceRoute>> = {
  organisations: { list: 'organisationsList', id: field('odsCode') },
  applications: { list: 'applicationsList', id: field('id') },
  clients: { list: 'clientsList', id: field('environment', 'name') },
  'signing-keys': { list: 'keyList', id: field('kid') },
  'sro-appointments': { list: 'sroList', id: field('id') },
  'write-exceptions': { list: 'exceptionList', id: field('id') },
  'assurance-floors': { list: 'assuranceList', id: field('organisation') },
  audit: { list: 'auditList', id: field('attemptId') },
  changes: { list: 'changeList', id: field('id') },
  'emergency-stops': { list: 'stopList', id: field('id') },
  staff: { list: 'staffList', id: field('id') },
  sessions: { list: 'sessionList', id: field('id') },
  'admin-tokens': { list: 'tokenList', id: field('tokenId') },
};
