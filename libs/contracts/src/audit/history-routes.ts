/** What changed in the registry, by whom, when, why and from where. */
import { HISTORY_TABLES } from '@gatehouse/domain/audit/history';
import { z } from 'zod';
import { diffRow } from '../governance/change-resources.js';
import { clientName, environmentName, instant, odsCode, uuid } from '../registry/identifiers.js';
import { numberCursor } from '../cursors.js';
import { page, paging } from '../registry/registry-resources.js';
import type { RouteContract } from '../route-contract.js';

export const historyEntry = diffRow.extend({
  id: z.string(),
  /** Rows of one change share it. */
  version: z.number().int(),
  at: instant,
  actor: z.string(),
  /** Every person that `actor` names, as their identity provider knows them: names can change, this can't. */
  people: z.array(z.object({ issuer: z.string(), subject: z.string() })),
  reason: z.string().nullable(),
  /** The console or a token, and the address. */
  origin: z.string().nullable(),
  organisations: z.array(z.string()),
});
export type HistoryEntry = z.infer<typeof historyEntry>;

export const historyTable = z.enum(HISTORY_TABLES, {
  error: `the table is one of ${HISTORY_TABLES.join(', ')}`,
});
export const historyFilter = z.strictObject({
  ...paging(numberCursor),
  table: historyTable.optional(),
  key: z.string().max(200).optional(),
  organisation: odsCode.optional(),
  /** The application’s own rows, and those of its keys, message sets, bindings and exceptions. */
  application: uuid.optional(),
  /** The client’s own row, and those of its grants and keys. */
  client: clientName.optional(),
  /** Of the client. */
  environment: environmentName.optional(),
});

export const historyRoutes = {
  historyList: {
    method: 'GET',
    path: '/history',
    summary: 'Changes of the registry, newest first, with each row before and after; never a secret',
    permission: 'registry.read',
    keepsToReach: true,
    query: historyFilter,
    response: page(historyEntry),
  },
} as const satisfies Record<string, RouteContract>;
