import { type EndingView, MOST_OWN, OWN_ENDS_WITHIN_DAYS } from '@gatehouse/contracts/staff/own-work-routes';
import {
  addDays,
  dayOfDateColumn,
  endOfLondonDayMs,
  londonDay,
} from '@gatehouse/domain/governance/london-day';
import { type Permission, type Reach, reachOf } from '@gatehouse/domain/governance/permissions';
import { Inject, Injectable } from '@nestjs/common';
import type { Acting } from '../http/access/principal.js';
import { clientsWhere } from '../clients/clients.store.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import { nameOf } from '../registry/lists.store.js';

const DAY_MS = 86_400_000;

/** What one person answers for and what ends soon: by the role that renews it, and what is theirs alone. */
@Injectable()
export class EndingStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** What ends first is first. */
  async list(acting: Acting): Promise<EndingView[]> {
    const nowMs = this.now();
    const span = { gt: new Date(nowMs), lte: new Date(nowMs + OWN_ENDS_WITHIN_DAYS * DAY_MS) };
    const within = async (permission: Permission, read: (reach: Reach) => Promise<EndingView[]>) => {
      const reach = reachOf(acting, permission);
      return reach === null ? [] : read(reach);
    };
    const lists = await Promise.all([
      this.appointments(acting, addDays(londonDay(nowMs), OWN_ENDS_WITHIN_DAYS)),
      within('exception.write', (reach) => this.exceptions(reach, span)),
      within('client-key.write', (reach) => this.clientKeys(reach, span)),
      acting.staffId === null ? [] : this.tokens(acting.staffId, span),
    ]);
    return lists.flat().toSorted((one, other) => one.endsAt.localeCompare(other.endsAt));
  }

  /** Those of the person themselves, found by their address, and those whose reviews their role records. */
  private async appointments(acting: Acting, lastDay: string): Promise<EndingView[]> {
    const email = acting.session?.staff.email ?? null;
    const reach = reachOf(acting, 'sro.write');
    const mine = email === null ? [] : [{ email: { equals: email, mode: 'insensitive' as const } }];
    const ofRole = reach === null || reach === 'all' ? [] : [{ odsCode: { in: [...reach] } }];
    const rows = await this.db.sroAppointment.findMany({
      where: {
        ...(reach === 'all' ? {} : { OR: [...mine, ...ofRole] }),
        withdrawnAt: null,
        reviewDueOn: { lte: new Date(lastDay) },
        organisation: { state: { not: 'retired' } },
        // After a handover the successor's review counts.
        successors: { none: { withdrawnAt: null, acceptedAt: { not: null } } },
      },
      orderBy: [{ reviewDueOn: 'asc' }, { id: 'asc' }],
      take: MOST_OWN,
    });
    return rows.map(({ id, name, role, odsCode, reviewDueOn }) => ({
      kind: 'appointment',
      id,
      name: `${name}, ${role} of ${odsCode}`,
      endsAt: new Date(endOfLondonDayMs(dayOfDateColumn(reviewDueOn)) - 1).toISOString(),
      page: `/organisations/${odsCode}/show`,
    }));
  }

  private async exceptions(reach: Reach, expiresAt: Span): Promise<EndingView[]> {
    const rows = await this.db.writeException.findMany({
      where: { expiresAt, revokedAt: null, application: { AND: ownedWithin(reach) } },
      include: { application: { include: WHOLE_APPLICATION } },
      orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
      take: MOST_OWN,
    });
    return rows.map(({ id, interaction, application, expiresAt: at }) => ({
      kind: 'write exception',
      id,
      name: `${interaction} of ${nameOf(application)}`,
      endsAt: at.toISOString(),
      page: '/write-exceptions',
    }));
  }

  private async clientKeys(reach: Reach, expiresAt: Span): Promise<EndingView[]> {
    const rows = await this.db.clientCredential.findMany({
      where: {
        ...{ expiresAt, revokedAt: null },
        client: { state: { not: 'retired' }, ...clientsWhere({}, reach) },
      },
      include: { client: true },
      orderBy: [{ expiresAt: 'asc' }, { keyId: 'asc' }],
      take: MOST_OWN,
    });
    return rows.map(({ keyId, label, client, expiresAt: at }) => ({
      kind: 'client key',
      id: keyId,
      name: `${keyId}${label === null ? '' : ` (${label})`} of ${client.name} in ${client.environmentName}`,
      endsAt: at.toISOString(),
      page: `/clients/${encodeURIComponent(`${client.environmentName}~${client.name}`)}/show`,
    }));
  }

  private async tokens(staffId: string, expiresAt: Span): Promise<EndingView[]> {
    const rows = await this.db.adminToken.findMany({
      where: { staffId, expiresAt, revokedAt: null },
      orderBy: [{ expiresAt: 'asc' }, { tokenId: 'asc' }],
      take: MOST_OWN,
    });
    return rows.map(({ tokenId, label, expiresAt: at }) => ({
      kind: 'API token',
      id: tokenId,
      name: `${label} (${tokenId})`,
      endsAt: at.toISOString(),
      page: '/admin-tokens',
    }));
  }
}

interface Span {
  readonly gt: Date;
  readonly lte: Date;
}
