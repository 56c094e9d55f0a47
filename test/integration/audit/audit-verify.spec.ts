import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auditDatabase,
  intentOf,
  openLog,
  outcomeOf,
  verified,
  type AuditDatabase,
} from '../../support/audit/audit-trail.js';

let database: AuditDatabase & { drop: () => Promise<void> };
beforeAll(async () => {
  database = await auditDatabase();
});
afterAll(() => database.drop());

describe('the offline verifier', () => {
  it.each([
    [
      'a changed record',
      `UPDATE audit.event SET record = jsonb_set(record, '{odsCode}', '"RCD"') WHERE kind = 'INTENT' AND attempt_id = $1`,
    ],
    ['a deleted row', `DELETE FROM audit.event WHERE kind = 'INTENT' AND attempt_id = $1`],
    ['a deleted outcome', `DELETE FROM audit.event WHERE kind = 'OUTCOME' AND attempt_id = $1`],
    ['a changed subject', `UPDATE audit.subject SET sealed = '\\x00' WHERE attempt_id = $1`],
    ['a removed subject', `DELETE FROM audit.subject WHERE attempt_id = $1`],
    [
      'a planted subject',
      `INSERT INTO audit.subject SELECT started_at, attempt_id, event_kind, 'RCD', kind, hash, sealed, key_id FROM audit.subject WHERE attempt_id = $1`,
    ],
  ])('finds %s by a superuser who disabled the triggers', async (_, sql) => {
    const log = await openLog(database.appUrl);
    const intent = intentOf();
    const subject = {
      odsCode: 'R69',
      kind: 'ubrn',
      keyId: intent.attemptId,
      hash: Buffer.alloc(32, 7),
      sealed: Buffer.alloc(40, 9),
    } as const;
    await log.intent(intent, [subject]);
    await log.outcome(outcomeOf(intent));
    expect((await verified(database)).faults).toEqual([]);
    const client = await database.admin.connect();
    try {
      await client.query(`SET session_replication_role = replica`);
      await client.query('CREATE TEMP TABLE kept AS SELECT * FROM audit.event WHERE attempt_id = $1', [
        intent.attemptId,
      ]);
      await client.query(
        'CREATE TEMP TABLE kept_subject AS SELECT * FROM audit.subject WHERE attempt_id = $1',
        [intent.attemptId],
      );
      await client.query('ALTER TABLE audit.event DROP CONSTRAINT IF EXISTS event_is_record');
      await client.query(sql, [intent.attemptId]);
      const report = await verified(database);
      expect(report.ok).toBe(false);
      expect(report.faults.every(({ writer }) => writer === log.writerId || writer === null)).toBe(true);
      await client.query('DELETE FROM audit.event WHERE attempt_id = $1', [intent.attemptId]);
      await client.query('DELETE FROM audit.subject WHERE attempt_id = $1', [intent.attemptId]);
      await client.query(
        `INSERT INTO audit.event (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
         SELECT writer, seq, started_at, kind, attempt_id, prev_hash, hash, record FROM kept`,
      );
      await client.query('INSERT INTO audit.subject SELECT * FROM kept_subject');
    } finally {
      client.release(true);
    }
    expect((await verified(database)).faults).toEqual([]);
  });
});
