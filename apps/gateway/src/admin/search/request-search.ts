import type { SearchHit } from '@gatehouse/contracts/registry/search-routes';
import { reachOf } from '@gatehouse/domain/governance/permissions';
import type { SearchTerms } from '@gatehouse/domain/registry/search';
import { Inject, Injectable } from '@nestjs/common';
import { AuditAccess } from '../audit/audit-access.js';
import type { AuditFilter } from '../audit/audit-filter.js';
import type { AuditLine } from '../audit/audit-line.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Acting } from '../http/access/principal.js';

const MOST = 5;

/** Finds requests in the audit trail, for people who may read it. */
@Injectable()
export class RequestSearch {
  constructor(
    @Inject(AuditTrail) private readonly auditTrail: AuditTrail,
    @Inject(AuditAccess) private readonly access: AuditAccess,
  ) {}

  /**
   * By the id that their caller gave them, or the one that was sent to e-RS. What was found is recorded before it is
   * shown; the text is not, since it may have been meant for something else and may even be a secret.
   */
  async find(acting: Acting, { id, correlationId }: SearchTerms): Promise<SearchHit[]> {
    const reach = reachOf(acting, 'audit.read');
    if (reach === null) return [];
    const hits = [
      ...(id === null ? [] : await this.list('attempt id', { attemptId: id, reach })),
      ...(correlationId === null ? [] : await this.list('correlation id', { correlationId, reach })),
    ];
    if (hits.length > 0) {
      await this.access.record('AUDIT_READ', acting, { search: true, attempts: hits.map((hit) => hit.id) });
    }
    return hits;
  }

  private async list(matched: SearchHit['matched'], filter: AuditFilter): Promise<SearchHit[]> {
    const { items } = await this.auditTrail.list(filter, { limit: MOST });
    return items.map((line) => hitOf(line, matched));
  }
}

function hitOf(line: AuditLine, matched: SearchHit['matched']): SearchHit {
  const textOf = (...names: string[]) =>
    names.flatMap((name) => (typeof line[name] === 'string' ? [line[name]] : [])).join(', ');
  return {
    type: 'request',
    id: textOf('attemptId'),
    title: `Request ${textOf('interaction') || textOf('kind')}`,
    detail: textOf('startedAt', 'outcome', 'code', 'organisation', 'client'),
    matched,
  };
}
