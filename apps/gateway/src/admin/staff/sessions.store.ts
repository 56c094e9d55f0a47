import type { InputOf } from '@gatehouse/contracts/routes';
import { Inject, Injectable } from '@nestjs/common';
import { endSession, IDLE_MS } from '../../adapters/people/staff-sessions.js';
import type { Acting } from '../http/access/principal.js';
import { pageOf } from '../http/paging.js';
import { notFound } from '../http/problem.js';
import type { Database } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';

/** Sign-ins of staff. */
@Injectable()
export class SessionsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Database,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  secondsUntil(endsAtMs: number): number {
    return Math.max(0, Math.round((endsAtMs - this.now()) / 1000));
  }

  /** Sign-ins that are still good. @param staffId whose; null: everybody's */
  async list({ limit, after }: InputOf<'sessionList'>['query'], staffId: string | null, acting: Acting) {
    const nowMs = this.now();
    const rows = await this.db.staffSession.findMany({
      where: {
        endedAt: null,
        expiresAt: { gt: new Date(nowMs) },
        lastSeenAt: { gt: new Date(nowMs - IDLE_MS) },
        ...(staffId === null ? {} : { staffId }),
        ...(after === undefined ? {} : { id: { gt: after } }),
      },
      include: { staff: true },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ id }) => id,
      (row) => ({
        id: row.id,
        personId: row.staffId,
        person: row.staff.name,
        signedInAt: row.createdAt.toISOString(),
        lastSeenAt: row.lastSeenAt.toISOString(),
        endsAt: new Date(Math.min(row.lastSeenAt.getTime() + IDLE_MS, row.expiresAt.getTime())).toISOString(),
        address: row.address,
        browser: row.userAgent,
        current: row.id === acting.sessionId,
      }),
    );
  }

  async end(id: string, endedBy: string): Promise<void> {
    await endSession(this.db, id, endedBy, this.now());
  }

  /** Ends a sign-in at once. @param staffId whose it must be; null: anybody's. @throws AdminProblem not-found */
  async revoke(id: string, staffId: string | null, revokedBy: string): Promise<void> {
    const row = await this.db.staffSession.findUnique({ where: { id } });
    if (row === null || (staffId !== null && row.staffId !== staffId)) throw notFound(`sign-in ${id}`);
    await this.end(id, revokedBy);
  }
}
