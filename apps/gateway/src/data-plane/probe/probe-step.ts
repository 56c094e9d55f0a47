/** One step of a probe: a new token where it is the first, and one read where there is one. */
import { createHash } from 'node:crypto';
import { PROBE_READS, type ProbeRead, readFinding } from '@gatehouse/domain/apim/probe';
import type { ActorFacts } from '@gatehouse/domain/audit/audit';
import { CATALOGUE, type Operation } from '@gatehouse/domain/ers/catalogue';
import { type MatchedOperation, matchOperation } from '@gatehouse/domain/ers/operation';
import { parseQuery } from '@gatehouse/domain/ers/query';
import { GatewayError } from '@gatehouse/domain/errors';
import { readCallerHeaders, singleHeaders } from '@gatehouse/domain/input/request-headers';
import { decide } from '@gatehouse/domain/policy/decide';
import { planFor } from '@gatehouse/domain/policy/policy';
import type { Application, Binding, Client, Snapshot } from '@gatehouse/domain/registry/registry';
import { type Admitted, admitRead } from '../admit.js';
import type { ReleasableAnswer } from '../attempt/attempt.js';
import { callUpstream } from '../call-upstream.js';
import { requireConfidence } from '../confidence.js';
import type { Route } from '../decide.js';
import type { PlaneDeps } from '../deps.js';
import { type Exchange, exchangeOfProbe } from '../exchange.js';
import { asGatewayError, endOf, recordDenied, recordLine } from '../record.js';

const METHOD = 'GET';
/** For the decision and the log alone. A client's name has no space, so no client is mistaken for it. */
const PROBE = 'gatehouse probe';

export interface ProbedApplication {
  readonly odsCode: string;
  readonly applicationId: string;
}

export interface ProbeStep {
  readonly refusal: GatewayError | null;
  /** What is wrong; null: nothing. */
  readonly code: string | null;
  /** Null: no read was sent. */
  readonly attemptId: string | null;
  readonly isTokenRequested: boolean;
  readonly requestId: string;
  /** Epoch ms. */
  readonly startedAtMs: number;
  readonly environment: string | null;
}

export async function takeStep(
  deps: PlaneDeps,
  probed: ProbedApplication,
  actor: ActorFacts,
  { read, isFirst }: { readonly read: ProbeRead | null; readonly isFirst: boolean },
): Promise<ProbeStep> {
  const { path } = PROBE_READS[read ?? 'A004'];
  const exchange = exchangeOfProbe(deps.clock, path, actor, deps.bodies.share());
  let refusal: GatewayError | null = null;
  let isTokenRequested = false;
  try {
    const binding = bindingOf(deps.registry.current(), probed);
    exchange.client = probeAsClient(binding);
    const matched = read === null ? null : matchOperation(METHOD, path);
    exchange.matched = matched;
    const decideAgain = () => decideFor(deps, exchange, binding, matched);
    if (isFirst) {
      const { plan } = decideAgain();
      requireConfidence(deps);
      if (plan.signingKey !== null) {
        isTokenRequested = true;
        // A cached token would say nothing about what NHS England does now.
        await deps.tokens.renew(plan);
      }
    }
    if (read !== null && matched !== null)
      await readToEnd(
        deps,
        exchange,
        await callUpstream(deps, exchange, admitted(read, matched), decideAgain),
      );
  } catch (error) {
    refusal = await recordDenied(deps, exchange, asGatewayError(deps, error));
  } finally {
    exchange.bodies.giveBack();
    recordLine(deps, exchange);
  }
  const { attemptId, requestId, startedAtMs, client } = exchange;
  const about = {
    attemptId,
    isTokenRequested,
    requestId,
    startedAtMs,
    environment: client?.environment ?? null,
  };
  return { refusal, code: codeOf(exchange, read, refusal), ...about };
}

export function findBinding(
  { organisations }: Snapshot,
  { odsCode, applicationId }: ProbedApplication,
): Binding | undefined {
  const bindings = organisations.get(odsCode)?.bindings ?? [];
  return bindings.find(({ application }) => application.id === applicationId);
}

function bindingOf(snapshot: Snapshot, probed: ProbedApplication): Binding {
  const binding = findBinding(snapshot, probed);
  if (binding === undefined) throw new GatewayError('GW_APPLICATION_STATE');
  return binding;
}

function codeOf(exchange: Exchange, read: ProbeRead | null, refusal: GatewayError | null): string | null {
  if (refusal !== null) return exchange.diagnosis ?? refusal.code;
  const { upstreamStatus, diagnosis } = exchange;
  return read === null || upstreamStatus === null ? null : readFinding(read, upstreamStatus, diagnosis);
}

/** The decision is that of a client with a grant for this one application. */
function probeAsClient({ odsCode, application }: Binding): Client {
  const { environment, product, accessMode, capability } = application;
  const grants = [{ odsCode, product, accessMode, capability }];
  return {
    id: PROBE,
    name: PROBE,
    environment,
    state: 'active',
    grants,
    workload: null,
    rateShare: 'single',
  };
}

/** @throws the policy's refusal */
function decideFor(
  deps: PlaneDeps,
  exchange: Exchange,
  probed: Binding,
  matched: MatchedOperation | null,
): Route {
  const snapshot = deps.registry.current();
  const { application, odsCode } = probed;
  const environment = deps.environments.get(application.environment);
  if (environment === undefined) throw new GatewayError('GW_APPLICATION_STATE');
  if (application.state === 'draft' && environment.kind === 'authenticated' && matched === null)
    return routeOfDraft(snapshot, exchange, probed);
  const decision = decide(snapshot, {
    client: probeAsClient(probed),
    accessMode: application.accessMode,
    odsCode,
    product: application.product,
    capability: application.capability,
    operation: matched?.operation ?? anyRead(application),
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
  if (decision.plan.binding.application.id !== application.id) throw new GatewayError('GW_APPLICATION_STATE');
  return { plan: decision.plan, environment: application.environment, validUntilMs: decision.validUntilMs };
}

/** For its token alone: a draft makes no call. @throws GW_ORGANISATION_SUSPENDED, GW_ASID_MISSING, GW_KEY_MISSING */
function routeOfDraft(snapshot: Snapshot, exchange: Exchange, binding: Binding): Route {
  const { odsCode, application } = binding;
  exchange.registryVersion = snapshot.version;
  exchange.binding = binding;
  if (snapshot.organisations.get(odsCode)?.state !== 'active')
    throw new GatewayError('GW_ORGANISATION_SUSPENDED');
  if (application.apiKey === null) throw new GatewayError('GW_ASID_MISSING');
  const signingKey = application.signingKeys.find(({ state }) => state === 'ACTIVE');
  if (signingKey === undefined) throw new GatewayError('GW_KEY_MISSING');
  const plan = planFor(snapshot, binding, signingKey, null);
  return { plan, environment: application.environment, validUntilMs: Infinity };
}

/** For the decision alone, where no read is sent. */
function anyRead({ interactions }: Application): Operation {
  const operation = CATALOGUE.find(
    ({ readOnly, interaction, applicationRestricted }) =>
      readOnly && applicationRestricted !== null && interactions.has(interaction),
  );
  if (operation === undefined) throw new GatewayError('GW_MESSAGE_SET');
  return operation;
}

function admitted(read: ProbeRead, matched: MatchedOperation): Admitted {
  const headers = readCallerHeaders(singleHeaders(['Accept', 'application/fhir+json']));
  const query = parseQuery(matched.operation, PROBE_READS[read].query);
  return admitRead({ matched, headers, user: null, query });
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
