/** Organisations as the NHS publishes them, by ODS code, from the files that operators have loaded. */
import { MAX_FILE_BYTES } from '@gatehouse/domain/input/text-file';
import { z } from 'zod';
import {
  date,
  instant,
  named,
  odsCode,
  organisationName,
  reason,
  sha256Hex,
} from '../registry/identifiers.js';
import type { RouteContract } from '../route-contract.js';

/** Several times what the largest report has. */
export const MOST_ORGANISATIONS = 100_000;

export const publishedOrganisation = z.strictObject({
  odsCode,
  /** As it is published, in block capitals. */
  name: organisationName,
  openedOn: date.nullable(),
  closedOn: date.nullable(),
  isClosed: z.boolean(),
});

const odsFile = z.object({
  fileName: z.string(),
  sha256: z.string(),
  /** How many organisations it has; of these, how many were unknown before it, and how many it says something else about. */
  organisations: z.number().int(),
  added: z.number().int(),
  changed: z.number().int(),
  loadedBy: z.string(),
  loadedAt: instant,
});
export type OdsFileView = z.output<typeof odsFile>;

const published = z.object({
  odsCode: z.string(),
  name: z.string(),
  openedOn: date.nullable(),
  closedOn: date.nullable(),
  /** What somebody should know before they register it: that it has closed, or when it will close or open. */
  remark: z.string().nullable(),
  /** The file that says so. */
  fileName: z.string(),
  loadedAt: instant,
});

export const odsRoutes = {
  odsFileLoad: {
    method: 'POST',
    path: '/ods-files',
    summary: 'Load an ODS file, all of it or nothing',
    permission: 'registry.write',
    body: z.strictObject({
      fileName: named('the file name', 200),
      /** Of the file, as it was read. */
      sha256: sha256Hex,
      organisations: z.array(publishedOrganisation).min(1).max(MOST_ORGANISATIONS),
      reason: reason.optional(),
    }),
    maxBodyBytes: MAX_FILE_BYTES,
    response: odsFile,
  },
  odsFilesList: {
    method: 'GET',
    path: '/ods-files',
    summary: 'The newest 50 ODS files that were loaded',
    permission: 'registry.read',
    response: z.object({ items: z.array(odsFile) }),
  },
  odsOrganisationShow: {
    method: 'GET',
    path: '/ods-organisations/:odsCode',
    summary: 'What the newest ODS file says about an organisation',
    permission: 'registry.read',
    params: z.strictObject({ odsCode }),
    response: z.object({
      /** Null: no loaded file has this code. */
      published: published.nullable(),
      /** What differs from the organisation that is registered, or that it has closed; null: nothing, or none is. */
      remarkOnRegistered: z.string().nullable(),
      /** Whether any file was loaded. */
      hasFiles: z.boolean(),
    }),
  },
} as const satisfies Record<string, RouteContract>;
