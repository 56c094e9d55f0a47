/** One search over the registry and, for callers who may read it, the audit trail. */
import { holdsNhsNumber } from '@gatehouse/domain/registry/search';
import { z } from 'zod';
import { faultOfAddress } from '../secret-in-address.js';
import { text } from './identifiers.js';
import type { RouteContract } from '../route-contract.js';

export const searchText = text('what to look for')
  .trim()
  .min(2, 'write at least two characters')
  .max(128, 'write at most 128 characters')
  .refine((query) => !holdsNhsNumber(query), {
    error:
      'this reads as an NHS number, which must not be part of an address: use the audit search, which asks for a reason',
  })
  .superRefine((query, context) => {
    const message = faultOfAddress(query);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** Whether a text is to be looked for by the search for a patient. */
export const isForPatientSearch = holdsNhsNumber;

export const searchHit = z.object({
  type: z.enum([
    'organisation',
    'application',
    'client',
    'cis2-client',
    'sro',
    'request',
    'user',
    'error-code',
  ]),
  /** ODS code (of an SRO: the organisation's), application id, attempt id, CIS2 user id, error code, or as in the address of its page. */
  id: z.string(),
  title: z.string(),
  detail: z.string(),
  /** What the text matched. */
  matched: z.enum([
    'ODS code',
    'name',
    'ASID',
    'API key',
    'application id',
    'correlation id',
    'attempt id',
    'CIS2 user id',
    'CIS2 client id',
    'key id',
    'error code',
  ]),
});
export type SearchHit = z.infer<typeof searchHit>;

export const searchRoutes = {
  search: {
    method: 'GET',
    path: '/search',
    summary:
      'Organisations by ODS code or the start of their name; applications by id, ASID, the key id of a signing key, the first six characters of their API key or its last four; clients and SROs by the start of their name, clients by the id of one of their keys as well; CIS2 clients by their client id or key id; requests by correlation id or attempt id; error codes; users who have signed in by CIS2 user id',
    permission: 'registry.read',
    keepsToReach: true,
    query: z.strictObject({ q: searchText }),
    response: z.object({ hits: z.array(searchHit) }),
  },
} as const satisfies Record<string, RouteContract>;
