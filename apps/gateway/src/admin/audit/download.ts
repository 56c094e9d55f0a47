/** The trail as a file: what a filter finds, as CSV or one JSON object a line. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { csvLine } from '@gatehouse/contracts/csv-line';
import type { AdminDeps } from '../deps.js';
import { LineWriter } from '../http/ndjson.js';
import type { Acting } from '../http/principal.js';
import type { AuditFilter } from './audit-desk.js';
import { given, recordUse } from './record-use.js';

const COLUMNS = [
  ...['startedAt', 'kind', 'attemptId', 'requestId', 'correlationId', 'upstreamRequestId', 'environment'],
  ...[
    'organisation',
    'client',
    'applicationId',
    'interaction',
    'event',
    'outcome',
    'status',
    'upstreamStatus',
  ],
  ...['code', 'diagnosis', 'durationMs'],
];

/**
 * On record before the first byte, and before the last one with how many rows there were and whether they are all:
 * whoever has the whole file has the trail's word that they were given it. Ends at the time it was asked for, so that
 * its own record and newer rows are no part of it.
 */
export async function download(
  deps: Pick<AdminDeps, 'audit' | 'now'>,
  response: ServerResponse,
  acting: Acting,
  format: 'csv' | 'ndjson',
  filter: AuditFilter,
): Promise<void> {
  const { reach: _, ...asked } = filter;
  const until = asked.until ?? new Date(deps.now()).toISOString();
  const exportId = randomUUID();
  await recordUse(deps, 'AUDIT_EXPORT', acting, { exportId, format, ...given(asked), until });
  const csv = format === 'csv';
  const lines = new LineWriter(response, csv ? 'text/csv; charset=utf-8; header=present' : undefined);
  response.setHeader('Content-Disposition', `attachment; filename="gatehouse-audit.${format}"`);
  let rows = 0;
  const ended = (complete: boolean) =>
    recordUse(deps, 'AUDIT_EXPORT_END', acting, { exportId, rows, complete });
  // Goes out when the next line is there, or once the end is on record.
  let held = csv ? csvLine(COLUMNS) : '';
  try {
    for await (const row of deps.audit.all({ ...filter, until }, lines.signal)) {
      if (lines.signal.aborted) break;
      await lines.writeText(held);
      held = csv ? csvLine(COLUMNS.map((column) => row[column])) : `${JSON.stringify(row)}\n`;
      rows += 1;
    }
  } catch (error) {
    await ended(false);
    throw error;
  }
  await ended(!lines.signal.aborted);
  await lines.writeText(held);
  lines.end();
}
