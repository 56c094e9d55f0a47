/** (j) What many live user sessions cost: the start of a gateway, and the memory of those that are in use. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPrisma } from '@gatehouse/db/client';
import { mintUserSession } from '@gatehouse/domain/input/opaque-key';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import pg from 'pg';
import { createTokenBox } from '../../../apps/gateway/dist/adapters/users/token-box.js';
import { createTokenOutages } from '../../../apps/gateway/dist/adapters/users/tokens/token-outages.js';
import { createTokenRows } from '../../../apps/gateway/dist/adapters/users/tokens/token-rows.js';
import { createUserTokens } from '../../../apps/gateway/dist/adapters/users/tokens/user-tokens.js';
import { createUserSessions } from '../../../apps/gateway/dist/adapters/users/user-sessions.js';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import { onboardUsers } from '../../support/users/onboard-users.ts';
import type { Later } from '../benchmark.ts';
import { median } from '../load/figures.ts';
import type { Row } from '../row.ts';

const BATCH = 50;
const HOUR_MS = 3_600_000;

interface Session {
  readonly id: string;
  readonly handle: string;
}

/** As many bytes as are in use after everything else has been collected. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

async function startMs(stack: Stack, starts: number): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < starts; count += 1) {
    const startedMs = performance.now();
    const gateway = await stack.startGateway();
    times.push(performance.now() - startedMs);
    await gateway.stop();
  }
  return Math.round(median(times));
}

export const userSessions: Row = {
  title: '100,000 live user sessions: the start of a gateway, and memory',
  async run({ isQuick, later, record }) {
    const [count, inUse, starts] = isQuick ? [2_000, 1_500, 1] : [100_000, 10_000, 5];
    const stack = await startStack();
    later(() => stack.stop());
    await onboardUsers(stack, [['R69']]);
    const withoutMs = await startMs(stack, starts);
    const { rows } = await stack.sql.query<{ client: string; application: string }>(
      `SELECT (SELECT id FROM client) AS client, (SELECT id FROM application) AS application`,
    );
    const { client = '', application = '' } = rows[0] ?? {};
    const sessions = Array.from({ length: count }, () => ({
      ...{ id: randomUUID(), handle: mintUserSession('local', randomBytes).key },
    }));
    await insertSessions(stack, client, sessions);
    const withThemMs = await startMs(stack, starts);
    console.log(`  a gateway starts in ${withThemMs} ms with ${count}, in ${withoutMs} ms without`);
    const bytes = Math.round(await memoryOf(later, stack, sessions.slice(0, inUse), application));
    console.log(`  ${bytes} bytes for each of ${inUse} in use, with its token`);
    record({ sessions: count, withThemMs, withoutMs, inUse, bytes });
  },
};

async function inBatches(sessions: readonly Session[], work: (session: Session) => Promise<void>) {
  for (let at = 0; at < sessions.length; at += BATCH)
    await Promise.all(sessions.slice(at, at + BATCH).map(work));
}

/** Live sessions with one role each. */
async function insertSessions(stack: Stack, client: string, sessions: readonly Session[]): Promise<void> {
  const hashes = sessions.map(({ handle }) => createHash('sha256').update(handle).digest('hex'));
  await stack.sql.query(
    `INSERT INTO user_session (id, handle_hash, environment, client_id, product, pattern, user_id, authentication_level,
       identity_level, authenticated_at, created_at, last_active_at, roles, roles_read_at, ods_code, business_function)
     SELECT id, hash, 'local', $1, 'ReferWell', 'separate', lpad(n::text, 12, '7'), 3, 3, now(), now(), now(),
       '[{"odsCode": "R69", "businessFunction": "REFERRING_CLINICIAN"}]', now(), 'R69', 'REFERRING_CLINICIAN'
     FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS t (id, hash, n)`,
    [client, sessions.map(({ id }) => id), hashes],
  );
}

/** Uses sessions with their tokens in this process, as the gateway does, and weighs what stays in memory. */
async function memoryOf(
  later: Later,
  stack: Stack,
  inUse: readonly Session[],
  application: string,
): Promise<number> {
  const key = { id: randomUUID(), bytes: randomBytes(32) };
  const box = createTokenBox({ newest: async () => key, byId: async () => key.bytes });
  const db = createPrisma(stack.database.appUrl);
  later(() => db.$disconnect());
  const pool = new pg.Pool({ connectionString: stack.database.appUrl });
  later(() => pool.end());
  const monotonicNow = () => performance.now();
  const never = () => Promise.reject(new Error('nothing is asked of KMS or API Management'));
  const sessions = createUserSessions({
    ...{ db, box, now: Date.now, monotonicNow, onFault: console.error },
    limits: { idleMs: HOUR_MS, totalMs: HOUR_MS },
    endRecords: { record: never },
  });
  const rows = createTokenRows(pool);
  const tokens = createUserTokens({
    ...{
      rows,
      box,
      now: Date.now,
      monotonicNow,
      outages: createTokenOutages(monotonicNow, HOUR_MS),
      spendingMs: HOUR_MS,
    },
    ...{ kms: { signAssertion: never }, transport: { post: never }, apiSecrets: never, endSession: never },
    ...{ tokenUrlOf: () => '', onEvent: () => undefined, killPoint: () => undefined },
  });
  await inBatches(inUse, ({ id }) => storeToken(id));
  const use = async ({ id, handle }: Session): Promise<void> => {
    await sessions.find(handle);
    await tokens.get({
      binding: { id: 'binding', application: { id: application, environment: 'local' } },
      user: { sessionId: id },
    } as RoutePlan);
  };
  // What the first statements leave in memory is not a session's.
  const [warmUp, measured] = [inUse.slice(0, 500), inUse.slice(500)];
  await inBatches(warmUp, use);
  const before = heapUsed();
  await inBatches(measured, use);
  return (heapUsed() - before) / measured.length;

  async function storeToken(sessionId: string): Promise<void> {
    const place = { environment: 'local', ownerId: sessionId, applicationId: application, generation: 1 };
    const [access, refresh] = await Promise.all(
      (['access', 'refresh'] as const).map((kind) =>
        box.seal(randomBytes(21).toString('base64url'), { ...place, kind }),
      ),
    );
    const nowMs = Date.now();
    await rows.store(
      { sessionId, applicationId: application },
      {
        ...{ generation: 1, issuedAtMs: nowMs, access: access as Uint8Array },
        accessExpiresAtMs: nowMs + HOUR_MS,
        refresh: { sealed: refresh as Uint8Array, expiresAtMs: nowMs + HOUR_MS },
      },
    );
  }
}
