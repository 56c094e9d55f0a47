import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { AuditValue, Subject } from '@gatehouse/domain/audit';
import { Controller, Inject, Res } from '@nestjs/common';
import { Actor } from '../admin.guard.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../principal.js';
import { sendLines } from '../ndjson.js';
import { Input, Route } from '../route.js';
import type { AuditFilter } from './audit-desk.js';

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
  async list(@Input('auditList') { query }: InputOf<'auditList'>, @Actor() acting: Acting) {
    const { limit, after, ...filter } = query;
    await this.record('AUDIT_READ', acting, factsOf(filter));
    return this.deps.audit.list(filter, { limit, after });
  }

  /** Who looked for a patient, and why, is on record before anything is found. The identifier itself never is. */
  @Route('auditSearch')
  async search(@Input('auditSearch') { body }: InputOf<'auditSearch'>, @Actor() acting: Acting) {
    const { nhsNumber, ubrn, reason, limit, after, ...filter } = body;
    const subject: Subject =
      nhsNumber === undefined
        ? { kind: 'ubrn', value: ubrn ?? '' }
        : { kind: 'nhs-number', value: nhsNumber };
    const hashes = await this.deps.audit.hashesOf(subject, filter.organisation);
    await this.record('AUDIT_SEARCH', acting, {
      reason,
      subject: subject.kind,
      organisation: filter.organisation ?? null,
      hashes: hashes.slice(0, HASHES_NAMED),
      hashCount: hashes.length,
    });
    return this.deps.audit.search(hashes, filter, { limit, after });
  }

  @Route('auditFollow')
  async follow(
    @Input('auditFollow') { query }: InputOf<'auditFollow'>,
    @Actor() acting: Acting,
    @Res() response: ServerResponse,
  ): Promise<void> {
    await this.record('AUDIT_READ', acting, { ...factsOf(query), follow: true });
    await sendLines(response, (signal) => this.deps.audit.follow(query, signal));
  }

  @Route('auditExport')
  async export(
    @Input('auditExport') { query }: InputOf<'auditExport'>,
    @Actor() acting: Acting,
    @Res() response: ServerResponse,
  ): Promise<void> {
    await this.record('AUDIT_EXPORT', acting, { from: query.from ?? null, until: query.until ?? null });
    await sendLines(response, (signal) => this.deps.audit.export(query, signal));
  }

  private record(
    event: string,
    { actor, origin }: Acting,
    facts: Readonly<Record<string, AuditValue>>,
  ): Promise<void> {
    const atMs = this.deps.now();
    const common = { kind: 'SYSTEM', startedAtMs: atMs, atMs, attemptId: randomUUID() } as const;
    return this.deps.audit.system({ ...common, event, facts: { actor, origin, ...facts } });
  }
}

/** What was asked for, without what was left open. */
function factsOf(filter: AuditFilter): Record<string, AuditValue> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
