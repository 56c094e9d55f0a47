/** Clients that could still call and have not called for a long time: a key that nobody uses is one that nobody misses. */
import { lastKeys } from '../governance/days-left.js';
import { londonDay } from '../governance/london-day.js';
import type { Client, Snapshot } from '../registry/registry.js';
import { clientPage, type Finding } from './finding.js';

export const UNUSED_DAYS = 90;
/** How far back the last request is looked for. */
export const LOOK_BACK_DAYS = 365;

/** What the history of the registry and the audit trail know of a client. */
export interface ClientUse {
  readonly clientId: string;
  /** Epoch ms. */
  readonly createdAtMs: number;
  /** Epoch ms of its newest request, refused ones included; null: none within `LOOK_BACK_DAYS`. */
  readonly lastUsedAtMs: number | null;
}

const DAY_MS = 86_400_000;

/** Active clients that have a key that works, or a workload identity. Only these can be unused. */
export function usableClients(snapshot: Snapshot, nowMs: number): Client[] {
  const withKey = lastKeys(snapshot, nowMs);
  return [...snapshot.clients.values()].filter(
    ({ id, state, workload }) => state === 'active' && (workload !== null || withKey.has(id)),
  );
}

/** One for each client that is older than 90 days and has sent no request for 90 days. */
export function unusedClients(
  clients: readonly Client[],
  uses: readonly ClientUse[],
  nowMs: number,
): Finding[] {
  const byId = new Map(uses.map((use) => [use.clientId, use]));
  const sinceMs = nowMs - UNUSED_DAYS * DAY_MS;
  return clients.flatMap((client) => {
    const use = byId.get(client.id);
    if (use === undefined || use.createdAtMs > sinceMs || (use.lastUsedAtMs ?? 0) > sinceMs) return [];
    return findingOf(client, use);
  });
}

function findingOf(client: Client, { lastUsedAtMs }: ClientUse): Finding {
  const last =
    lastUsedAtMs === null
      ? 'It has sent no request within the last year.'
      : `Its last request was on ${londonDay(lastUsedAtMs)}.`;
  return {
    key: `unused-client ${client.id}`,
    notice: {
      kind: 'upkeep',
      title: `The client ${client.name} in ${client.environment} has not been used for ${String(UNUSED_DAYS)} days`,
      body: `${last} It may still call, so whoever has its key may, too.`,
      whatToDo: 'Ask its team whether they still need it. If not, revoke its keys or retire the client.',
      path: clientPage(client),
      odsCodes: [...new Set(client.grants.map(({ odsCode }) => odsCode))],
      staffId: null,
    },
  };
}
