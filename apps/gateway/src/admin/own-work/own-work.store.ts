import { MOST_OWN } from '@gatehouse/contracts/staff/own-work-routes';
import { Inject, Injectable } from '@nestjs/common';
import { ChangeViews } from '../changes/change-views.store.js';
import { DecidableChanges } from '../changes/decidable-changes.store.js';
import type { Acting } from '../http/access/principal.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';

/** The changes that one person may decide, and those that they have requested. */
@Injectable()
export class OwnWorkStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(ChangeViews) private readonly views: ChangeViews,
    @Inject(DecidableChanges) private readonly decidable: DecidableChanges,
  ) {}

  async changes(acting: Acting) {
    const ids = await this.decidable.of(acting);
    return {
      decisions: await this.read({ id: { in: ids.slice(0, MOST_OWN) } }),
      requests: acting.staffId === null ? [] : await this.read({ requestedByStaff: acting.staffId }),
    };
  }

  /** The newest first. */
  private async read(
    where: { readonly id: { readonly in: string[] } } | { readonly requestedByStaff: string },
  ) {
    const rows = await this.db.pendingChange.findMany({
      where,
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: MOST_OWN,
    });
    return this.views.listed(rows);
  }
}
