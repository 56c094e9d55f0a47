import { addDays, dayOfDateColumn, londonDay } from '@gatehouse/domain/governance/london-day';
import { reachOf, type Reach } from '@gatehouse/domain/governance/permissions';
import { REVIEW_NOTICE_DAYS } from '@gatehouse/domain/governance/sro';
import { Inject, Injectable } from '@nestjs/common';
import { ownerOf } from '../keys/key-owner.js';
import { DoctorStore } from '../doctor/doctor.store.js';
import type { Acting } from '../http/access/principal.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { ownedWithin, WHOLE_APPLICATION } from '../registry/applications.store.js';
import { cis2ClientWhere } from '../registry/cis2-clients.store.js';
import { nameOf } from '../registry/lists.store.js';

const DAY_MS = 86_400_000;
/** A key that has signed for longer is due for a successor. */
const KEY_OLD_AFTER_MS = 365 * DAY_MS;
/** Of each kind; the lists have the rest. */
const MOST = 10;

interface UpkeepRow {
  readonly key: string;
  readonly title: string;
  readonly whatToDo: string;
  readonly path: string;
  readonly foundAt: Date;
}

/** What needs a person, within reach. */
@Injectable()
export class TasksStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(DoctorStore) private readonly doctor: DoctorStore,
  ) {}

  async read(acting: Acting) {
    return {
      drafts: await this.drafts(acting.reach),
      oldKeys: await this.oldKeys(acting.reach),
      srosDue: await this.srosDue(acting),
      upkeep: await this.upkeep(acting.reach),
      ...(await this.counts(acting.reach)),
    };
  }

  private async drafts(reach: Reach) {
    const rows = await this.db.application.findMany({
      where: { state: 'draft', AND: ownedWithin(reach) },
      select: { id: true },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: MOST,
    });
    const drafts = [];
    for (const { id } of rows) {
      const { name, missing } = await this.doctor.missing(id, reach);
      drafts.push({ applicationId: id, application: name, missing });
    }
    return drafts;
  }

  private async oldKeys(reach: Reach) {
    const state = { not: 'retired' };
    const cis2Client = cis2ClientWhere({}, reach);
    const rows = await this.db.signingKey.findMany({
      where: {
        state: 'ACTIVE',
        activatedAt: { lte: new Date(this.now() - KEY_OLD_AFTER_MS) },
        OR: [
          { application: { state, ...ownedWithin(reach) } },
          ...(cis2Client === null ? [] : [{ cis2Client: { state, ...cis2Client } }]),
        ],
      },
      include: {
        application: { include: WHOLE_APPLICATION },
        cis2Client: { include: { signingKeys: true } },
      },
      orderBy: [{ activatedAt: 'asc' }, { id: 'asc' }],
      take: MOST,
    });
    return rows.flatMap((row) => {
      const { kid, activatedAt, application } = row;
      if (activatedAt === null) return [];
      const { kind, id, name } = ownerOf(row);
      const owner = { kind, id, name: application === null ? name : nameOf(application) };
      return [{ kid, activatedAt: activatedAt.toISOString(), owner }];
    });
  }

  /** None for those who may not read SROs at all, such as a token for the registry alone. */
  private async srosDue(acting: Acting) {
    const reach = reachOf(acting, 'sro.read');
    if (reach === null) return [];
    const rows = await this.db.sroAppointment.findMany({
      where: {
        withdrawnAt: null,
        reviewDueOn: { lte: new Date(addDays(londonDay(this.now()), REVIEW_NOTICE_DAYS[0])) },
        organisation: { state: { not: 'retired' } },
        // After a handover the successor's review counts.
        successors: { none: { withdrawnAt: null, acceptedAt: { not: null } } },
        ...(reach === 'all' ? {} : { odsCode: { in: [...reach] } }),
      },
      orderBy: [{ reviewDueOn: 'asc' }, { id: 'asc' }],
      take: MOST,
    });
    return rows.map(({ odsCode, name, reviewDueOn }) => ({
      organisation: odsCode,
      name,
      reviewDueOn: dayOfDateColumn(reviewDueOn),
    }));
  }

  /** What belongs to no organisation is shown to people without a limit alone, as its notice is. */
  private async upkeep(reach: Reach) {
    const within = reach === 'all' ? null : [...reach];
    const rows = await this.db.$queryRaw<UpkeepRow[]>`
      SELECT key, title, what_to_do AS "whatToDo", path, found_at AS "foundAt" FROM upkeep_finding
       WHERE ${within}::text[] IS NULL OR (cardinality(ods_codes) > 0 AND ods_codes <@ ${within}::text[])
       ORDER BY found_at DESC, key LIMIT ${MOST}`;
    return rows.map(({ foundAt, ...same }) => ({ ...same, foundAt: foundAt.toISOString() }));
  }

  async counts(reach: Reach) {
    const within = reach === 'all' ? null : [...reach];
    const [row] = await this.db.$queryRaw<
      { approvals: number; standing: number; stops: number; emergencies: number }[]
    >`
      SELECT
        (SELECT count(*)::int FROM pending_change
          WHERE state = 'pending' AND expires_at > ${new Date(this.now())}
            AND (${within}::text[] IS NULL
              OR (cardinality(ods_codes) > 0 AND ods_codes <@ ${within}::text[]))) AS approvals,
        stop.standing, stop.unreviewed AS stops,
        (SELECT count(*)::int FROM key_emergency
          WHERE reviewed_at IS NULL
            AND (${within}::text[] IS NULL
              OR (cardinality(ods_codes) > 0 AND ods_codes <@ ${within}::text[]))) AS emergencies
        FROM (
          SELECT count(*) FILTER (WHERE lifted_at IS NULL)::int AS standing,
                 count(*) FILTER (WHERE reviewed_at IS NULL)::int AS unreviewed
            FROM emergency_stop
           WHERE (lifted_at IS NULL OR reviewed_at IS NULL)
             AND (${within}::text[] IS NULL
               OR (cardinality(ods_codes) > 0 AND ods_codes <@ ${within}::text[]))) AS stop`;
    return {
      approvalsPending: row?.approvals ?? 0,
      stopsInForce: row?.standing ?? 0,
      stopsUnreviewed: row?.stops ?? 0,
      keyEmergenciesUnreviewed: row?.emergencies ?? 0,
    };
  }
}
