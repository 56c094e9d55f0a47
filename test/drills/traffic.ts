/** Calls of two organisations for a drill: reads, and every tenth a write to a referral of its own. */
import { Agent } from 'node:http';
import { callGateway, openLoop, startBalancer, tally, type GatewayAnswer } from '../support/load.ts';
import type { Onboarded } from '../support/onboard.ts';
import type { GatewayProcess } from '../support/servers/processes.ts';
import type { Stack } from '../support/servers/stack.ts';
import type { DrillRun } from './drill.ts';
import type { Installation } from './installation.ts';

export interface Call extends GatewayAnswer {
  readonly isWrite: boolean;
  readonly replica: GatewayProcess;
}

export interface Traffic {
  /** The calls that were answered or failed so far. */
  readonly calls: readonly Call[];
  /** The application that made the call with this correlation id. */
  callerOf(correlationId: string): Onboarded | undefined;
  stop(): Promise<Call[]>;
}

export const PER_SECOND = 10;
const EACH_TENTH = 10;
/** A caller that waits for more than these sends no more. */
const MOST_UNDER_WAY = 200;
/** Shorter than Gatehouse keeps an idle connection, as callers and balancers should have it. */
const IDLE_MS = 2_000;
/** Over all drills of a run, so that each write has a referral of its own. */
let referrals = 0;

/**
 * Makes ten calls a second through a balancer until it is stopped, at the latest by the end of the drill.
 * @param replicas among which the balancer chooses, now
 * @param lookMs how often the balancer looks whether they are ready; default: that of `startBalancer`
 */
export function startTraffic(
  run: DrillRun,
  { stack, applications }: Installation,
  replicas: () => readonly GatewayProcess[],
  lookMs?: number,
): Traffic {
  const balancer = startBalancer(replicas, lookMs);
  const callers = new Map<string, Onboarded>();
  const agents = new Map<GatewayProcess, Agent>();
  const agentOf = (replica: GatewayProcess): Agent => {
    const agent = agents.get(replica) ?? new Agent({ keepAlive: true, timeout: IDLE_MS });
    agents.set(replica, agent);
    return agent;
  };
  const load = openLoop(
    PER_SECOND,
    async (n): Promise<Call> => {
      const isWrite = n % EACH_TENTH === 0;
      const caller = applications[isWrite ? 0 : n % applications.length] as Onboarded;
      const write = isWrite ? await newWrite(stack) : {};
      const replica = balancer.pick(n);
      const answer = await callGateway({
        gateway: replica.partner,
        key: caller.clientKey,
        agent: agentOf(replica),
        ...write,
      });
      callers.set(answer.correlationId, caller);
      return { ...answer, isWrite, replica };
    },
    MOST_UNDER_WAY,
  );
  const traffic: Traffic = {
    calls: load.answers,
    callerOf: (correlationId) => callers.get(correlationId),
    async stop() {
      const calls = await load.stop();
      for (const agent of agents.values()) agent.destroy();
      await balancer.stop();
      return calls;
    },
  };
  run.later(() => traffic.stop());
  return traffic;
}

async function newWrite(
  stack: Stack,
): Promise<{ method: string; path: string; headers: Record<string, string> }> {
  referrals += 1;
  const ubrn = String(80_000 + referrals).padStart(12, '0');
  await stack.simulator.control('POST', '/referrals', { ubrn, state: 'BOOKED' });
  const path = `/FHIR/STU3/ReferralRequest/${ubrn}/$ers.acceptReferral`;
  return { method: 'POST', path, headers: { 'if-match': 'W/"1"' } };
}

export const hasFailed = ({ status, complete }: Call): boolean => status !== 200 || !complete;

/** What callers got instead of an answer, counted: `{"GW_AUDIT_UNAVAILABLE":12,"ECONNRESET":1}`. */
export function failuresOf(calls: readonly Call[]): Record<string, number> {
  return tally(calls.filter(hasFailed).map(({ code, status, error }) => code ?? status ?? error));
}

/** From the first failed call's start to the end of the last; 0 if none failed. */
export function outageMs(calls: readonly Call[]): number {
  const failed = calls.filter(hasFailed);
  if (failed.length === 0) return 0;
  return (
    Math.max(...failed.map(({ startedAtMs, ms }) => startedAtMs + ms)) -
    Math.min(...failed.map(({ startedAtMs }) => startedAtMs))
  );
}

/** The same as faults of a promise, each with the times of day at which its calls began. */
export function failedCalls(calls: readonly Call[]): string[] {
  const failed = calls.filter(hasFailed);
  return Object.entries(failuresOf(failed)).map(([what, count]) => {
    const times = failed
      .filter(({ code, status, error }) => String(code ?? status ?? error) === what)
      .map(({ startedAtMs }) => new Date(startedAtMs).toISOString().slice(11, 23));
    return `${count} × ${what}, from ${times.toSorted()[0]} to ${times.toSorted().at(-1)}`;
  });
}
