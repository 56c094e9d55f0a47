import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { csvLine } from '@gatehouse/contracts/csv-line';
import type { InputOf } from '@gatehouse/contracts/routes';
import { Inject, Injectable } from '@nestjs/common';
import { LineWriter } from '../http/ndjson.js';
import type { Acting } from '../http/access/principal.js';
import { CLOCK, type Clock } from '../injected.js';
import { AuditAccess, factsOf } from './audit-access.js';
import type { AuditFilter } from './audit-filter.js';
import { AuditTrail } from './audit-trail.js';
import { announceCoverage } from './coverage.js';

const COLUMNS = [
  ...['startedAt', 'kind', 'attemptId', 'requestId', 'correlationId', 'upstreamRequestId', 'environment'],
  ...['organisation', 'client', 'userId', 'applicationId', 'interaction', 'event', 'actor', 'reason'],
  ...['outcome', 'status'],
  ...['upstreamStatus', 'code', 'diagnosis', 'durationMs'],
];

/** The audit trail as a file: what a filter finds, as CSV or one JSON object a line. */
@Injectable()
export class AuditDownload {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: Pick<AuditTrail, 'all' | 'removedMonths'>,
    @Inject(AuditAccess) private readonly access: AuditAccess,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * Is recorded before its first byte, and before its last one with how many rows it has and whether they are all: the
   * trail proves who received the whole file. It ends at the time of the request, so that its own
   * record and newer rows are no part of it.
   */
  async send(
    response: ServerResponse,
    acting: Acting,
    { format, reason }: Pick<InputOf<'auditDownload'>['body'], 'format' | 'reason'>,
    filter: AuditFilter,
  ): Promise<void> {
    const { reach: _, actor: __, ...criteria } = filter;
    const until = criteria.until ?? new Date(this.now()).toISOString();
    const exportId = randomUUID();
    const facts = { exportId, reason, format, ...factsOf(criteria), until };
    await this.access.record('AUDIT_EXPORT', acting, facts);
    const isCsv = format === 'csv';
    const lines = new LineWriter(response, isCsv ? 'text/csv; charset=utf-8; header=present' : undefined);
    response.setHeader('Content-Disposition', `attachment; filename="gatehouse-audit.${format}"`);
    const period = { ...criteria, until };
    announceCoverage(response, period, await this.auditTrail.removedMonths(period));
    let rows = 0;
    const recordEnd = (complete: boolean) =>
      this.access.record('AUDIT_EXPORT_END', acting, { exportId, rows, complete });
    // Is sent when the next line is there, or once the end is recorded.
    let unsent = isCsv ? csvLine(COLUMNS) : '';
    try {
      for await (const row of this.auditTrail.all({ ...filter, until }, lines.signal)) {
        if (lines.signal.aborted) break;
        await lines.writeText(unsent);
        unsent = isCsv ? csvLine(COLUMNS.map((column) => row[column])) : `${JSON.stringify(row)}\n`;
        rows += 1;
      }
    } catch (error) {
      await recordEnd(false);
      throw error;
    }
    await recordEnd(!lines.signal.aborted);
    await lines.writeText(unsent);
    lines.end();
  }
}
