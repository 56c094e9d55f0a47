/** What the snapshot does not hold about an event: standby keys, requested changes and signed-in users. */
import type { BlastRadius } from '@gatehouse/domain/impact/blast-radius';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import { readStandby } from '../../adapters/keys/key-rows.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';

const MOST_CHANGES = 100;

@Injectable()
export class ImpactFacts {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  /** The key that a key emergency would let sign at once; null: none. */
  async standbyKid(kid: string, nowMs: number): Promise<string | null> {
    const key = await this.db.signingKey.findUnique({ where: { kid } });
    return key === null ? null : ((await readStandby(this.db, key, nowMs))?.kid ?? null);
  }

  /** Requested changes that touch one of the organisations and await a decision. */
  async pendingChanges({ organisations }: BlastRadius, reach: Reach, nowMs: number) {
    const odsCodes = organisations.map(({ odsCode }) => odsCode);
    const rows = await this.db.pendingChange.findMany({
      where: { state: 'pending', expiresAt: { gt: new Date(nowMs) }, odsCodes: { hasSome: odsCodes } },
      orderBy: { requestedAt: 'asc' },
      take: MOST_CHANGES,
      select: { id: true, action: true, odsCodes: true },
    });
    return rows.filter((row) => reaches(reach, row.odsCodes)).map(({ id, action }) => ({ id, action }));
  }

  /** Users who are signed in at one of the clients and act for one of the organisations. */
  userSessions({ organisations, grants }: BlastRadius): Promise<number> {
    const odsCodes = organisations.map(({ odsCode }) => odsCode);
    const ofUsers = grants.filter(({ grant }) => grant.accessMode === 'user-restricted');
    const clientIds = [...new Set(ofUsers.map(({ client }) => client.id))];
    return this.db.userSession.count({
      where: {
        clientId: { in: clientIds },
        endedAt: null,
        OR: [{ odsCode: { in: odsCodes } }, { onlyOdsCode: { in: odsCodes } }],
      },
    });
  }
}
