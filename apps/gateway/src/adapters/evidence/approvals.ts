/** What people requested, approved, stopped and reviewed for an organisation in a period. */
import type { ApprovalFacts, StoredRequest } from '@gatehouse/domain/evidence/approvals';
import type { KeyEmergencyEvidence, StopEvidence } from '@gatehouse/domain/evidence/evidence-pack';
import type { Span } from '@gatehouse/domain/evidence/registry-rows';
import type pg from 'pg';
import { epochMs } from '../audit/read/filter.js';
import { MOST_ROWS, TooManyRows } from './registry-history.js';

/** @throws TooManyRows */
export async function readApprovals(
  database: pg.Pool,
  odsCode: string,
  { fromMs, untilMs }: Span,
): Promise<ApprovalFacts> {
  const read = async <Row extends object>(sql: string): Promise<Row[]> => {
    const { rows } = await database.query<Row>(sql, [odsCode, fromMs, untilMs, MOST_ROWS + 1]);
    if (rows.length > MOST_ROWS) throw new TooManyRows();
    return rows.map(withInstants);
  };
  return {
    requests: await read<StoredRequest>(REQUESTS),
    emergencyStops: await read<StopEvidence>(STOPS),
    keyEmergencies: await read<KeyEmergencyEvidence>(EMERGENCIES),
  };
}

function withInstants<Row extends object>(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Date ? value.toISOString() : value,
    ]),
  ) as Row;
}

/** Began before the end of the period, and was not over before its beginning. */
const within = (began: string, ended: string): string =>
  `ods_codes @> ARRAY[$1::text] AND ${began} < ${epochMs('$3')} AND coalesce(${ended}, 'infinity') >= ${epochMs('$2')}`;

const REQUESTS = `
SELECT id, action, rules, diff, requested_by AS "requestedBy", requested_at AS "requestedAt", reason, state,
       decided_by AS "decidedBy", decided_at AS "decidedAt", decision_reason AS "decisionReason", expires_at AS "expiresAt"
  FROM public.pending_change WHERE ${within('requested_at', 'least(decided_at, expires_at)')}
 ORDER BY requested_at, id LIMIT $4`;

const STOPS = `
SELECT id, kind, target, environment, stopped_by AS "stoppedBy", stopped_at AS "stoppedAt", reason,
       lifted_by AS "liftedBy", lifted_at AS "liftedAt", lift_reason AS "liftReason",
       reviewed_by AS "reviewedBy", reviewed_at AS "reviewedAt", review_note AS "reviewNote"
  FROM public.emergency_stop WHERE ${within('stopped_at', 'greatest(lifted_at, reviewed_at)')}
 ORDER BY stopped_at, id LIMIT $4`;

const EMERGENCIES = `
SELECT id, kid, disabled_by AS "disabledBy", disabled_at AS "disabledAt", reason, kms_disabled_at AS "kmsDisabledAt",
       standby_kid AS "standbyKid", reviewed_by AS "reviewedBy", reviewed_at AS "reviewedAt", review_note AS "reviewNote"
  FROM public.key_emergency WHERE ${within('disabled_at', 'reviewed_at')}
 ORDER BY disabled_at, id LIMIT $4`;
