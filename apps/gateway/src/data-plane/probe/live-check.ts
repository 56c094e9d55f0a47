/**
 * Asks NHS England about one application, for an operator or on schedule: one new token, then reads that name no patient.
 * Each is decided, paced, recorded and judged like the request of a client, and the records name who asked as the actor.
 */
import { randomUUIDv7 } from 'node:crypto';
import { type ProbeLimit, probePlan, type ProbeRead } from '@gatehouse/domain/apim/probe';
import type { ActorFacts } from '@gatehouse/domain/audit/audit';
import type { GatewayError } from '@gatehouse/domain/errors';
import { systemEvent } from '../../adapters/audit/system-event.js';
import { requireConfidence } from '../confidence.js';
import type { PlaneDeps } from '../deps.js';
import type { Binding } from '@gatehouse/domain/registry/registry';
import { findBinding, type ProbedApplication, type ProbeStep, takeStep } from './probe-step.js';
import { type Canaries, checkForUsers, type CIS2, type UserCheck } from './user-check.js';

export interface LiveCheck {
  /** What kept it from an answer; null: a token was issued and, where `isRead`, e-RS answered. */
  readonly refusal: GatewayError | null;
  /** False if no read may be made, so that only the token was requested. */
  readonly isRead: boolean;
  readonly result: ProbeResult;
}

export interface ProbeResult {
  /** Of `findingOf`; null: nothing is wrong as far as it was checked. */
  readonly code: string | null;
  /** Reads that were sent; a fault ends a probe before the others. */
  readonly reads: readonly (ProbeRead | typeof CIS2)[];
  readonly limits: readonly ProbeLimit[];
  /** Of the last read, as NHS England's support knows it. */
  readonly attemptId: string | null;
}

/** @throws GW_AUDIT_UNAVAILABLE if it could not be recorded */
export async function checkLive(
  deps: PlaneDeps,
  application: ProbedApplication,
  actor: ActorFacts,
  canaries: Canaries,
): Promise<LiveCheck> {
  const binding = findBinding(deps.registry.current(), application);
  if (binding?.application.accessMode === 'user-restricted')
    return checkWithoutUser(deps, binding, actor, canaries);
  // One that the registry does not have is refused by the first step.
  const plan = binding === undefined ? { reads: [], limits: [] } : probePlan(binding.application);
  const [first = null, ...others] = plan.reads;
  let step = await takeStep(deps, application, actor, { read: first, isFirst: true });
  const { isTokenRequested } = step;
  const reads = sentRead(first, step);
  for (const read of others)
    if (step.refusal === null && step.code === null) {
      step = await takeStep(deps, application, actor, { read, isFirst: false });
      reads.push(...sentRead(read, step));
    }
  const { refusal, attemptId, code } = step;
  await recordCheck(deps, step, application, actor, code);
  const limits = [...plan.limits, ...(isTokenRequested ? [] : withoutToken(reads))];
  return { refusal, isRead: plan.reads.length > 0, result: { code, reads, limits, attemptId } };
}

const sentRead = (read: ProbeRead | null, { attemptId }: ProbeStep): ProbeRead[] =>
  read === null || attemptId === null ? [] : [read];

/** Why no token was requested. */
const withoutToken = (reads: readonly ProbeRead[]): ProbeLimit[] => [reads.length > 0 ? 'open' : 'not-asked'];

/** Of an application for users: nobody is signed in, so whether its keys are known is all that can be asked. */
async function checkWithoutUser(
  deps: PlaneDeps,
  binding: Binding,
  actor: ActorFacts,
  canaries: Canaries,
): Promise<LiveCheck> {
  const { odsCode, application } = binding;
  const { id: applicationId, environment } = application;
  const about = { requestId: randomUUIDv7(), startedAtMs: deps.clock.now(), environment };
  requireConfidence(deps);
  const isOpen = deps.environments.get(environment)?.kind === 'open';
  const { code, reads, limits, refusal } = isOpen
    ? NOTHING_TO_ASK
    : await checkForUsers(binding, deps.registry.current(), canaries);
  await recordCheck(deps, { ...about, refusal }, { odsCode, applicationId }, actor, code);
  return { refusal, isRead: false, result: { code, reads, limits, attemptId: null } };
}

const NOTHING_TO_ASK: UserCheck = { code: null, reads: [], limits: ['user', 'open'], refusal: null };

/** Resolves once this and the records before it, those of the token among them, are durable. */
async function recordCheck(
  deps: PlaneDeps,
  {
    refusal,
    requestId,
    startedAtMs,
    environment,
  }: Pick<ProbeStep, 'refusal' | 'requestId' | 'startedAtMs' | 'environment'>,
  { applicationId, odsCode }: ProbedApplication,
  actor: ActorFacts,
  finding: string | null,
): Promise<void> {
  const facts = { requestId, environment, ...actor, probe: true, code: refusal?.code ?? null, finding };
  const about = { startedAtMs, applicationId, odsCode };
  await deps.audit.system(systemEvent('LIVE_CHECK', deps.clock.now(), facts, about));
}
