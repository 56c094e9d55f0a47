import type { AnswerOf } from '@gatehouse/contracts/routes';
import { filtered } from '../parts/list/filter-texts.js';

type Hit = AnswerOf<'search'>['hits'][number];

interface HitKind {
  readonly noun: string;
  readonly plural: string;
  /** The address of its page. */
  readonly page: (id: string) => string;
}

/** What a search finds, in the order in which it is listed. */
export const HIT_KINDS: Readonly<Record<Hit['type'], HitKind>> = {
  organisation: {
    noun: 'Organisation',
    plural: 'Organisations',
    page: (id) => `/organisations/${id}/show`,
  },
  application: { noun: 'Application', plural: 'Applications', page: (id) => `/applications/${id}/show` },
  client: {
    noun: 'Client',
    plural: 'Clients',
    page: (id) => `/clients/${encodeURIComponent(id)}/show`,
  },
  'cis2-client': { noun: 'CIS2 client', plural: 'CIS2 clients', page: (id) => `/cis2-clients/${id}/show` },
  sro: {
    noun: 'SRO',
    plural: 'SROs',
    page: (organisation) => filtered('/sro-appointments', { organisation }),
  },
  user: { noun: 'User', plural: 'Users', page: (userId) => filtered('/user-sessions', { userId }) },
  request: { noun: 'Request', plural: 'Requests', page: (id) => `/requests/${id}` },
  'error-code': { noun: 'Error code', plural: 'Error codes', page: (code) => filtered('/audit', { code }) },
};
