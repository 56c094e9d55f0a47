/**
 * Asks NHS England about one application, for an operator or on schedule: one new token, then reads that name no patient.
 * Each is decided, paced, recorded and judged like the request of a client, and the records name who asked as the actor.
 */
import { type ProbeLimit, type ProbePlan, probePlan, type ProbeRead } from '@gatehouse/domain/apim/probe';
import type { ActorFacts } from '@gatehouse/domain/audit/audit';
import type { GatewayError } from '@gatehouse/domain/errors';
import { systemEvent } from '../../adapters/audit/system-event.js';
import type { PlaneDeps } from '../deps.js';
import { findBinding, type ProbedApplication, type ProbeStep, takeStep } from './probe-step.js';

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
  readonly reads: readonly ProbeRead[];
  readonly limits: readonly ProbeLimit[];
  /** Of the last read, as NHS England's support knows it. */
  readonly attemptId: string | null;
}

/** @throws GW_AUDIT_UNAVAILABLE if it could not be recorded */
export async function checkLive(
  deps: PlaneDeps,
  application: ProbedApplication,
  actor: ActorFacts,
): Promise<LiveCheck> {
  const plan = planOf(deps, application);
  const [first = null, ...others] = plan.reads;
  let step = await takeStep(deps, application, actor, { read: first, isFirst: true });
  const { isTokenRequested } = step;
  const reads = sentRead(first, step);
  for (const read of others)
    if (step.refusal === null && step.code === null) {
      step = await takeStep(deps, application, actor, { read, isFirst: false });
      reads.push(...sentRead(read, step));
    }
  const { refusal, attemptId } = step;
  // That nobody is signed in is no finding.
  const code = plan.limits.includes('user') ? null : step.code;
  await recordCheck(deps, step, application, actor, code);
  const limits = [...plan.limits, ...(isTokenRequested ? [] : withoutToken(plan, reads))];
  return { refusal, isRead: plan.reads.length > 0, result: { code, reads, limits, attemptId } };
}

const sentRead = (read: ProbeRead | null, { attemptId }: ProbeStep): ProbeRead[] =>
  read === null || attemptId === null ? [] : [read];

/** Why no token was requested. */
function withoutToken({ limits }: ProbePlan, reads: readonly ProbeRead[]): ProbeLimit[] {
  if (limits.includes('user')) return [];
  return [reads.length > 0 ? 'open' : 'not-asked'];
}

/** Nothing of one that the registry does not have, which the first step says. */
function planOf({ registry }: PlaneDeps, application: ProbedApplication): ProbePlan {
  const binding = findBinding(registry.current(), application);
  return binding === undefined ? { reads: [], limits: [] } : probePlan(binding.application);
}

/** Resolves once this and the records before it, those of the token among them, are durable. */
async function recordCheck(
  deps: PlaneDeps,
  { refusal, requestId, startedAtMs, environment }: ProbeStep,
  { applicationId, odsCode }: ProbedApplication,
  actor: ActorFacts,
  finding: string | null,
): Promise<void> {
  const facts = { requestId, environment, ...actor, probe: true, code: refusal?.code ?? null, finding };
  const about = { startedAtMs, applicationId, odsCode };
  await deps.audit.system(systemEvent('LIVE_CHECK', deps.clock.now(), facts, about));
}
