import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../registry/registry.js';
import { unusedClients, usableClients } from './unused-clients.js';

const NOW_MS = Date.parse('2026-06-01T09:00:00Z');
const daysAgo = (days: number): number => NOW_MS - days * 86_400_000;

interface Facts {
  readonly state?: string;
  readonly keyDays?: number | null;
  readonly revoked?: boolean;
  readonly workload?: object | null;
}

function snapshotOf({ state = 'active', keyDays = 30, revoked = false, workload = null }: Facts): Snapshot {
  const grants = [{ odsCode: 'R69' }, { odsCode: 'RCD' }, { odsCode: 'R69' }];
  const client = { id: 'c', name: 'work list', environment: 'int', state, workload, grants };
  const key = {
    ...{ keyId: 'k', clientId: 'c', revokedAtMs: revoked ? NOW_MS - 1 : null },
    expiresAtMs: NOW_MS + (keyDays ?? 0) * 86_400_000,
  };
  return {
    clients: new Map([['c', client]]),
    credentials: new Map(keyDays === null ? [] : [['k', key]]),
  } as unknown as Snapshot;
}

describe('a client can be unused only if it could call', () => {
  it.each([
    ['with a key that works', {}, true],
    ['that is suspended', { state: 'suspended' }, false],
    ['that is retired', { state: 'retired' }, false],
    ['without a key', { keyDays: null }, false],
    ['whose key has expired', { keyDays: -1 }, false],
    ['whose key is revoked', { revoked: true }, false],
    ['with a workload identity and no key', { keyDays: null, workload: { issuer: 'i' } }, true],
  ] as const)('%s', (_, facts, usable) => {
    expect(usableClients(snapshotOf(facts), NOW_MS)).toHaveLength(usable ? 1 : 0);
  });
});

describe('a client is unused', () => {
  it.each([
    ['never used, created 91 days ago', 91, null, true],
    ['never used, created 89 days ago', 89, null, false],
    ['last used 91 days ago', 400, 91, true],
    ['last used 90 days ago to the moment', 400, 90, true],
    ['last used 89 days ago', 400, 89, false],
    ['used now', 400, 0, false],
  ])('%s: %s', (_, created, used, found) => {
    const clients = usableClients(snapshotOf({}), NOW_MS);
    const use = {
      ...{ clientId: 'c', createdAtMs: daysAgo(created) },
      lastUsedAtMs: used === null ? null : daysAgo(used),
    };
    expect(unusedClients(clients, [use], NOW_MS)).toHaveLength(found ? 1 : 0);
  });

  it('not if nothing is known of it yet', () => {
    expect(unusedClients(usableClients(snapshotOf({}), NOW_MS), [], NOW_MS)).toEqual([]);
  });

  it('and its organisations are told where it is and what to do', () => {
    const clients = usableClients(snapshotOf({}), NOW_MS);
    const use = { clientId: 'c', createdAtMs: daysAgo(400), lastUsedAtMs: daysAgo(100) };
    expect(unusedClients(clients, [use], NOW_MS)).toEqual([
      {
        key: 'unused-client c',
        notice: {
          kind: 'upkeep',
          title: 'The client work list in int has not been used for 90 days',
          body: 'Its last request was on 2026-02-21. It may still call, so whoever has its key may, too.',
          whatToDo: 'Ask its team whether they still need it. If not, revoke its keys or retire the client.',
          path: '/clients/int~work%20list/show',
          odsCodes: ['R69', 'RCD'],
          staffId: null,
        },
      },
    ]);
  });
});
