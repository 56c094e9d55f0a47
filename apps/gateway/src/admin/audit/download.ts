/** The trail as a file: what a filter finds, as CSV or one JSON object a line. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { csvLine } from '@gatehouse/domain/csv';
import type { AdminDeps } from '../deps.js';
import { LineWriter } from '../ndjson.js';
import type { Acting } from '../principal.js';
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
 * On record before the first byte, and at the end with how many rows went out and whether that was all of them.
 * Ends at the time it was asked for, so that its own record and newer rows are no part of it.
 */
export async function download(
  deps: AdminDeps,
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
  let complete = false;
  try {
    if (csv) await lines.writeText(csvLine(COLUMNS));
    for await (const row of deps.audit.all({ ...filter, until }, lines.signal)) {
      await (csv ? lines.writeText(csvLine(COLUMNS.map((column) => row[column]))) : lines.write(row));
      if (lines.signal.aborted) break;
      rows += 1;
    }
    complete = !lines.signal.aborted;
    lines.end();
  } finally {
    await recordUse(deps, 'AUDIT_EXPORT_END', acting, { exportId, rows, complete });
  }
}
