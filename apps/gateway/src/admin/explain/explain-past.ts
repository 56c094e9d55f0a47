/** A request of the audit trail decided again, with the registry as it was then and as it is now. */
import type { PastExplanation, RequestStory } from '@gatehouse/contracts/audit/audit-resources';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import type { EnvironmentKind } from '@gatehouse/domain/registry/records/vocabulary';
import {
  type DecidedAgain,
  decideAgain,
  factsLookedAt,
  organisationsLookedAt,
  type PastRequest,
} from '@gatehouse/domain/policy/past-decision';
import type { Binding, Snapshot } from '@gatehouse/domain/registry/registry';
import type pg from 'pg';
import { registryAt } from '../../adapters/registry/history.js';

export interface PastParts {
  readonly database: pg.Pool;
  readonly snapshot: () => Snapshot;
  readonly environments: ReadonlyMap<string, { readonly kind: EnvironmentKind }>;
  readonly now: () => number;
}

/** Where the audit trail does not have enough to decide again, the note says why. */
export async function explainPast(parts: PastParts, story: RequestStory): Promise<PastExplanation> {
  const recorded = {
    registryVersion: story.registryVersion,
    at: story.startedAt,
    allowed: story.steps.length > 0 && story.steps.every(({ ok }) => ok),
    code: story.attempts.length > 0 ? null : (story.refusal?.code ?? null),
    steps: story.steps,
  };
  const request = requestOf(parts, story);
  if (typeof request === 'string' || story.registryVersion === null) {
    const why =
      typeof request === 'string' ? request : 'The request was rejected before the registry was read.';
    return { recorded, then: null, now: null, same: null, note: why, registry: [] };
  }
  const atMs = Date.parse(story.startedAt);
  const past = await pastRegistry(parts.database, story.registryVersion, request);
  const [then, now] = [
    decidedOn(past, request, story, atMs),
    decidedOn(parts.snapshot(), request, story, parts.now()),
  ];
  const same = inWords(then.decision.steps) === inWords(story.steps);
  return {
    recorded,
    then: viewOf(then.decision, past.version, atMs),
    now: viewOf(now.decision, parts.snapshot().version, parts.now()),
    same,
    note: same
      ? 'With the registry as it was then, every step is decided as it was recorded.'
      : 'With the registry as it was then, the steps are decided otherwise than they were recorded: the rules of the program have changed since.',
    registry: beside(then.facts, now.facts),
  };
}

/** @returns the request, or why there is nothing to decide again */
function requestOf({ environments }: PastParts, story: RequestStory): PastRequest | string {
  const operation = CATALOGUE.find(({ operationId }) => operationId === story.operationId);
  if (story.clientId === null || operation === undefined)
    return 'The request was rejected before there was anything to decide: its credential, path or method was at fault.';
  const environment = environments.get(story.environment ?? '');
  if (environment === undefined) return `This deployment no longer serves ${story.environment ?? ''}.`;
  if (story.asked === null)
    return 'When this request was made, the audit trail did not record what a request asked for, only what was found. See the steps that were recorded.';
  const { userId, userSessionId, aal, authenticatedAt } = story;
  const authTimeMs = authenticatedAt === null ? null : Date.parse(authenticatedAt);
  const user = { userId, userSessionId, aal, authTimeMs };
  return {
    ...{ clientId: story.clientId, operation, asked: story.asked, environmentKind: environment.kind },
    user: userSessionId === null ? null : user,
  };
}

/** Reads the client first: its grants lead to the organisation. */
async function pastRegistry(database: pg.Pool, version: number, request: PastRequest): Promise<Snapshot> {
  const clientIds = [request.clientId];
  const { clients } = await registryAt(database, version, { odsCodes: [], clientIds });
  const odsCodes = organisationsLookedAt(clients.get(request.clientId), request);
  return registryAt(database, version, { odsCodes, clientIds });
}

function decidedOn(snapshot: Snapshot, request: PastRequest, story: RequestStory, atMs: number) {
  const decision = decideAgain(snapshot, request, atMs);
  const [known] = organisationsLookedAt(snapshot.clients.get(request.clientId), request);
  const odsCode = story.organisation ?? known ?? null;
  // Today's grants may lead to another organisation, which the reader of this record must not learn about.
  const decided = decision.binding?.odsCode === odsCode ? decision.binding : null;
  const about = { odsCode, binding: bindingOf(snapshot, story) ?? decided };
  return { decision, facts: factsLookedAt(snapshot, request, about, atMs) };
}

function bindingOf({ organisations }: Snapshot, { organisation, bindingId }: RequestStory): Binding | null {
  return organisations.get(organisation ?? '')?.bindings.find(({ id }) => id === bindingId) ?? null;
}

const inWords = (steps: RequestStory['steps'] | DecidedAgain['steps']): string =>
  steps.map(({ step, ok }) => `${step}: ${String(ok)}`).join(', ');

function viewOf({ allowed, code, steps }: DecidedAgain, registryVersion: number, atMs: number) {
  return { registryVersion, at: new Date(atMs).toISOString(), allowed, code, steps: [...steps] };
}

type Facts = ReturnType<typeof factsLookedAt>;

/** Each fact as it was then, beside the same fact as it is now. */
function beside(then: Facts, now: Facts): PastExplanation['registry'] {
  const [before, after] = [new Map(then), new Map(now)];
  return [...new Set([...before.keys(), ...after.keys()])].map((what) => ({
    what,
    then: before.get(what) ?? null,
    now: after.get(what) ?? null,
  }));
}
