/** Changes that wait for a second person. */
import { HISTORY_TABLES } from '@gatehouse/domain/audit/history';
import { z } from 'zod';
import {
  clientName,
  environmentName,
  instant,
  messageSetName,
  odsCode,
  reason,
  sha256Hex,
  uuid,
} from '../registry/identifiers.js';
import { instantCursor } from '../cursors.js';
import { paging } from '../registry/registry-resources.js';
import { staffRole } from '../staff/staff-resources.js';

export const changeState = z.enum(['pending', 'approved', 'rejected', 'withdrawn', 'expired', 'stale']);

const row = z.record(z.string(), z.unknown()).nullable();
export const diffRow = z.object({ table: z.string(), key: z.string(), before: row, after: row });

const thing = z.object({
  kind: z.enum(['organisation', 'application', 'client']),
  /** As the rows name it: ODS code, or id. */
  id: z.string(),
  name: z.string(),
  /** Of a client. */
  environment: z.string().optional(),
});
export type Thing = z.infer<typeof thing>;

/** The answer, with status 202, of a route whose change waits. */
export const pendingChange = z.object({
  id: z.string(),
  /** The route that was called. */
  action: z.string(),
  /** Why a second person is needed. */
  rules: z.array(z.string()),
  /** The person who decides needs one role from each list. */
  deciders: z.array(z.array(staffRole)),
  organisations: z.array(z.string()),
  /** Those that its rows belong to; none: rows that count in every environment are among them. */
  environments: z.array(z.string()),
  state: changeState,
  reason: z.string().nullable(),
  requestedBy: z.string(),
  /** The id of that person; null: a service's token. */
  requestedByPerson: z.string().nullable(),
  requestedAt: instant,
  expiresAt: instant,
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
  decisionReason: z.string().nullable(),
  /** What it would do, in sentences; the first one stands for all. */
  summary: z.array(z.string()).min(1),
  /** The recorded things that its rows name by their ids. */
  things: z.array(thing),
  /** The rows it would write. An approval names their hash. */
  diff: z.array(diffRow),
  diffHash: z.string(),
});
export type PendingChangeView = z.infer<typeof pendingChange>;

export const MOST_SENTENCES_LISTED = 3;
/** In a list: a single change may write thousands of rows, and lists are read again every minute. */
export const listedChange = pendingChange
  .omit({ summary: true, things: true, diff: true, diffHash: true })
  .extend({
    /** The first sentences. */
    summary: z.array(z.string()).min(1).max(MOST_SENTENCES_LISTED),
    /** How many sentences the change itself has. */
    sentences: z.number().int(),
    /** How many rows of each kind are shown with the change. */
    rows: z.array(z.object({ table: z.string(), count: z.number().int() })),
  });
export type ListedChange = z.infer<typeof listedChange>;

const changeConditions = {
  state: changeState.optional(),
  /** Only changes whose rows name it. */
  organisation: odsCode.optional(),
  application: uuid.optional(),
  client: clientName.optional(),
  /** Of the client. */
  environment: environmentName.optional(),
  messageSet: messageSetName.optional(),
  /** Only changes that write a row of this kind. */
  table: z.enum(HISTORY_TABLES, { error: 'this is not a table of the registry' }).optional(),
};
export const changeFilter = z.strictObject({ ...paging(instantCursor), ...changeConditions });
export const changeTotalFilter = z.strictObject(changeConditions);
export const approveRequest = z.strictObject({ diffHash: sha256Hex, reason });
