/** Replaces replicas one after the other, as an orchestrator does: each leaves when its successor is ready. */
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayProcess } from '../support/servers/processes.ts';
import { PARTNER_ONLY } from '../support/servers/stack.ts';
import { untilReady } from '../support/until.ts';
import { timed, unless, type DrillRun } from './drill.ts';

/** How long a replica that is leaving still takes calls, so that the balancer looks elsewhere first. */
const GRACE_MS = 2_000;
/** The settings of a replica that can be replaced while calls go on. */
export const REPLACEABLE = { ...PARTNER_ONLY, GATEHOUSE_DRAIN_GRACE_MS: String(GRACE_MS) };
/** How long calls go on before the first is replaced, and after the last. */
export const BEFORE_AND_AFTER_MS = 5_000;

/**
 * Replaces each of the replicas in the list, and promises that it ended in order.
 * @param what is being done, such as `replacing`
 * @param start starts a successor
 */
export async function replaceAll(
  run: DrillRun,
  replicas: GatewayProcess[],
  what: string,
  start: () => Promise<GatewayProcess>,
): Promise<void> {
  const leavers = [...replicas];
  const codes: (number | string)[] = [];
  for (const [n, leaving] of leavers.entries()) {
    const which = `${what}, replica ${n + 1} of ${leavers.length}`;
    run.step(which);
    const coming = await timed(() => startReady(start));
    run.time(`${which}: until its successor was ready`, coming.ms);
    replicas.push(coming.result);
    // The balancer sees it before the other leaves.
    await delay(500);
    leaving.kill('SIGTERM');
    const left = await timed(() => leaving.ended);
    codes.push(left.result);
    replicas.splice(replicas.indexOf(leaving), 1);
    run.time(`${which}: from SIGTERM to its end`, left.ms);
  }
  run.promise(`${what}: every replica ended in order`, faultsOfEnds(codes));
}

/** Starts a gateway, and waits until it says that it is ready. */
export async function startReady(start: () => Promise<GatewayProcess>): Promise<GatewayProcess> {
  const gateway = await start();
  await untilReady(gateway);
  return gateway;
}

export const faultsOfEnds = (codes: readonly (number | string)[]): string[] =>
  unless(
    codes.every((code) => code === 0),
    `exit codes ${codes.join(', ')}`,
  );
