import type { ServerResponse } from 'node:http';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Subject } from '@gatehouse/domain/audit/audit';
import { spanOf } from '@gatehouse/domain/input/moment';
import { Controller, Inject } from '@nestjs/common';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, withoutLimit } from '../http/principal.js';
import { sendLines } from '../http/ndjson.js';
import { Route } from '../http/route.js';
import { whileAllowed } from '../http/while-allowed.js';
import { download } from './download.js';
import { given, recordUse } from './record-use.js';

/** A search over all organisations has a hash for each; the record names this many and says how many there were. */
const HASHES_NAMED = 20;

@Controller()
export class AuditController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  /** Whoever reads the trail stands in it. */
  @Route('auditList')
  async list({ query }: InputOf<'auditList'>, acting: Acting) {
    const { limit, after, ...filter } = query;
    await recordUse(this.deps, 'AUDIT_READ', acting, given(filter));
    const page = await this.deps.audit.list({ ...filter, reach: acting.reach }, { limit, after });
    return { ...page, covers: coverageOf(filter) };
  }

  /** Who looked for a patient, and why, is on record before anything is found. The identifier itself never is. */
  @Route('auditSearch')
  async search({ body }: InputOf<'auditSearch'>, acting: Acting) {
    const { nhsNumber, ubrn, reason, limit, after, ...filter } = body;
    const subject: Subject =
      nhsNumber === undefined
        ? { kind: 'ubrn', value: ubrn ?? '' }
        : { kind: 'nhs-number', value: nhsNumber };
    const hashes = await this.deps.audit.hashesOf(subject, filter.organisation);
    await recordUse(this.deps, 'AUDIT_SEARCH', acting, {
      reason,
      subject: subject.kind,
      organisation: filter.organisation ?? null,
      hashes: hashes.slice(0, HASHES_NAMED),
      hashCount: hashes.length,
    });
    const page = await this.deps.audit.search(hashes, { ...filter, reach: acting.reach }, { limit, after });
    return { ...page, covers: coverageOf(filter) };
  }

  @Route('auditFollow')
  async follow({ query }: InputOf<'auditFollow'>, acting: Acting, response: ServerResponse): Promise<void> {
    await recordUse(this.deps, 'AUDIT_READ', acting, { ...given(query), follow: true });
    const allowed = whileAllowed(this.deps, response.req, 'audit.read', acting.reach);
    await sendLines(response, (gone) => {
      const signal = AbortSignal.any([gone, allowed.signal]);
      return this.deps.audit.follow({ ...query, reach: acting.reach }, signal);
    }).finally(allowed.stop);
  }

  @Route('auditExport')
  async export({ query }: InputOf<'auditExport'>, acting: Acting, response: ServerResponse): Promise<void> {
    withoutLimit(acting.reach, 'The chain of the trail');
    await recordUse(this.deps, 'AUDIT_EXPORT', acting, {
      from: query.from ?? null,
      until: query.until ?? null,
    });
    await sendLines(response, (signal) => this.deps.audit.export(query, signal));
  }

  @Route('auditDownload')
  async download(
    { query }: InputOf<'auditDownload'>,
    acting: Acting,
    response: ServerResponse,
  ): Promise<void> {
    const { format, ...filter } = query;
    await download(this.deps, response, acting, format, { ...filter, reach: acting.reach });
  }
}

/** The span that a filter was read as, half-open; null where it has no limit. */
function coverageOf(filter: { readonly from?: string | undefined; readonly until?: string | undefined }) {
  const { fromMs, untilMs } = spanOf(filter.from, filter.until);
  const text = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return { from: text(fromMs), until: text(untilMs) };
}
