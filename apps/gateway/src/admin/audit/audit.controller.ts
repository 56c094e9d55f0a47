import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Subject } from '@gatehouse/domain/audit/audit';
import { Controller, Inject } from '@nestjs/common';
import { Exports } from '../http/access/exports.js';
import { LongAnswers } from '../http/access/long-answers.js';
import { sendLines } from '../http/ndjson.js';
import { type Acting, requireNoLimit } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { CLOCK, type Clock } from '../injected.js';
import { AuditAccess, factsOf } from './audit-access.js';
import { criteriaOf, filterFor } from './audit-filter.js';
import { AuditTrail } from './audit-trail.js';
import { announceCoverage, coverageOf } from './coverage.js';
import { AuditDownload } from './download.js';

/** A search over all organisations has a hash for each; its record names this many and says how many there were. */
const HASHES_NAMED = 20;

/** The audit trail. Every reading of it is recorded in it. */
@Controller()
export class AuditController {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(AuditAccess) private readonly access: AuditAccess,
    @Inject(AuditDownload) private readonly downloads: AuditDownload,
    @Inject(LongAnswers) private readonly longAnswers: LongAnswers,
    @Inject(Exports) private readonly exports: Exports,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  @Route('auditList')
  async list({ query }: InputOf<'auditList'>, acting: Acting) {
    const { limit, after, ...asked } = query;
    const filter = criteriaOf(asked, this.now());
    await this.access.record('AUDIT_READ', acting, factsOf(filter));
    const page = await this.auditTrail.list(filterFor(filter, acting), { limit, after });
    return { ...page, covers: await coverageOf(this.auditTrail, filter) };
  }

  /** Records who searched for a patient, and why, before anything is found. The identifier itself is never recorded. */
  @Route('auditSearch')
  async search({ body }: InputOf<'auditSearch'>, acting: Acting) {
    const { nhsNumber, ubrn, reason, limit, after, ...asked } = body;
    const filter = criteriaOf(asked, this.now());
    const subject: Subject =
      nhsNumber === undefined
        ? { kind: 'ubrn', value: ubrn ?? '' }
        : { kind: 'nhs-number', value: nhsNumber };
    const hashes = await this.auditTrail.hashesOf(subject, filter.organisation);
    await this.access.record('AUDIT_SEARCH', acting, {
      reason,
      subject: subject.kind,
      organisation: filter.organisation ?? null,
      hashes: hashes.slice(0, HASHES_NAMED),
      hashCount: hashes.length,
    });
    const page = await this.auditTrail.search(hashes, filterFor(filter, acting), { limit, after });
    const withoutKey = await this.auditTrail.organisationsWithoutKey();
    // The events of staff belong to no organisation, so that a limited role may not see them.
    const showsStaff = after === undefined && acting.reach === 'all';
    return {
      ...page,
      covers: await coverageOf(this.auditTrail, filter),
      keysDestroyed: withoutKey.filter(
        (odsCode) =>
          (filter.organisation ?? odsCode) === odsCode &&
          (acting.reach === 'all' || acting.reach.has(odsCode)),
      ),
      staff: showsStaff ? await this.staffWhoLooked(subject, hashes, filter) : null,
    };
  }

  /** @param found the hashes under the keys of the organisations of the filter */
  private async staffWhoLooked(
    subject: Subject,
    found: readonly string[],
    filter: ReturnType<typeof criteriaOf>,
  ) {
    const hashes =
      filter.organisation === undefined ? found : await this.auditTrail.hashesOf(subject, undefined);
    const { items, isWhole } = await this.auditTrail.patientAccesses(hashes, filter);
    return {
      items: items.map(({ atMs, ...access }) => ({ ...access, at: new Date(atMs).toISOString() })),
      isWhole,
    };
  }

  /** A live view: recorded once when it begins and once when it ends, with how many records it showed. */
  @Route('auditFollow')
  async follow({ query }: InputOf<'auditFollow'>, acting: Acting, response: ServerResponse): Promise<void> {
    const filter = criteriaOf(query, this.now());
    const view = { viewId: randomUUID(), ...factsOf(filter) };
    await this.access.record('AUDIT_LIVE', acting, view);
    const allowed = this.longAnswers.whileAllowed(response.req, 'audit.read', acting.reach);
    announceCoverage(response, filter);
    let records = 0;
    const lines = async function* (trail: AuditTrail, signal: AbortSignal) {
      for await (const line of trail.follow(filterFor(filter, acting), signal)) {
        records += 1;
        yield line;
      }
    };
    try {
      await sendLines(response, (gone) => lines(this.auditTrail, AbortSignal.any([gone, allowed.signal])));
    } finally {
      allowed.stop();
      await this.access.record('AUDIT_LIVE_END', acting, { ...view, records });
    }
  }

  @Route('auditExport')
  async export({ body }: InputOf<'auditExport'>, acting: Acting, response: ServerResponse): Promise<void> {
    requireNoLimit(acting.reach, 'The chain of the audit trail');
    await this.exports.run(response, acting, async () => {
      const { reason, ...span } = body;
      const { from = null, until = null } = span;
      await this.access.record('AUDIT_EXPORT', acting, { reason, from, until });
      announceCoverage(response, span);
      await sendLines(response, (signal) => this.auditTrail.export(span, signal));
    });
  }

  @Route('auditDownload')
  async download(
    { body }: InputOf<'auditDownload'>,
    acting: Acting,
    response: ServerResponse,
  ): Promise<void> {
    const { format, reason, ...asked } = body;
    const filter = filterFor(criteriaOf(asked, this.now()), acting);
    await this.exports.run(response, acting, () =>
      this.downloads.send(response, acting, { format, reason }, filter),
    );
  }
}
