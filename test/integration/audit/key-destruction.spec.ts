/**
 * The data key of an ended organisation: destroyed by an operator when its retention is over and two people decided on it, and
 * not before. Then no process can read or find its patients, or make another key, and the trail verifies as before.
 */
import { randomUUID } from 'node:crypto';
import type { Subject } from '@gatehouse/domain/audit/audit';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run as runProgram } from '../../../apps/cli/src/program.ts';
import { readSettings } from '../../../apps/cli/src/settings.ts';
import { forgetKeys } from '../../../apps/gateway/src/adapters/audit/subjects/forget-keys.ts';
import {
  createSubjectSealer,
  SubjectKeyGone,
  type SubjectSealer,
} from '../../../apps/gateway/src/adapters/audit/write/subjects.ts';
import { type Kms, openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { openRegistry } from '../../../apps/gateway/src/adapters/registry/registry.ts';
import {
  atTheEnd,
  type AuditDatabase,
  auditDatabase,
  intentOf,
  openLog,
  outcomeOf,
  systemFacts,
  verified,
} from '../../support/audit/audit-trail.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';
import { until } from '../../support/until.ts';

const ODS = 'R0Q';
const PATIENT: Subject = { kind: 'nhs-number', value: '9000000009' };
const MARCH_2019 = Date.UTC(2019, 2, 20);
/** "Forgets it within 1 s", docs/audit.md. */
const FORGOTTEN_WITHIN_MS = 1_000;

let kms: Kms;
let kmsKey: string;
beforeAll(() => {
  const settings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as Record<string, string>;
  kmsKey = settings['GATEHOUSE_AUDIT_KMS_KEY'] ?? '';
  kms = openKms({
    ...{ region: 'eu-west-2', endpoint: settings['AWS_ENDPOINT_URL_KMS'] ?? '', timeoutMs: 20_000 },
    proxy: null,
  });
});
afterAll(() => {
  kms.close();
});

let database: AuditDatabase & { readonly drop: () => Promise<void> };
beforeEach(async () => {
  database = await auditDatabase();
  await ended();
  return () => database.drop();
});

/** An organisation that ended in May 2019, kept for 24 months as all others are, whose key two people want destroyed. */
async function ended(): Promise<void> {
  await asSuperuser(`
    INSERT INTO organisation (ods_code, name, state) VALUES ('${ODS}', 'Quay NHS Trust', 'retired');
    INSERT INTO registry_change (version, at, actor, table_name, row_key, ods_codes, client_ids, before, after)
      VALUES (1, '2019-05-07Z', 'gita', 'organisation', '${ODS}', '{${ODS}}', '{}',
        '{"state": "active"}', '{"state": "retired"}')`);
  await decide(`INSERT INTO trail_retention (keep_online, retention) VALUES (12, 24)`, 'gita', 'gwen');
  await decide(
    `INSERT INTO trail_retention (ods_code, destroy_key) VALUES ('${ODS}', 'It closed in 2019')`,
    'gita',
    'gwen',
  );
}

/** Without the triggers, so that what happened long ago can be written down. */
async function asSuperuser(statements: string): Promise<void> {
  const client = await database.admin.connect();
  try {
    await client.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statements}; COMMIT`);
  } finally {
    client.release();
  }
}

/** A change of the registry that these people decided on. */
async function decide(statement: string, ...people: readonly string[]): Promise<void> {
  const client = await database.admin.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('gatehouse.people', $1, true)`, [
      JSON.stringify(people.map((subject) => ({ issuer: 'idp', subject }))),
    ]);
    await client.query(statement);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

/** What a process has of the keys: it follows the registry as a gateway does. */
async function openProcess(): Promise<SubjectSealer> {
  const sealer = createSubjectSealer(database.app, kms, kmsKey);
  const registry = await openRegistry({ databaseUrl: database.appUrl, onError: () => undefined });
  atTheEnd(() => registry.close());
  forgetKeys(registry, sealer);
  return sealer;
}

/** One request about the patient, long ago. */
async function recordRequest(sealer: SubjectSealer, startedAtMs = MARCH_2019) {
  const log = await openLog(database.appUrl);
  const intent = intentOf({ odsCode: ODS, startedAtMs });
  const sealed = await sealer.seal(ODS, intent.attemptId, [PATIENT]);
  await log.intent(intent, sealed);
  await log.outcome(outcomeOf(intent));
  await log.close();
  if (!Array.isArray(sealed) || sealed[0] === undefined) throw new Error('nothing was sealed');
  return { attemptId: intent.attemptId, sealed: sealed[0] };
}

async function destroy(...more: readonly string[]) {
  let [out, err] = ['', ''];
  const args = ['audit', 'destroy-key', ODS, '--reason', 'records policy', '--backups-kept', '35', ...more];
  const code = await runProgram(args, {
    settings: readSettings({ DATABASE_OWNER_URL: database.ownerUrl }),
    output: { out: (text) => (out += `${text}\n`), err: (text) => (err += text), interactive: false },
    ask: () => Promise.resolve(''),
  });
  return { code, out, err };
}

const isFound = async (sealer: SubjectSealer): Promise<boolean> =>
  (await sealer.hash(ODS, PATIENT.kind, PATIENT.value)) !== null;

const wrappedKey = async (): Promise<Buffer | null> => {
  const { rows } = await database.admin.query<{ wrapped: Buffer | null }>(
    'SELECT wrapped FROM audit.organisation_key WHERE ods_code = $1',
    [ODS],
  );
  return rows[0]?.wrapped ?? null;
};

/** Where the wrapped key is in the file of its table; 0: it is not there. */
async function placeInFile(wrapped: Buffer | null): Promise<number | undefined> {
  await database.admin.query('CHECKPOINT');
  const { rows } = await database.admin.query<{ place: number }>(
    `SELECT position($1::bytea IN pg_read_binary_file(pg_relation_filepath('audit.organisation_key'))) AS place`,
    [wrapped],
  );
  return rows[0]?.place;
}

describe('when everything holds', () => {
  it('it is destroyed for every process, and the trail is as whole as before', async () => {
    const [first, second] = [await openProcess(), await openProcess()];
    const { attemptId, sealed } = await recordRequest(first);
    for (const sealer of [first, second]) expect(await sealer.open(attemptId, sealed)).toBe(PATIENT.value);
    const wrapped = await wrappedKey();
    expect(await placeInFile(wrapped)).toBeGreaterThan(0);

    const dry = await destroy('--dry-run');
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('can be destroyed. It was not.')]);
    expect(await isFound(second)).toBe(true);

    const { code, out, err } = await destroy();
    expect([code, err]).toEqual([0, '']);
    const backupsUntil = new Date(Date.now() + 35 * 86_400_000).toISOString().slice(0, 10);
    for (const words of [
      'yes  Its records are kept for 24 months after 2019-05, which ended on 2021-06-01.',
      'The data key of Quay NHS Trust (R0Q) is destroyed.',
      `The last one expires on ${backupsUntil}.`,
    ])
      expect(out).toContain(words);
    expect(out).not.toContain('Run the command again');
    for (const sealer of [first, second])
      await until('it has forgotten the key', async () => !(await isFound(sealer)), FORGOTTEN_WITHIN_MS);

    const late = await openProcess();
    for (const sealer of [first, second, late]) {
      expect([await isFound(sealer), await sealer.organisations(), await sealer.withoutKey()]).toEqual([
        ...[false, [], [ODS]],
      ]);
      await expect(sealer.open(attemptId, sealed)).rejects.toThrow(SubjectKeyGone);
      await expect(sealer.seal(ODS, randomUUID(), [PATIENT])).rejects.toThrow(SubjectKeyGone);
      await expect(sealer.sealWorklist(ODS, randomUUID(), Buffer.from('{}'))).rejects.toThrow(SubjectKeyGone);
    }
    expect(await systemFacts(database, 'SUBJECT_KEY_DESTROYED')).toMatchObject([
      { odsCode: ODS, reason: 'records policy', backupsUntil },
    ]);
    const { rows } = await database.admin.query<{ actor: string; reason: string; after: object }>(
      `SELECT actor, reason, after FROM registry_change WHERE table_name = 'trail_retention' ORDER BY n DESC LIMIT 1`,
    );
    expect(rows).toMatchObject([
      { actor: expect.stringMatching(/^operator /), after: { key_destroyed_at: expect.any(String) } },
    ]);
    expect((await verified(database)).faults).toEqual([]);

    // The old version of its row is not left in the file of the table either.
    expect(await placeInFile(wrapped)).toBe(0);
    const again = await destroy();
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('was destroyed before.')]);
    expect(await systemFacts(database, 'SUBJECT_KEY_DESTROYED')).toHaveLength(1);
  });

  it('an organisation that never had a key gets none', async () => {
    expect((await destroy()).code).toBe(0);
    const sealer = await openProcess();
    await expect(sealer.seal(ODS, randomUUID(), [PATIENT])).rejects.toThrow(SubjectKeyGone);
  });

  it('a fault in the middle destroys nothing, and the next run does', async () => {
    const sealer = await openProcess();
    await recordRequest(sealer);
    await database.admin.query(
      `ALTER TABLE audit.event ADD CONSTRAINT full_disk CHECK (event <> 'SUBJECT_KEY_DESTROYED')`,
    );
    const failed = await destroy();
    expect([failed.code, await isFound(sealer)]).toEqual([1, true]);
    expect(await wrappedKey()).not.toBeNull();
    await database.admin.query('ALTER TABLE audit.event DROP CONSTRAINT full_disk');
    expect([(await destroy()).code, await wrappedKey()]).toEqual([0, null]);
  });
});

describe('it stays, and the exit code is 1,', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'while the organisation is not retired',
      () => asSuperuser(`UPDATE organisation SET state = 'suspended' WHERE ods_code = '${ODS}'`),
      'is suspended, not retired.',
    ],
    [
      'while the retention of all is not over',
      () => decide('UPDATE trail_retention SET retention = 1200 WHERE ods_code IS NULL', 'gita', 'gwen'),
      'kept for 1200 months after 2019-05, until 2119-06-01.',
    ],
    [
      'while its own retention is not over',
      () => decide(`UPDATE trail_retention SET retention = 600 WHERE ods_code = '${ODS}'`, 'gita', 'gwen'),
      'kept for 600 months after 2019-05',
    ],
    [
      'while its records are held',
      () =>
        decide(
          `UPDATE trail_retention SET hold = 'An inquiry', destroy_key = NULL WHERE ods_code = '${ODS}'`,
          'gita',
          'gwen',
        ),
      'Its records are held: An inquiry',
    ],
    [
      'while one person alone has decided on it',
      () => decide(`UPDATE trail_retention SET destroy_key = 'It closed' WHERE ods_code = '${ODS}'`, 'gita'),
      'One person alone',
    ],
    [
      'while nobody has decided on it',
      () => decide(`DELETE FROM trail_retention WHERE ods_code = '${ODS}'`, 'gita', 'gwen'),
      'Nobody has decided',
    ],
    [
      'while a later request of it has to be kept',
      async () => recordRequest(await openProcess(), Date.now()),
      `24 months after ${new Date().toISOString().slice(0, 7)}, until`,
    ],
  ])('%s', async (_, change, words) => {
    const sealer = await openProcess();
    await recordRequest(sealer);
    await change();
    const { code, out } = await destroy();
    expect([code, out]).toEqual([1, expect.stringContaining(words)]);
    expect(out).toContain('The data key of Quay NHS Trust (R0Q) stays.');
    expect([await isFound(sealer), (await wrappedKey()) === null]).toEqual([true, false]);
  });

  it('where there is no such organisation', async () => {
    const client = new pg.Client(database.ownerUrl);
    await client.connect();
    await client.query('DELETE FROM trail_retention WHERE ods_code IS NOT NULL');
    await client.query('DELETE FROM organisation');
    await client.end();
    expect(await destroy()).toMatchObject({ code: 1, err: expect.stringContaining('no organisation R0Q') });
  });
});
