import { APPLICATION_SCOPE, userScope } from '../access-tokens.js';
import type { ApplicationInput } from '../applications.js';
import { seed } from '../ers/records/seed.js';
import { addAttachment, addReferral, type AttachmentInput, type ReferralInput } from '../ers/add.js';
import { SCENARIOS, type FaultOrder } from '../faults/fault.js';
import type { Settings, World } from '../world.js';
import { CIS2_ROUTES } from './cis2-routes.js';
import { listBody, objectBody } from './control-body.js';
import { ControlError } from './control-error.js';
import type { ControlCall, ControlRoute } from './control-route.js';
import { PEOPLE_ROUTES } from './people-routes.js';

const TARGETS = ['token', 'ers', 'kms', 's3', 'object-store', 'cis2'];

/** All routes of the control API. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  { method: 'GET', path: /^\/urls$/, run: (world) => world.addresses },
  { method: 'GET', path: /^\/apps$/, run: (world) => world.applications.list() },
  {
    method: 'PUT',
    path: /^\/apps$/,
    run: (world, { body }) =>
      world.applications.putAll(listBody<{ apiKey: string } & ApplicationInput>(body)),
  },
  {
    method: 'PUT',
    path: /^\/apps\/([^/]+)$/,
    run: (world, { params, body }) =>
      world.applications.put(params[0] ?? '', objectBody<ApplicationInput>(body)),
  },
  {
    method: 'DELETE',
    path: /^\/apps\/([^/]+)$/,
    run: async (world, { params }) => ({ deleted: await world.applications.delete(params[0] ?? '') }),
  },

  { method: 'GET', path: /^\/faults$/, run: (world) => world.faults.list() },
  {
    method: 'POST',
    path: /^\/faults$/,
    run: (world, { body }) => ({ id: world.faults.arm(faultOrder(body)).id }),
  },
  { method: 'DELETE', path: /^\/faults$/, run: (world) => world.faults.clear() },
  {
    method: 'DELETE',
    path: /^\/faults\/([^/]+)$/,
    run: (world, { params }) => ({ deleted: world.faults.disarm(params[0] ?? '') }),
  },

  {
    method: 'GET',
    path: /^\/requests$/,
    run: (world, { query }) =>
      world.requests.list(Number(query.get('after') ?? 0), query.get('target') ?? undefined),
  },
  { method: 'DELETE', path: /^\/requests$/, run: (world) => world.requests.clear() },
  { method: 'GET', path: /^\/counters$/, run: (world) => world.requests.counters },

  { method: 'GET', path: /^\/clock$/, run: clockOf },
  { method: 'POST', path: /^\/clock$/, run: setClock },

  { method: 'POST', path: /^\/tokens$/, run: mintToken },
  {
    method: 'POST',
    path: /^\/tokens\/revoke$/,
    run: (world, { body }) => {
      const { apiKey, throughCache } = objectBody<{ apiKey: string; throughCache?: boolean }>(body);
      const { accessTokens } = world;
      return {
        revoked:
          throughCache === true
            ? accessTokens.revoke((token) => token.apiKey === apiKey)
            : accessTokens.revokeOf(apiKey),
      };
    },
  },
  { method: 'GET', path: /^\/user-grants$/, run: (world) => world.userGrants.list() },

  { method: 'GET', path: /^\/options$/, run: (world) => world.settings },
  { method: 'POST', path: /^\/options$/, run: setOptions },
  { method: 'POST', path: /^\/reset$/, run: reset },

  { method: 'POST', path: /^\/referrals$/, run: putReferrals },
  { method: 'POST', path: /^\/attachments$/, run: putAttachments },
  ...PEOPLE_ROUTES,
  ...CIS2_ROUTES,
];

function faultOrder(body: unknown): FaultOrder {
  const order = objectBody<Omit<FaultOrder, 'fault'> & { fault?: FaultOrder['fault'] | null }>(body);
  if (!TARGETS.includes(order.target))
    throw new ControlError(400, `target must be one of ${TARGETS.join(', ')}`);
  const { fault } = order;
  if (typeof fault !== 'object' || fault === null) throw new ControlError(400, 'fault must be an object');
  const { scenario } = fault;
  if (scenario !== undefined && !SCENARIOS.includes(scenario))
    throw new ControlError(400, `scenario must be one of ${SCENARIOS.join(', ')}`);
  return { ...order, fault };
}

function clockOf(world: World) {
  return { offsetMs: world.clock.offsetMs, now: new Date(world.clock.nowMs()).toISOString() };
}

function setClock(world: World, { body }: ControlCall) {
  const { offsetMs } = objectBody<{ offsetMs?: unknown }>(body);
  if (typeof offsetMs !== 'number' || !Number.isFinite(offsetMs))
    throw new ControlError(400, 'offsetMs must be a number');
  world.clock.offsetMs = offsetMs;
  return clockOf(world);
}

interface TokenOrder {
  apiKey: string;
  authType: string;
  userId?: string;
  aal?: number;
  ial?: number;
  scopes?: string[];
  lifeMs?: number;
}

function mintToken(world: World, { body }: ControlCall) {
  const { apiKey, authType, userId, aal, ial, scopes, lifeMs } = objectBody<TokenOrder>(body);
  if (world.applications.get(apiKey) === undefined)
    throw new ControlError(404, `there is no application with the API key ${apiKey}`);
  const isUser = authType === 'user';
  const token = {
    apiKey,
    authType,
    scopes: scopes ?? [isUser ? userScope(aal ?? 3) : APPLICATION_SCOPE],
    ...(isUser ? { userId: userId ?? '555073103100', aal: aal ?? 3, ial: ial ?? 3 } : {}),
  };
  return { access_token: world.accessTokens.issue(token, lifeMs) };
}

function setOptions(world: World, { body }: ControlCall): Settings {
  const options = objectBody<Partial<Record<keyof Settings, unknown>>>(body);
  for (const [name, value] of Object.entries(options)) {
    if (
      !Object.hasOwn(world.settings, name) ||
      typeof value !== typeof world.settings[name as keyof Settings]
    )
      throw new ControlError(400, `there is no option ${name} of that type`);
    if (name === 'authorisation' && value !== 'required' && value !== 'none')
      throw new ControlError(400, 'authorisation must be required or none');
    if (name === 'relationships' && value !== 'enforced' && value !== 'any')
      throw new ControlError(400, 'relationships must be enforced or any');
  }
  Object.assign(world.settings, options);
  return world.settings;
}

/** Restores the seeded data and clears records, faults, tokens and caches. Applications, keys, options and clock stay. */
function reset(world: World): void {
  seed(world.ers);
  world.people.seed();
  world.requests.clear();
  world.faults.clear();
  world.accessTokens.clear();
  world.jtis.clear();
  world.jwks.clear();
  world.cis2Jwks.clear();
  world.userGrants.clear();
  world.combinedSignIns.clear();
  world.ersLimiter.clear();
  world.tokenLimiter.clear();
  world.cis2.signIns.clear();
  world.cis2.changes.clear();
}

function putReferrals(world: World, { body }: ControlCall) {
  const inputs = Array.isArray(body) ? listBody<ReferralInput>(body) : [objectBody<ReferralInput>(body)];
  for (const { ubrn } of inputs)
    if (!/^\d{12}$/.test(ubrn)) throw new ControlError(400, 'ubrn must have 12 digits');
  return { ubrns: inputs.map((input) => addReferral(world.ers, input).ubrn) };
}

function putAttachments(world: World, { body }: ControlCall) {
  const inputs = Array.isArray(body)
    ? listBody<AttachmentInput & { bodyBase64?: string }>(body)
    : [objectBody<AttachmentInput & { bodyBase64?: string }>(body)];
  return {
    ids: inputs.map(
      ({ bodyBase64, ...input }) =>
        addAttachment(world.ers, {
          ...input,
          ...(bodyBase64 === undefined ? {} : { bytes: Buffer.from(bodyBase64, 'base64') }),
        }).id,
    ),
  };
}
