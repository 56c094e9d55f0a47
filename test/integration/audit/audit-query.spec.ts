import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyExport } from '../../../apps/cli/src/verify/verify-export.js';
import { exportAudit } from '../../../apps/gateway/src/adapters/audit/read/export.js';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.js';
import type { AuditFilter, AuditReader } from '../../../apps/gateway/src/adapters/audit/read/filter.js';
import { followAudit } from '../../../apps/gateway/src/adapters/audit/read/follow.js';
import { searchAudit } from '../../../apps/gateway/src/adapters/audit/read/query.js';
import { readStory } from '../../../apps/gateway/src/adapters/audit/read/story.js';
import { isBulk } from '../../../apps/gateway/src/adapters/audit/write/chain.js';
import {
  createSubjectSealer,
  type DataKeys,
  type SubjectSealer,
} from '../../../apps/gateway/src/adapters/audit/write/subjects.js';
import {
  auditDatabase,
  deniedOf,
  intentOf,
  openLog,
  outcomeOf,
  systemOf,
  type AuditDatabase,
} from '../../support/audit/audit-trail.js';
import { until } from '../../support/until.js';

const NHS_NUMBER = '9000000009';
const UBRN = '000000070000';

/** Keeps data keys in memory. Like KMS, it refuses to decrypt one under a context other than its own. */
function rememberedKeys(): DataKeys & { readonly keyCount: () => number } {
  const wrappedKeys = new Map<string, { key: Buffer; context: string }>();
  return {
    keyCount: () => wrappedKeys.size,
    generateDataKey(_keyId, context) {
      const [key, wrapped] = [randomBytes(32), randomBytes(48)];
      wrappedKeys.set(wrapped.toString('hex'), { key, context: JSON.stringify(context) });
      return Promise.resolve({ plaintext: Buffer.from(key), wrapped });
    },
    decrypt(wrapped, context) {
      const wrappedKey = wrappedKeys.get(wrapped.toString('hex'));
      if (wrappedKey?.context !== JSON.stringify(context))
        return Promise.reject(new Error('InvalidCiphertextException'));
      return Promise.resolve(Buffer.from(wrappedKey.key));
    },
  };
}

let database: AuditDatabase & { drop: () => Promise<void> };
let log: AuditLog;
let sealer: SubjectSealer;
let reader: AuditReader;
const kms = rememberedKeys();

beforeAll(async () => {
  database = await auditDatabase();
  log = await openLog(database.appUrl);
  sealer = createSubjectSealer(database.app, kms, 'alias/audit');
  reader = { database: database.app, sealer };
});
afterAll(() => database.drop());

async function attempt(
  changes: Parameters<typeof intentOf>[0],
  outcome: Parameters<typeof outcomeOf>[1] = {},
  patients: string[] = [],
) {
  const intent = intentOf(changes);
  const subjects = patients.map(
    (value) => ({ kind: value.length === 10 ? 'nhs-number' : 'ubrn', value }) as const,
  );
  await log.intent(intent);
  await log.outcome(
    outcomeOf(intent, outcome),
    await sealer.seal(intent.odsCode ?? '', intent.attemptId, subjects),
  );
  return intent;
}

async function attemptIds(filter: AuditFilter): Promise<string[]> {
  const page = await searchAudit(reader, filter, { limit: 100 });
  return page.attempts.map(({ attemptId }) => attemptId);
}

describe('a search of the audit trail', () => {
  it('finds attempts by each filter, with all their records', async () => {
    const fromMs = Date.now();
    const upstreamRequestId = randomUUID();
    const a = await attempt(
      { odsCode: 'A1', clientId: 'c-1', interaction: 'A005' },
      { outcome: 'FAILED', upstreamRequestId },
    );
    const b = await attempt({
      odsCode: 'B2',
      clientId: 'c-2',
      interaction: 'A008',
      startedAtMs: a.startedAtMs + 5,
    });
    const denied = deniedOf({ odsCode: 'A1', code: 'GW_TOKEN', clientId: 'c-3' });
    await log.denied(denied);
    const window = { fromMs, toMs: Date.now() + 1_000 };
    const cases: [AuditFilter, string[]][] = [
      [{ odsCode: 'A1', interaction: 'A005' }, [a.attemptId]],
      [{ odsCode: 'A1', code: 'GW_TOKEN', ...window }, [denied.attemptId]],
      [{ clientId: 'c-2' }, [b.attemptId]],
      [{ interaction: 'A005', ...window }, [a.attemptId]],
      [{ outcome: 'FAILED', ...window }, [a.attemptId]],
      [{ outcome: 'REFUSED', ...window }, [denied.attemptId]],
      [{ correlationId: b.correlationId }, [b.attemptId]],
      [{ requestId: a.requestId }, [a.attemptId]],
      [{ attemptId: b.attemptId }, [b.attemptId]],
      [{ upstreamRequestId }, [a.attemptId]],
      [{ odsCode: 'A1', clientId: 'c-2' }, []],
      [{ odsCode: `x' OR true --` }, []],
      [{ fromMs: b.startedAtMs, toMs: b.startedAtMs + 1, clientId: 'c-2' }, [b.attemptId]],
    ];
    for (const [filter, expected] of cases)
      expect([filter, await attemptIds(filter)]).toEqual([filter, expected]);
    const page = await searchAudit(reader, { attemptId: a.attemptId }, { limit: 10 });
    expect(page.attempts[0]?.rows.map((row) => row.kind)).toEqual(['INTENT', 'OUTCOME']);
  });

  it('finds a patient by NHS number or UBRN, in one organisation or in all, and stores neither in clear', async () => {
    const a = await attempt({ odsCode: 'P1' }, {}, [NHS_NUMBER, UBRN, NHS_NUMBER]);
    const b = await attempt({ odsCode: 'P2', startedAtMs: a.startedAtMs + 1 }, {}, [NHS_NUMBER]);
    const patient = { kind: 'nhs-number', value: NHS_NUMBER } as const;
    expect(await attemptIds({ subject: patient })).toEqual([b.attemptId, a.attemptId]);
    expect(await attemptIds({ subject: patient, odsCode: 'P1' })).toEqual([a.attemptId]);
    expect(await attemptIds({ subject: { kind: 'ubrn', value: UBRN } })).toEqual([a.attemptId]);
    expect(await attemptIds({ subject: patient, odsCode: 'NONE' })).toEqual([]);
    expect(await attemptIds({ subject: { kind: 'nhs-number', value: '9999999999' } })).toEqual([]);
    const stored = await database.admin.query<{ text: string }>(
      `SELECT s::text || encode(s.sealed, 'escape') AS text FROM audit.subject s UNION ALL SELECT e::text FROM audit.event e`,
    );
    expect(stored.rows.filter(({ text }) => text.includes(NHS_NUMBER) || text.includes(UBRN))).toEqual([]);
    const rows = await database.admin.query('SELECT 1 FROM audit.subject WHERE attempt_id = $1', [
      a.attemptId,
    ]);
    expect(rows.rowCount).toBe(2);
  });

  it('pages through all attempts, newest first, each once', async () => {
    const all: string[] = [];
    const startedAtMs = Date.now();
    for (let at = 0; at < 23; at += 1) {
      all.unshift((await attempt({ odsCode: 'PAGE', startedAtMs: startedAtMs + (at >> 2) })).attemptId);
    }
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await searchAudit(reader, { odsCode: 'PAGE' }, { limit: 5, cursor });
      ids.push(...page.attempts.map(({ attemptId }) => attemptId));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(ids).toEqual(all);
    await expect(searchAudit(reader, {}, { limit: 5, cursor: 'nonsense' })).rejects.toThrow(RangeError);
  });

  it('follows new records of every chain, and misses none however late it is committed', async () => {
    let { cursor } = await followAudit(reader, { odsCode: 'F1' }, undefined);
    const early = intentOf({ odsCode: 'F1', startedAtMs: Date.now() - 3_600_000 });
    const otherLog = await openLog(database.appUrl);
    const elsewhere = intentOf({ odsCode: 'F1' });
    await log.intent(early);
    await otherLog.intent(elsewhere);
    await attempt({ odsCode: 'F2' });
    const first = await followAudit(reader, { odsCode: 'F1' }, cursor);
    expect(first.rows.map((row) => row.attemptId).sort()).toEqual(
      [early.attemptId, elsewhere.attemptId].sort(),
    );
    ({ cursor } = first);
    await log.outcome(outcomeOf(early));
    await otherLog.outcome(outcomeOf(elsewhere));
    const second = await followAudit(reader, { odsCode: 'F1' }, cursor);
    expect(second.rows.map((row) => row.kind)).toEqual(['OUTCOME', 'OUTCOME']);
    expect((await followAudit(reader, { odsCode: 'F1' }, second.cursor)).rows).toEqual([]);
  });
});

describe('an export', () => {
  it('is verified as a whole and for a time window, subjects included', async () => {
    await log.system(systemOf('KEY_STATE'));
    const startedAtMs = Date.now() + 60_000;
    await attempt({ startedAtMs }, {}, [NHS_NUMBER]);
    await attempt({ startedAtMs: startedAtMs + 10 });
    const whole = await verifyExport(exportAudit(database.app, {}));
    expect(whole).toMatchObject({ ok: true, whole: true, faults: [] });
    const part = await verifyExport(
      exportAudit(database.app, { fromMs: startedAtMs, toMs: startedAtMs + 11 }),
    );
    expect(part).toMatchObject({ ok: true, whole: false, faults: [], rows: 4, attempts: 2 });
  });

  it('returns its connection to the pool when the reader stops early', async () => {
    const total = database.app.totalCount;
    for await (const line of exportAudit(database.app, {})) {
      expect(line).toContain('"format":"gatehouse-audit/1"');
      break;
    }
    expect(database.app.totalCount).toBeLessThanOrEqual(total);
    expect((await database.app.query('SELECT 1')).rowCount).toBe(1);
  });
});

describe('subjects in bulk', () => {
  const BULK_UBRN = (n: number) => String(600_000_000_000 + n);
  const worklist = (count: number) =>
    Buffer.from(
      JSON.stringify({
        entry: Array.from({ length: count }, (_, n) => ({
          item: { reference: `ReferralRequest/${BULK_UBRN(n)}` },
        })),
      }),
    );
  const storedFor = async (attemptId: string): Promise<number> =>
    (await database.admin.query('SELECT 1 FROM audit.subject WHERE attempt_id = $1', [attemptId])).rowCount ??
    0;
  const countMatches = async (n: number): Promise<number> =>
    (await searchAudit(reader, { subject: { kind: 'ubrn', value: BULK_UBRN(n) } }, { limit: 10 })).attempts
      .length;

  it('are found and verified with the record that covers them', async () => {
    const intent = intentOf({ odsCode: 'BULK' });
    await log.intent(intent);
    const sealed = await sealer.sealWorklist('BULK', intent.attemptId, worklist(1_234));
    if (sealed === null) throw new Error('the worklist was not read');
    expect(sealed.chunks.map(({ length }) => length > 0)).toEqual([true, true, true]);
    await log.outcome(outcomeOf(intent), sealed);
    expect(await storedFor(intent.attemptId)).toBe(1_234);
    expect(await countMatches(1_233)).toBe(1);
    expect(await verifyExport(exportAudit(database.app, {}))).toMatchObject({ ok: true });
  });

  it('that no record covers are not returned by any reader', async () => {
    const intent = intentOf({ odsCode: 'BULK' });
    await log.intent(intent);
    const sealed = await sealer.sealWorklist('BULK', intent.attemptId, worklist(1_300));
    if (sealed === null) throw new Error('the worklist was not read');
    const outcome = outcomeOf(intent);
    // A sweeper was first, so the record is rejected although its subjects are committed.
    await log.outcome({ ...outcome, outcome: 'UNKNOWN' });
    await expect(log.outcome(outcome, sealed)).rejects.toMatchObject({ code: 'GW_AUDIT_UNAVAILABLE' });
    expect(await storedFor(intent.attemptId)).toBe(1_300);
    expect(await countMatches(1_299)).toBe(0);
    expect(await verifyExport(exportAudit(database.app, {}))).toMatchObject({ ok: true });
    expect((await readStory(database.app, intent.attemptId)).map(({ faults }) => faults)).toEqual([[], []]);
  });

  it('of a list in a request are sealed, too', async () => {
    const intent = intentOf({ odsCode: 'BULK' });
    const subjects = Array.from({ length: 600 }, (_, n) => ({
      kind: 'ubrn' as const,
      value: BULK_UBRN(9_000 + n),
    }));
    await log.intent(intent, await sealer.seal('BULK', intent.attemptId, subjects));
    await log.outcome(outcomeOf(intent));
    expect(await countMatches(9_599)).toBe(1);
  });

  it('are not read from an answer that is not JSON', async () => {
    expect(await sealer.sealWorklist('BULK', randomUUID(), Buffer.from('<html>'))).toBeNull();
  });
});

describe('sealed subjects', () => {
  const subject = { kind: 'nhs-number', value: NHS_NUMBER } as const;
  const sealFew = async (sealer: SubjectSealer, odsCode: string, attemptId: string) => {
    const sealed = await sealer.seal(odsCode, attemptId, [subject]);
    if (isBulk(sealed)) throw new Error('one subject is not many');
    return sealed;
  };

  it('share one key for each organisation, whichever replica was first', async () => {
    // No replica gets a key before all have asked for one, so each has seen that there is none.
    let keyRequests = 0;
    const together: DataKeys = {
      ...kms,
      generateDataKey: async (...input) => {
        keyRequests += 1;
        await until('it asked six times', () => keyRequests === 6);
        return kms.generateDataKey(...input);
      },
    };
    const replicas = Array.from({ length: 6 }, () =>
      createSubjectSealer(database.app, together, 'alias/audit'),
    );
    const sealed = await Promise.all(replicas.map((replica) => sealFew(replica, 'RACE', 'attempt')));
    expect(new Set(sealed.map(([first]) => first?.keyId)).size).toBe(1);
    expect(new Set(sealed.map(([first]) => first?.hash.toString('hex'))).size).toBe(1);
    expect(new Set(sealed.map(([first]) => first?.sealed.toString('hex'))).size).toBe(6);
    const before = kms.keyCount();
    await createSubjectSealer(database.app, kms, 'alias/audit').seal('RACE', 'attempt', [subject]);
    expect(kms.keyCount()).toBe(before);
  });

  it('can be opened only with their own organisation, kind and attempt', async () => {
    const [subject] = await sealFew(sealer, 'OPEN', 'attempt-1');
    const [two] = await sealFew(sealer, 'OTHER', 'attempt-1');
    if (subject === undefined || two === undefined) throw new Error('nothing was sealed');
    expect(await sealer.open('attempt-1', subject)).toBe(NHS_NUMBER);
    await expect(sealer.open('attempt-2', subject)).rejects.toThrow();
    await expect(sealer.open('attempt-1', { ...subject, kind: 'ubrn' })).rejects.toThrow();
    await expect(
      sealer.open('attempt-1', { ...subject, odsCode: 'OTHER', keyId: two.keyId }),
    ).rejects.toThrow();
    expect(subject.hash.equals(two.hash)).toBe(false);
  });

  it('fail when KMS does, and work again when it does', async () => {
    let isBroken = true;
    const moody: DataKeys = {
      generateDataKey: (...input) =>
        isBroken ? Promise.reject(new Error('KMS')) : kms.generateDataKey(...input),
      decrypt: (...input) => kms.decrypt(...input),
    };
    const sealing = createSubjectSealer(database.app, moody, 'alias/audit');
    await expect(sealing.seal('MOODY', 'attempt', [subject])).rejects.toThrow('KMS');
    isBroken = false;
    expect(await sealing.seal('MOODY', 'attempt', [subject])).toHaveLength(1);
  });
});
