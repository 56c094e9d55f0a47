/**
 * Isolation of users: many requests of many users over both ASID layouts and two replicas, while tokens are refreshed,
 * roles are chosen, and people sign out and in. Each call that reached e-RS is compared with its caller: user,
 * organisation, function, on-behalf-of, application and audit record. `npm run assure` has 30 users, 10 organisations
 * and 20,000 requests.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callGateway, closedLoop, type GatewayAnswer, keepAlive, tally } from '../../support/load.ts';
import { nothingLeaked } from '../../support/proofs.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import { IS_FULL_SIZE, ROUNDS } from '../../support/size.ts';
import {
  addPerson,
  onboardUsers,
  signedInAtCis2,
  openSession,
  type UserApplication,
} from '../../support/users/onboard-users.ts';

const ORGANISATIONS = IS_FULL_SIZE ? 10 : 4;
const USERS = IS_FULL_SIZE ? 30 : 8;
const REQUESTS = IS_FULL_SIZE ? 20_000 * ROUNDS : 1_200;
const IN_FLIGHT = 60;
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const FUNCTIONS = ['REFERRING_CLINICIAN', SPC, SPCA];
const NAME = 'Isolda';

interface User {
  readonly userId: string;
  readonly odsCodes: readonly string[];
  handle: string;
  idToken: string;
}
interface Caller {
  readonly userId: string;
  readonly odsCode: string;
  readonly businessFunction: string;
  readonly onBehalfOfUserId: string | null;
}
interface Hit {
  readonly correlationId?: string;
  readonly apiKey?: string;
  readonly userId?: string;
  readonly odsCode?: string;
  readonly businessFunction?: string;
  readonly onBehalfOfUserId?: string;
  readonly asid?: string;
  readonly interaction?: string;
}

let stack: Stack;
let key: string;
let applications: UserApplication[];
const users: User[] = [];
const secrets = new Set<string>();

beforeAll(async () => {
  stack = await startStack({ worker: false, replicas: 2, requestsPerMinute: 1_000_000 });
  const odsCodes = Array.from({ length: ORGANISATIONS }, (_, n) => `U${String(n).padStart(2, '0')}`);
  const half = odsCodes.slice(0, ORGANISATIONS / 2);
  const layouts = [half, ...odsCodes.slice(ORGANISATIONS / 2).map((odsCode) => [odsCode])];
  ({ clientKey: key, applications } = await onboardUsers(stack, layouts));
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  // Tokens of 31 s are refreshed from their 19th second on.
  await stack.simulator.control('POST', '/faults', { target: 'token', fault: { tokenExpiresIn: '31' } });
  for (let n = 0; n < USERS; n += 1) {
    const userId = String(710_000_000_000 + n);
    const theirs = odsCodes.filter((_, at) => at % 3 !== n % 3);
    const roles = Object.fromEntries(theirs.map((odsCode) => [odsCode, FUNCTIONS]));
    const somebody = String(720_000_000_000 + n);
    await addPerson(stack, { userId, roles, onBehalfOf: [somebody], givenName: NAME });
    users.push({ userId, odsCodes: theirs, handle: '', idToken: '' });
  }
  for (const user of users) await begin(user);
}, 300_000);
afterAll(() => stack.stop());

const counters = () => stack.simulator.control<Record<string, number>>('GET', '/counters');

/** A new session, by either replica. */
async function begin(user: User): Promise<void> {
  const tokens = await signedInAtCis2(stack, user.userId);
  const gateway = stack.gateways[Number(user.userId) % stack.gateways.length] ?? stack.gateway;
  const answer = await openSession(gateway, key, tokens);
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${text}`);
  ({ handle: user.handle } = JSON.parse(text) as { handle: string });
  user.idToken = tokens.id_token;
  secrets.add(user.handle).add(tokens.id_token).add(tokens.access_token);
}

it(
  'keeps every call within its user’s identity, whatever else happens',
  { timeout: 300_000 * ROUNDS },
  async () => {
    const callers = new Map<string, Caller>();
    const agents = stack.gateways.map(() => keepAlive(IN_FLIGHT));
    let made = 0;
    const make = (): Promise<GatewayAnswer> => {
      const n = made;
      made += 1;
      const user = users[n % users.length] as User;
      // Each user goes through all organisations, and then through all of them with the next function.
      const turn = Math.floor(n / users.length);
      const odsCode = user.odsCodes[turn % user.odsCodes.length] ?? '';
      const businessFunction = FUNCTIONS[Math.floor(turn / user.odsCodes.length) % FUNCTIONS.length] ?? SPC;
      const onBehalfOfUserId =
        businessFunction === SPCA ? String(720_000_000_000 + (n % users.length)) : null;
      const correlationId = `user-iso-${String(n)}`;
      callers.set(correlationId, { userId: user.userId, odsCode, businessFunction, onBehalfOfUserId });
      const at = n % stack.gateways.length;
      return callGateway({
        gateway: stack.gateways[at]?.partner ?? '',
        agent: agents[at] as NonNullable<(typeof agents)[number]>,
        ...{ key, correlationId },
        headers: {
          'Gatehouse-User-Session': user.handle,
          'NHSD-End-User-Organisation-ODS': odsCode,
          'NHSD-eRS-Business-Function': businessFunction,
          ...(onBehalfOfUserId === null ? {} : { 'NHSD-eRS-On-Behalf-Of-User-ID': onBehalfOfUserId }),
        },
        ...(n % 29 === 0 ? { abortAfterMs: 1 + ((n * 7) % 200) } : {}),
      });
    };

    let goesOn = true;
    const trouble = makeTrouble(() => goesOn);
    const startedMs = performance.now();
    const answers: GatewayAnswer[] = [];
    // Until tokens have been refreshed while they were in use.
    while (answers.length < REQUESTS || (await counters())['tokenRefreshes'] === 0)
      answers.push(...(await closedLoop(REQUESTS / 6, IN_FLIGHT, make)));
    goesOn = false;
    const seconds = (performance.now() - startedMs) / 1000;
    const changes = await trouble;
    for (const agent of agents) agent.destroy();

    const hits = (await stack.simulator.control<Hit[]>('GET', '/requests?target=ers')).filter(
      ({ interaction }) => interaction === 'A005',
    );
    const { rows } = await stack.sql.query<{ id: string; record: Record<string, unknown> }>(
      `SELECT attempt_id AS id, record FROM audit.event WHERE kind = 'INTENT'`,
    );
    const intents = new Map(rows.map(({ id, record }) => [id, record]));
    const faults = hits.flatMap((hit) => differences(hit, intents.get(hit.correlationId ?? ''), callers));
    const counted = await counters();
    process.stdout.write(
      `user isolation: ${String(answers.length)} requests in ${seconds.toFixed(1)} s; ${String(hits.length)} hits compared; ` +
        `changes ${JSON.stringify(changes)}; exchanges ${String(counted['tokenExchanges'])}, refreshes ${String(counted['tokenRefreshes'])}; ` +
        `answers ${JSON.stringify(tally(answers.map(({ status, code }) => code ?? status)))}\n`,
    );
    expect(faults.slice(0, 10)).toEqual([]);
    expect(counted['refreshTokensReused']).toBe(0);
    expect(await nothingLeaked(stack, [...secrets, NAME])).toEqual([]);
    // Only sessions that ended, and the bounds of a busy machine, keep a call back.
    const counts = tally(answers.map(({ status, code }) => code ?? status));
    const busy = [
      'GW_OVERLOAD',
      'GW_AUDIT_UNAVAILABLE',
      'GW_RATE_LIMIT',
      'GW_REGISTRY_STALE',
      'GW_TOKEN_UNAVAILABLE',
    ];
    const expected = ['200', 'null', 'GW_USER_SESSION', ...busy];
    expect(Object.keys(counts).filter((name) => !expected.includes(name))).toEqual([]);
    expect(counts['200'] ?? 0).toBeGreaterThan(answers.length * 0.5);
    // Every user and every application was compared.
    expect(new Set(hits.map(({ userId }) => userId)).size).toBe(USERS);
    expect(new Set(hits.map(({ apiKey }) => apiKey)).size).toBe(applications.length);
  },
);

/** What of a call at e-RS is not its caller's, or not what its INTENT says. */
function differences(
  hit: Hit,
  intent: Record<string, unknown> | undefined,
  callers: ReadonlyMap<string, Caller>,
): string[] {
  const caller = callers.get(String(intent?.['correlationId']));
  if (intent === undefined || caller === undefined)
    return [`${String(hit.correlationId)}: no INTENT or no caller`];
  const application = applications.find(({ odsCodes }) => odsCodes.includes(caller.odsCode));
  const expected = {
    userId: caller.userId,
    odsCode: caller.odsCode,
    businessFunction: caller.businessFunction,
    onBehalfOfUserId: caller.onBehalfOfUserId,
    asid: application?.asid,
    apiKey: application?.apiKey,
  };
  const arrived = { ...hit, onBehalfOfUserId: hit.onBehalfOfUserId ?? null } as Record<string, unknown>;
  return Object.entries(expected).flatMap(([name, value]) => {
    const isRecorded = name === 'apiKey' || intent[name] === value;
    return arrived[name] === value && isRecorded
      ? []
      : [
          `${name}: ${String(arrived[name])} at e-RS, ${String(intent[name])} in INTENT, ${String(value)} of the caller`,
        ];
  });
}

/** People choose roles, sign out and in again, and administrators end sessions, as long as calls are made. */
async function makeTrouble(goesOn: () => boolean): Promise<Record<string, number>> {
  const done: Record<string, number> = {};
  for (let round = 0; goesOn(); round += 1) {
    // The first user stays, so that tokens live long enough to be refreshed.
    const user = users[1 + ((round * 3) % (users.length - 1))] as User;
    const gateway = stack.gateways[round % stack.gateways.length] ?? stack.gateway;
    const headers = { Authorization: `Bearer ${key}`, 'Gatehouse-User-Session': user.handle };
    const what = ['role chosen', 'signed out', 'ended by staff'][round % 3] ?? '';
    if (what === 'role chosen') {
      const body = JSON.stringify({ organisation: user.odsCodes[0], businessFunction: SPC });
      const type = { 'Content-Type': 'application/json' };
      await fetch(`${gateway.partner}/user-session/role`, {
        method: 'PUT',
        headers: { ...headers, ...type },
        body,
      });
    } else if (what === 'signed out') {
      await fetch(`${gateway.partner}/user-session`, { method: 'DELETE', headers });
      await begin(user);
    } else {
      await stack.sql.query(
        `SELECT end_user_sessions(ARRAY(SELECT id FROM user_session WHERE user_id = $1 AND ended_at IS NULL),
                                  'test', 'ended by staff', now())`,
        [user.userId],
      );
      await begin(user);
    }
    done[what] = (done[what] ?? 0) + 1;
  }
  return done;
}
