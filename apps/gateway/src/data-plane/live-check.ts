/**
 * Asks NHS England about one application, for an operator: one new token, then one read that names no patient. It is
 * decided, paced, recorded and judged like the request of a client, and the records name the operator as the actor.
 */
import { createHash } from 'node:crypto';
import type { ActorFacts } from '@gatehouse/domain/audit/audit';
import { CATALOGUE, type Operation } from '@gatehouse/domain/ers/catalogue';
import { matchOperation } from '@gatehouse/domain/ers/operation';
import { parseQuery } from '@gatehouse/domain/ers/query';
import { GatewayError } from '@gatehouse/domain/errors';
import { readCallerHeaders, singleHeaders } from '@gatehouse/domain/input/request-headers';
import { decide } from '@gatehouse/domain/policy/decide';
import type { Application, Binding, Client, Snapshot } from '@gatehouse/domain/registry/registry';
import { type Admitted, admitRead } from './admit.js';
import type { ReleasableAnswer } from './attempt/attempt.js';
import { callUpstream } from './call-upstream.js';
import { requireConfidence } from './confidence.js';
import type { Route } from './decide.js';
import type { PlaneDeps } from './deps.js';
import { type Exchange, exchangeOfOperator } from './exchange.js';
import { asGatewayError, endOf, recordDenied, recordLine } from './record.js';
import { systemEvent } from '../adapters/audit/system-event.js';

/** Reference data: both capabilities may read it, and it is about nobody. */
const METHOD = 'GET';
const PATH = '/FHIR/STU3/CodeSystem/SPECIALTY';
/** A client's name has no space, so no client is mistaken for this. */
const ASKED_BY = 'gatehouse doctor';

export interface LiveCheck {
  /** Null: a token was issued and, where `isRead`, e-RS answered. */
  readonly refusal: GatewayError | null;
  /** False if the message sets do not contain the read, so that only the token was requested. */
  readonly isRead: boolean;
}

/** @throws GW_AUDIT_UNAVAILABLE if it could not be recorded */
export async function checkLive(
  deps: PlaneDeps,
  { odsCode, applicationId }: { readonly odsCode: string; readonly applicationId: string },
  actor: ActorFacts,
): Promise<LiveCheck> {
  const exchange = exchangeOfOperator(deps.clock, METHOD, PATH, actor, deps.bodies.share());
  const matched = matchOperation(METHOD, PATH);
  let isRead = false;
  let refusal: GatewayError | null = null;
  try {
    const binding = bindingOf(deps.registry.current(), odsCode, applicationId);
    isRead = binding.application.interactions.has(matched.operation.interaction);
    const operation = isRead ? matched.operation : anyRead(binding.application);
    exchange.client = operatorAsClient(binding);
    exchange.matched = isRead ? matched : null;
    const decideAgain = () => decideFor(deps, exchange, binding, operation);
    await renewToken(deps, decideAgain());
    if (isRead) await readToEnd(deps, exchange, await callUpstream(deps, exchange, admitted(), decideAgain));
  } catch (error) {
    refusal = await recordDenied(deps, exchange, asGatewayError(deps, error));
  } finally {
    exchange.bodies.giveBack();
    recordLine(deps, exchange);
  }
  await recordCheck(deps, exchange, { odsCode, applicationId, actor, code: refusal?.code ?? null });
  return { refusal, isRead };
}

function bindingOf(snapshot: Snapshot, odsCode: string, applicationId: string): Binding {
  const bindings = snapshot.organisations.get(odsCode)?.bindings ?? [];
  const binding = bindings.find(({ application }) => application.id === applicationId);
  if (binding === undefined) throw new GatewayError('GW_APPLICATION_STATE');
  return binding;
}

/** For the decision alone, where the one read that is sent is not in the message sets. */
function anyRead({ interactions }: Application): Operation {
  const operation = CATALOGUE.find(
    ({ readOnly, interaction, applicationRestricted }) =>
      readOnly && applicationRestricted !== null && interactions.has(interaction),
  );
  if (operation === undefined) throw new GatewayError('GW_MESSAGE_SET');
  return operation;
}

/** The decision is that of a client with a grant for this one application. */
function operatorAsClient({ odsCode, application }: Binding): Client {
  const { environment, product, accessMode, capability } = application;
  const grants = [{ odsCode, product, accessMode, capability }];
  return { id: ASKED_BY, name: ASKED_BY, environment, state: 'active', grants, workload: null };
}

/** @throws the policy's refusal */
function decideFor(deps: PlaneDeps, exchange: Exchange, asked: Binding, operation: Operation): Route {
  const snapshot = deps.registry.current();
  const { environment: name, accessMode } = asked.application;
  const environment = deps.environments.get(name);
  if (environment === undefined) throw new GatewayError('GW_APPLICATION_STATE');
  const decision = decide(snapshot, {
    client: operatorAsClient(asked),
    accessMode,
    odsCode: asked.odsCode,
    product: asked.application.product,
    capability: asked.application.capability,
    operation,
    actingAs: null,
    userSession: null,
    environmentKind: environment.kind,
    nowMs: deps.clock.now(),
  });
  exchange.registryVersion = snapshot.version;
  exchange.steps = decision.steps;
  exchange.binding = decision.ok ? decision.plan.binding : decision.binding;
  if (!decision.ok) throw decision.refusal;
  // Another application of the same binding may be the live one.
  if (decision.plan.binding.application.id !== asked.application.id)
    throw new GatewayError('GW_APPLICATION_STATE');
  return { plan: decision.plan, environment: name };
}

/** A cached token would say nothing about what NHS England does now. */
async function renewToken(deps: PlaneDeps, { plan }: Route): Promise<void> {
  requireConfidence(deps);
  if (plan.signingKey !== null) await deps.tokens.renew(plan);
}

function admitted(): Admitted {
  const matched = matchOperation(METHOD, PATH);
  const headers = readCallerHeaders(singleHeaders(['Accept', 'application/fhir+json']));
  return admitRead({ matched, headers, user: null, query: parseQuery(matched.operation, null) });
}

/** Nobody is given the answer. END says how much of a streamed one arrived. */
async function readToEnd(deps: PlaneDeps, exchange: Exchange, answer: ReleasableAnswer): Promise<void> {
  exchange.status = answer.status;
  if (answer.body !== null) return;
  const hash = createHash('sha256');
  let delivery: 'complete' | 'aborted' = 'aborted';
  try {
    for await (const chunk of answer.stream) {
      hash.update(chunk);
      exchange.responseBytes += chunk.length;
    }
    delivery = 'complete';
  } catch (error) {
    answer.discard();
    deps.log.warn({ err: error, attemptId: answer.attempt.id }, 'answer broken off');
  }
  await deps.audit.end(endOf(deps, exchange, answer, delivery, hash));
}

/** Resolves once this and the records before it, those of the token among them, are durable. */
async function recordCheck(
  deps: PlaneDeps,
  exchange: Exchange,
  check: { odsCode: string; applicationId: string; actor: ActorFacts; code: string | null },
): Promise<void> {
  const { odsCode, applicationId, actor, code } = check;
  const { requestId, startedAtMs, client } = exchange;
  const facts = { requestId, environment: client?.environment ?? null, ...actor, code };
  const about = { startedAtMs, applicationId, odsCode };
  await deps.audit.system(systemEvent('LIVE_CHECK', deps.clock.now(), facts, about));
}
