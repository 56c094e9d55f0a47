import { expect, it } from 'vitest';
import type { Snapshot } from '../registry/registry.js';
import { daysLeft } from './days-left.js';

const NOW_MS = Date.parse('2026-03-02T12:00:00Z');
const inDays = (days: number): number => NOW_MS + days * 86_400_000;

const key = (clientId: string, days: number, revoked = false) => ({
  clientId,
  expiresAtMs: inDays(days),
  revokedAtMs: revoked ? NOW_MS : null,
});
const exception = (days: number, cosigned = true, revoked = false) => ({
  expiresAtMs: inDays(days),
  revokedAtMs: revoked ? NOW_MS : null,
  cosignedAtMs: cosigned ? NOW_MS : null,
});
const appointment = (reviewDueOn: string, accepted = true, environments = ['int']) => ({
  ...{ environments, acceptedAtMs: accepted ? NOW_MS - 1 : null, withdrawnAtMs: null, startsOn: null },
  ...{ reviewDueOn, graceDays: 14 },
});

function leftOf(parts: {
  clients?: object[];
  keys?: object[];
  exceptions?: object[];
  appointments?: object[][];
}): string[] {
  const { clients = [], keys = [], exceptions = [], appointments = [] } = parts;
  const byIndex = (items: object[]) => new Map(items.map((item, index) => [String(index), item]));
  const snapshot = {
    clients: new Map(clients.map((client) => [(client as { id: string }).id, client])),
    credentials: byIndex(keys),
    applicationsByJwksId: byIndex([{ environment: 'int', writeExceptions: exceptions }]),
    organisations: byIndex(appointments.map((sroAppointments) => ({ sroAppointments }))),
  } as unknown as Snapshot;
  return daysLeft(snapshot, NOW_MS).map(
    ({ kind, environment, days }) => `${kind} ${environment} ${String(days)}`,
  );
}

const active = (id: string, environment = 'int', state = 'active') => ({ id, environment, state });

it.each([
  ['nothing', {}, []],
  [
    'the client whose last key expires first counts',
    { clients: [active('a'), active('b')], keys: [key('a', 3), key('a', 90), key('b', 40)] },
    ['client-key int 40'],
  ],
  [
    'expired and revoked keys, and suspended clients, do not count',
    {
      clients: [active('a'), active('b', 'int', 'suspended')],
      keys: [key('a', -1), key('a', 2, true), key('a', 9), key('b', 1)],
    },
    ['client-key int 9'],
  ],
  [
    'each environment is counted separately',
    { clients: [active('a'), active('b', 'prod')], keys: [key('a', 3), key('b', 5)] },
    ['client-key int 3', 'client-key prod 5'],
  ],
  [
    'only exceptions that are open count',
    {
      exceptions: [
        exception(4, false),
        exception(5, true, true),
        exception(-1),
        exception(20),
        exception(30),
      ],
    },
    ['write-exception int 20'],
  ],
  [
    'the organisation whose last review is due first counts',
    {
      appointments: [
        [appointment('2026-03-10'), appointment('2026-06-01')],
        [appointment('2026-04-01')],
        [appointment('2026-03-03', false)],
      ],
    },
    ['sro-review int 30'],
  ],
  [
    'an overdue review within its grace is below 0',
    { appointments: [[appointment('2026-02-27')]] },
    ['sro-review int -3'],
  ],
])('%s', (_, parts, expected) => {
  expect(leftOf(parts)).toEqual(expected);
});
