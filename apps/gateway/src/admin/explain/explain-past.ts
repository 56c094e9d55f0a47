/** A request of the trail decided again, with the registry as it was then and as it is now. */
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

/** Says why where the trail doesn't keep enough to decide again. */
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
    const why = typeof request === 'string' ? request : 'It was refused before the registry was asked.';
    return { recorded, then: null, now: null, same: null, note: why, registry: [] };
  }
  const atMs = Date.parse(story.startedAt);
  const past = await pastRegistry(parts.database, story.registryVersion, request);
  const [then, now] = [
    looked(past, request, story, atMs),
    looked(parts.snapshot(), request, story, parts.now()),
  ];
  const same = inWords(then.decision.steps) === inWords(story.steps);
  return {
    recorded,
    then: told(then.decision, past.version, atMs),
    now: told(now.decision, parts.snapshot().version, parts.now()),
    same,
    note: same
      ? 'Decided again on the registry of then, every step is as it was recorded.'
      : 'Decided again on the registry of then, the steps are not those recorded: the rules of the program have changed since.',
    registry: beside(then.facts, now.facts),
  };
}

/** @returns why there is nothing to decide again, if there isn't */
function requestOf({ environments }: PastParts, story: RequestStory): PastRequest | string {
  const operation = CATALOGUE.find(({ operationId }) => operationId === story.operationId);
  if (story.clientId === null || operation === undefined)
    return 'It was refused before there was anything to decide: its credential, path or method was at fault.';
  const environment = environments.get(story.environment ?? '');
  if (environment === undefined) return `This deployment no longer serves ${story.environment ?? ''}.`;
  if (story.asked === null)
    return 'The trail did not yet keep what a request asked for, only what was found. See the steps recorded.';
  return { clientId: story.clientId, operation, asked: story.asked, environmentKind: environment.kind };
}

/** Its client first: the client's grants lead to the organisation. */
async function pastRegistry(database: pg.Pool, version: number, request: PastRequest): Promise<Snapshot> {
  const clientIds = [request.clientId];
  const { clients } = await registryAt(database, version, { odsCodes: [], clientIds });
  const odsCodes = organisationsLookedAt(clients.get(request.clientId), request);
  return registryAt(database, version, { odsCodes, clientIds });
}

function looked(snapshot: Snapshot, request: PastRequest, story: RequestStory, atMs: number) {
  const decision = decideAgain(snapshot, request, atMs);
  const [known] = organisationsLookedAt(snapshot.clients.get(request.clientId), request);
  const odsCode = story.organisation ?? known ?? null;
  // Today's grants may lead to another organisation, of which whoever reads this record need not know.
  const found = decision.binding?.odsCode === odsCode ? decision.binding : null;
  const about = { odsCode, binding: bindingOf(snapshot, story) ?? found };
  return { decision, facts: factsLookedAt(snapshot, request, about, atMs) };
}

function bindingOf({ organisations }: Snapshot, { organisation, bindingId }: RequestStory): Binding | null {
  return organisations.get(organisation ?? '')?.bindings.find(({ id }) => id === bindingId) ?? null;
}

const inWords = (steps: RequestStory['steps'] | DecidedAgain['steps']): string =>
  steps.map(({ step, ok }) => `${step}: ${String(ok)}`).join(', ');

function told({ allowed, code, steps }: DecidedAgain, registryVersion: number, atMs: number) {
  return { registryVersion, at: new Date(atMs).toISOString(), allowed, code, steps: [...steps] };
}

type Facts = ReturnType<typeof factsLookedAt>;

/** Each fact of then with the same of now. */
function beside(then: Facts, now: Facts): PastExplanation['registry'] {
  const [before, after] = [new Map(then), new Map(now)];
  return [...new Set([...before.keys(), ...after.keys()])].map((what) => ({
    what,
    then: before.get(what) ?? null,
    now: after.get(what) ?? null,
  }));
}
