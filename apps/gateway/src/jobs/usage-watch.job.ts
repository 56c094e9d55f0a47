/**
 * Looks for clients that nobody uses and for deprecated interactions that are still called. What it finds is worked out
 * from rows, so after a standstill it is found once, however many runs were missed.
 */
import { type DeprecatedCalls, deprecatedCalls } from '@gatehouse/domain/upkeep/deprecated-calls';
import type { Finding, Watch } from '@gatehouse/domain/upkeep/finding';
import { type ClientUse, unusedClients, usableClients } from '@gatehouse/domain/upkeep/unused-clients';
import type { Snapshot } from '@gatehouse/domain/registry/registry';

export interface UsageWatchDeps {
  readonly snapshot: () => Snapshot;
  readonly clientUse: (clientIds: readonly string[], nowMs: number) => Promise<readonly ClientUse[]>;
  readonly callsOfDeprecated: (nowMs: number) => Promise<readonly DeprecatedCalls[]>;
  readonly settle: (watch: Watch, findings: readonly Finding[], nowMs: number) => Promise<void>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Clients whose use is read by one statement. */
const PAGE = 200;

export async function run(deps: UsageWatchDeps): Promise<void> {
  const { snapshot, now, signal, settle } = deps;
  const nowMs = now();
  const registry = snapshot();
  const clients = usableClients(registry, nowMs);
  const uses: ClientUse[] = [];
  for (let at = 0; at < clients.length; at += PAGE) {
    if (signal.aborted) return;
    const ids = clients.slice(at, at + PAGE).map(({ id }) => id);
    uses.push(...(await deps.clientUse(ids, nowMs)));
  }
  await settle('unused-client', unusedClients(clients, uses, nowMs), nowMs);
  if (signal.aborted) return;
  await settle('deprecated-call', deprecatedCalls(registry, await deps.callsOfDeprecated(nowMs)), nowMs);
}
