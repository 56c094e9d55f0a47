import { randomUUID } from 'node:crypto';
import type { InputOf } from '@gatehouse/contracts/routes';
import { compareCatalogue } from '@gatehouse/domain/ers/drift/compare-catalogue';
import { differenceInWords } from '@gatehouse/domain/ers/drift/difference-words';
import { catalogueNotice } from '@gatehouse/domain/notices/catalogue-notice';
import { Inject, Injectable } from '@nestjs/common';
import { notify } from '../../adapters/notices/notify.js';
import { AuditAccess } from '../audit/audit-access.js';
import { type Acting, changeBy } from '../http/access/principal.js';
import { type Queries, Transactions } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { readRecorded } from './recorded-specification.js';

interface Row {
  readonly fileSha256: string;
  readonly specification: unknown;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

/**
 * What a newer e-RS specification says, as an operator recorded it. It is kept as it was read and compared when it is
 * shown, so a build that has caught up has no differences. Nothing here decides a request.
 */
@Injectable()
export class CatalogueStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(AuditAccess) private readonly auditAccess: AuditAccess,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AdminProblem invalid-request */
  async record({ body }: InputOf<'catalogueComparisonRecord'>, acting: Acting) {
    const { sha256, reason } = body;
    const specification = readRecorded(body.specification);
    return this.transactions.run(changeBy(acting, reason), async (transaction) => {
      const row = await transaction.catalogueComparison.create({
        data: {
          id: randomUUID(),
          version: specification.version,
          fileSha256: sha256,
          specification,
          recordedBy: acting.actor,
          recordedAt: new Date(this.now()),
        },
      });
      const view = viewOf(row);
      const { version, differences } = view;
      const notice = catalogueNotice(view);
      if (notice !== null) await notify(transaction, notice, this.now());
      await this.auditAccess.record('CATALOGUE_COMPARED', acting, {
        ...{ version, sha256, differences: differences.length, reason },
      });
      return view;
    });
  }

  async newest() {
    const row = await this.db.catalogueComparison.findFirst({
      orderBy: [{ recordedAt: 'desc' }, { id: 'desc' }],
    });
    return row === null ? null : viewOf(row);
  }

  /** For the dashboard: null if nothing was recorded, or this build has what was. */
  async newer() {
    const comparison = await this.newest();
    if (comparison === null || comparison.differences.length === 0) return null;
    return { version: comparison.version, differences: comparison.differences.length };
  }
}

function viewOf({ fileSha256, specification, recordedBy, recordedAt }: Row) {
  const { version, operations, differences, remarks } = compareCatalogue(readRecorded(specification));
  return {
    ...{ version, sha256: fileSha256, recordedBy, recordedAt: recordedAt.toISOString(), operations },
    differences: differences.map((difference) => ({ ...difference, text: differenceInWords(difference) })),
    remarks: [...remarks],
  };
}
