/**
 * Tokens of users at a real APIM (the simulator), in PostgreSQL and under KMS: whose they are, when they are replaced,
 * and that a refresh token is sent once, whatever happens (faults F21, F30d; ADR 38).
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IS_FULL_SIZE, ROUNDS } from '../../support/size.ts';
import { until } from '../../support/until.ts';
import {
  type ApimApplication,
  type Counters,
  type Replica,
  ROSA,
  startUserTokenWorld,
  type UserTokenWorld,
} from './user-token-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Past the last moment at which a token of 599 s is replaced, and before it expires. */
const DUE_MS = 8.5 * MINUTE_MS;

let world: UserTokenWorld;
let application: ApimApplication;
beforeAll(async () => {
  world = await startUserTokenWorld();
  application = await world.addApplication();
});
afterAll(() => world.close());
afterEach(() => world.setClock(0));

/** What was asked of APIM while this ran. */
async function during(work: () => Promise<unknown>): Promise<Counters> {
  const before = await world.counters();
  await work();
  const after = await world.counters();
  return {
    tokenExchanges: after.tokenExchanges - before.tokenExchanges,
    tokenRefreshes: after.tokenRefreshes - before.tokenRefreshes,
    refreshTokensReused: after.refreshTokensReused - before.refreshTokensReused,
    kmsSigns: after.kmsSigns - before.kmsSigns,
  };
}
const NOTHING: Counters = { tokenExchanges: 0, tokenRefreshes: 0, refreshTokensReused: 0, kmsSigns: 0 };

/** The token's value, or the code of the error. */
const get = (replica: Replica, sessionId: string, of = application): Promise<string> =>
  replica.tokens.get(world.plan(of, sessionId)).then(
    ({ value }) => value,
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
const endIdToken = (sessionId: string) =>
  world.sql.query(`UPDATE user_session SET id_token_expires_at = now() - interval '1 hour' WHERE id = $1`, [
    sessionId,
  ]);
/** As it is ten minutes later. */
const expire = (sessionId: string) =>
  world.sql.query(
    `UPDATE user_token SET access_expires_at = now() - interval '1 minute' WHERE session_id = $1`,
    [sessionId],
  );
const answered =
  (status: number, error: string, description: string, retryAfter: string | null = null) =>
  () =>
    Promise.resolve({
      ...{ wasSent: true, status, retryAfter },
      body: JSON.stringify({ error, error_description: description, message_id: 'rrt-1' }),
    });

describe('a user’s token', () => {
  it('is exchanged once for a session and application, by however many calls on either replica', async () => {
    const [one, two] = [world.startReplica(), world.startReplica()];
    const { sessionId } = await world.signIn();
    const values = new Set<string>();
    const asked = await during(async () => {
      values.add(await get(one, sessionId));
      for (const value of await Promise.all(
        [one, two, one, two].flatMap((replica) => Array.from({ length: 25 }, () => get(replica, sessionId))),
      ))
        values.add(value);
    });
    expect(values.size).toBe(1);
    expect(asked).toEqual({ ...NOTHING, tokenExchanges: 1, kmsSigns: 1 });
    expect(one.events).toMatchObject([
      { kind: 'MINT_OK', grant: 'exchange', userSessionId: sessionId, kid: 'kid-1' },
    ]);
  });

  it('is that of its session and application alone', async () => {
    const replica = world.startReplica();
    const other = await world.addApplication();
    const [tom, rosa, again] = [
      await world.signIn(),
      await world.signIn({ userId: ROSA }),
      await world.signIn(),
    ];
    const values = [
      await get(replica, tom.sessionId),
      await get(replica, rosa.sessionId),
      await get(replica, again.sessionId),
      await get(replica, tom.sessionId, other),
    ];
    expect(new Set(values).size).toBe(4);
    const token = await replica.tokens.get(world.plan(application, rosa.sessionId));
    expect(token).toMatchObject({ sessionId: rosa.sessionId, bindingId: `binding of ${application.id}` });
  });

  it('serves every binding of its application, and any signing key', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    const plan = world.plan(application, sessionId);
    const first = await replica.tokens.get(plan);
    const rotated = {
      ...plan,
      binding: { ...plan.binding, id: 'another binding' },
      signingKey: plan.signingKey && { ...plan.signingKey, kid: 'kid-2' },
    };
    const asked = await during(async () => {
      const token = await replica.tokens.get(rotated);
      expect(token).toEqual({ ...first, bindingId: 'another binding' });
    });
    expect(asked).toEqual(NOTHING);
  });

  it('is replaced before it expires, on one replica for all, without a signature', async () => {
    const [one, two] = [world.startReplica(), world.startReplica()];
    const { sessionId } = await world.signIn();
    const old = await get(one, sessionId);
    expect(await get(two, sessionId)).toBe(old);
    await world.setClock(DUE_MS);
    const asked = await during(async () => {
      expect(await get(one, sessionId)).toBe(old);
      await until('it is replaced', async () => (await get(one, sessionId)) !== old);
      await until('the other has it', async () => (await get(two, sessionId)) !== old);
      expect(await get(two, sessionId)).toBe(await get(one, sessionId));
    });
    expect(asked).toEqual({ ...NOTHING, tokenRefreshes: 1 });
    expect(one.events.at(-1)).toMatchObject({
      kind: 'MINT_OK',
      grant: 'refresh',
      kid: null,
      userSessionId: sessionId,
    });
  });

  it('costs one token call in six to eight minutes of use, and no signature after sign-in', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    await get(replica, sessionId);
    const refreshes = () => replica.events.filter(({ kind }) => kind === 'MINT_OK').length - 1;
    let [seen, seenAtMinute] = [0, 0];
    const asked = await during(async () => {
      for (let minute = 0.5; seen < 8; minute += 0.5) {
        await world.setClock(minute * MINUTE_MS);
        expect(await get(replica, sessionId)).not.toMatch(/^GW_/);
        // A call does not wait for the next token, so only one that is late is waited for.
        if (minute - seenAtMinute >= 8)
          await until('the next token', () => Promise.resolve(refreshes() > seen));
        if (refreshes() > seen) [seen, seenAtMinute] = [refreshes(), minute];
      }
    });
    expect(asked).toEqual({ ...NOTHING, tokenRefreshes: 8 });
    expect(seenAtMinute).toBeGreaterThan(8 * 6 - 0.5);
    expect(seenAtMinute).toBeLessThanOrEqual(8 * 8);
  });

  it('is replaced when e-RS rejects it', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    const plan = world.plan(application, sessionId);
    const token = await replica.tokens.get(plan);
    const asked = await during(async () => {
      expect(replica.tokens.discard(plan, token)).toBe(true);
      expect(await get(replica, sessionId)).not.toBe(token.value);
    });
    expect(asked).toEqual({ ...NOTHING, tokenRefreshes: 1 });
  });

  it('is not served again once its session has ended, nor stored', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    await get(replica, sessionId);
    await expire(sessionId);
    replica.tokens.forget(sessionId);
    replica.onPost = async (_form, send) => {
      await world.sql.query(`SELECT end_user_sessions(ARRAY[$1::uuid], 'test', 'signed out', now())`, [
        sessionId,
      ]);
      return send();
    };
    expect(await get(replica, sessionId)).toBe('GW_USER_SESSION');
    expect(await get(world.startReplica(), sessionId)).toBe('GW_USER_SESSION');
    const { rowCount } = await world.sql.query('SELECT 1 FROM user_token WHERE session_id = $1', [sessionId]);
    expect(rowCount).toBe(0);
  });

  it('of another user is not opened, wherever its row was copied to', async () => {
    const replica = world.startReplica();
    const [tom, rosa] = [await world.signIn(), await world.signIn({ userId: ROSA })];
    const ofRosa = await get(replica, rosa.sessionId);
    await get(replica, tom.sessionId);
    await world.sql.query(
      `UPDATE user_token t SET access_sealed = r.access_sealed, refresh_sealed = r.refresh_sealed
         FROM user_token r WHERE t.session_id = $1 AND r.session_id = $2`,
      [tom.sessionId, rosa.sessionId],
    );
    const fresh = world.startReplica();
    const value = await get(fresh, tom.sessionId);
    expect(value).not.toBe(ofRosa);
    expect(fresh.events).toMatchObject([
      { kind: 'MINT_OK', grant: 'exchange', userSessionId: tom.sessionId },
    ]);
  });
});

describe('a refresh token', () => {
  const LANES = 10;
  const TIMES = IS_FULL_SIZE ? 1_000 * ROUNDS : 50;

  it(
    `is sent once by two replicas, ${String(TIMES)} times, with one killed after APIM answered in every third`,
    async () => {
      const sent: string[] = [];
      let killed = 0;
      const lane = async (): Promise<void> => {
        const { sessionId } = await world.signIn();
        const replicas = [world.startReplica(1_000), world.startReplica(1_000)];
        await get(replicas[0] as Replica, sessionId);
        for (let round = 0; round < TIMES / LANES; round += 1) {
          await expire(sessionId);
          let isToDie = round % 3 === 0;
          const results = replicas.map((replica, at) => {
            replica.tokens.forget(sessionId);
            let die: (result: null) => void;
            const death = new Promise<null>((resolve) => (die = resolve));
            replica.onPost = async (form, send) => {
              if (form['refresh_token'] !== undefined) sent.push(form['refresh_token']);
              const dies = isToDie && form['refresh_token'] !== undefined;
              if (dies) isToDie = false;
              const answer = await send();
              if (!dies) return answer;
              killed += 1;
              replicas[at] = world.startReplica(1_000);
              die(null);
              return new Promise(() => undefined);
            };
            return Promise.race([get(replica, sessionId), death]);
          });
          const values = new Set((await Promise.all(results)).filter((value) => value !== null));
          expect([...values]).toEqual([expect.not.stringMatching(/^GW_/)]);
        }
      };
      const asked = await during(() => Promise.all(Array.from({ length: LANES }, lane)));
      expect(asked.refreshTokensReused).toBe(0);
      expect(new Set(sent).size).toBe(sent.length);
      expect(killed).toBeGreaterThan(TIMES / 4);
    },
    IS_FULL_SIZE ? 1_200_000 : 120_000,
  );

  it('of a replica that died is not tried again: the user signs in again', async () => {
    const [one, two] = [world.startReplica(500), world.startReplica(500)];
    const { sessionId } = await world.signIn();
    await get(one, sessionId);
    await Promise.all([expire(sessionId), endIdToken(sessionId)]);
    one.tokens.forget(sessionId);
    const asked = await during(async () => {
      await new Promise<void>((resolve) => {
        one.onPost = async (_form, send) => {
          await send();
          resolve();
          return new Promise(() => undefined);
        };
        void get(one, sessionId);
      });
      expect(await get(two, sessionId)).toBe('GW_SIGN_IN_AGAIN');
    });
    expect(asked).toEqual({ ...NOTHING, tokenRefreshes: 1 });
  });

  it('is not tried once twelve hours have passed since the user authenticated', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn({ authenticatedAgoMs: HOUR_MS });
    await get(replica, sessionId);
    replica.onPost = (_form, send) => send();
    await world.setClock(11 * HOUR_MS);
    const asked = await during(async () => expect(await get(replica, sessionId)).toBe('GW_SIGN_IN_AGAIN'));
    expect(asked).toEqual(NOTHING);
    expect(replica.events).toHaveLength(1);
  });

  it('serves until the twelve hours are over', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn({ authenticatedAgoMs: HOUR_MS });
    const old = await get(replica, sessionId);
    await world.setClock(10.9 * HOUR_MS);
    const asked = await during(async () => expect(await get(replica, sessionId)).not.toBe(old));
    expect(asked).toEqual({ ...NOTHING, tokenRefreshes: 1 });
  });

  it('that APIM refuses (F30d) ends the sign-in when the access token does, and is not sent again', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    const value = await get(replica, sessionId);
    let posts = 0;
    const refuse = answered(401, 'invalid_grant', 'refresh_token is invalid');
    replica.onPost = () => {
      posts += 1;
      return refuse();
    };
    await world.setClock(DUE_MS);
    await endIdToken(sessionId);
    expect(await get(replica, sessionId)).toBe(value);
    await until('APIM was asked', () => Promise.resolve(replica.events.length === 2));
    expect(replica.events[1]).toMatchObject({
      kind: 'MINT_FAILED',
      grant: 'refresh',
      diagnosis: 'SIGN_IN_OVER',
    });
    expect(await get(replica, sessionId)).toBe(value);
    await world.setClock(10 * MINUTE_MS);
    expect(await get(replica, sessionId)).toBe('GW_SIGN_IN_AGAIN');
    expect(await get(world.startReplica(), sessionId)).toBe('GW_SIGN_IN_AGAIN');
    expect(posts).toBe(1);
  });

  it.each([
    ['a limited rate', answered(429, 'ratelimit_exceeded', 'x', '1'), 'GW_TOKEN_UNAVAILABLE'],
    [
      'a wrong secret',
      answered(401, 'invalid_client', 'client_id or client_secret is invalid'),
      'GW_TOKEN_REFUSED',
    ],
    [
      'no connection',
      () => Promise.resolve({ wasSent: false, status: 599, body: '', retryAfter: null }),
      'GW_TOKEN_UNAVAILABLE',
    ],
  ])('is kept when APIM did not look at it: %s', async (_, answer, code) => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    await get(replica, sessionId);
    await Promise.all([expire(sessionId), endIdToken(sessionId)]);
    replica.tokens.forget(sessionId);
    replica.onPost = answer;
    expect(await get(replica, sessionId)).toBe(code);
    expect(await get(world.startReplica(), sessionId)).not.toMatch(/^GW_/);
  });

  it('is not spent while the token endpoint fails', async () => {
    const replica = world.startReplica();
    const sessions = [await world.signIn(), await world.signIn(), await world.signIn()];
    for (const { sessionId } of sessions) await get(replica, sessionId);
    let posts = 0;
    replica.onPost = () => {
      posts += 1;
      return answered(503, 'x', 'x')();
    };
    await world.setClock(DUE_MS);
    await get(replica, sessions[0]?.sessionId ?? '');
    await until('APIM was asked', () => Promise.resolve(replica.events.length === 4));
    for (const { sessionId } of sessions) expect(await get(replica, sessionId)).not.toMatch(/^GW_/);
    expect(posts).toBe(1);
  });

  it('is not spent while KMS is away, and living tokens serve', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    const value = await get(replica, sessionId);
    replica.isKmsAway = true;
    await world.setClock(DUE_MS);
    const asked = await during(async () => {
      for (let call = 0; call < 10; call += 1) expect(await get(replica, sessionId)).toBe(value);
      expect(await get(replica, (await world.signIn()).sessionId)).toBe('GW_SIGNING_UNAVAILABLE');
      await world.setClock(10 * MINUTE_MS);
      expect(await get(replica, sessionId)).toBe('GW_SIGNING_UNAVAILABLE');
    });
    expect(asked).toEqual(NOTHING);
    replica.isKmsAway = false;
    await world.setClock(11 * MINUTE_MS);
    expect(await get(replica, sessionId)).not.toMatch(/^GW_/);
  });

  it('can’t be used without an API secret', async () => {
    const replica = world.startReplica();
    const bare = await world.addApplication();
    const { sessionId } = await world.signIn();
    await get(replica, sessionId, bare);
    await world.sql.query(
      'UPDATE application SET api_secret_sealed = NULL, api_secret_digest = NULL WHERE id = $1',
      [bare.id],
    );
    await expire(sessionId);
    replica.tokens.forget(sessionId);
    await expect(replica.tokens.get(world.plan(bare, sessionId))).rejects.toMatchObject({
      code: 'GW_TOKEN_REFUSED',
      options: { diagnosis: 'API_SECRET' },
    });
  });
});

describe('an exchange that APIM refuses', () => {
  it.each([
    ['at level 2, where the product admits 3 alone', 2, 'GW_ASSURANCE', 'ASSURANCE'],
    ['at level 3, where the product is missing', 3, 'GW_TOKEN_REFUSED', 'PRODUCT_MISSING'],
  ] as const)('%s', async (_, level, code, diagnosis) => {
    const replica = world.startReplica();
    const unsuitable = await world.addApplication([]);
    const { sessionId } = await world.signIn({ level });
    expect(await get(replica, sessionId, unsuitable)).toBe(code);
    expect(replica.events).toMatchObject([{ kind: 'MINT_FAILED', grant: 'exchange', diagnosis }]);
  });

  it('because the ID token has expired by its clock', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn({ claims: { exp: Math.floor(Date.now() / 1000) - 60 } });
    await world.sql.query(
      `UPDATE user_session SET id_token_expires_at = now() + interval '1 minute' WHERE id = $1`,
      [sessionId],
    );
    expect(await get(replica, sessionId)).toBe('GW_SIGN_IN_AGAIN');
    expect(replica.events).toMatchObject([{ kind: 'MINT_FAILED', diagnosis: 'SIGN_IN_OVER' }]);
  });

  it('is not sent once the ID token has expired', async () => {
    const replica = world.startReplica();
    const { sessionId } = await world.signIn();
    await endIdToken(sessionId);
    const asked = await during(async () => expect(await get(replica, sessionId)).toBe('GW_SIGN_IN_AGAIN'));
    expect(asked).toEqual(NOTHING);
  });

  it('is not made for a session that does not exist', async () => {
    expect(await get(world.startReplica(), randomUUID())).toBe('GW_USER_SESSION');
  });
});

it('no table, event or error holds a token or the API secret', async () => {
  const replica = world.startReplica();
  const { sessionId, idToken } = await world.signIn();
  const secrets = [idToken, application.apiSecret, await get(replica, sessionId)];
  replica.onPost = (form, send) => {
    if (form['refresh_token'] !== undefined) secrets.push(form['refresh_token']);
    return send();
  };
  await expire(sessionId);
  replica.tokens.forget(sessionId);
  secrets.push(await get(replica, sessionId));
  replica.onPost = (form) => {
    secrets.push(form['client_assertion'] ?? form['refresh_token'] ?? '');
    return answered(503, 'x', 'x')();
  };
  await expire(sessionId);
  replica.tokens.forget(sessionId);
  const error: unknown = await replica.tokens
    .get(world.plan(application, sessionId))
    .catch((reason: unknown) => reason);
  expect(secrets).toHaveLength(6);

  const { rows: tables } = await world.sql.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  );
  const dumps = await Promise.all(
    tables.map(({ name }) => world.sql.query<{ line: string }>(`SELECT t::text AS line FROM ONLY ${name} t`)),
  );
  const texts = [
    dumps.flatMap(({ rows }) => rows.map(({ line }) => line)).join('\n'),
    JSON.stringify(replica.events),
    `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`,
  ];
  for (const text of texts)
    for (const secret of secrets)
      for (const form of [
        secret,
        Buffer.from(secret).toString('hex'),
        Buffer.from(secret).toString('base64'),
      ])
        expect(text.includes(form)).toBe(false);
});
