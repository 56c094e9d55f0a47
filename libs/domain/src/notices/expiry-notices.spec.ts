import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../registry/registry.js';
import { expiryNotices } from './expiry-notices.js';

const NOW_MS = Date.parse('2026-03-02T12:00:00Z');
const inDays = (days: number): number => NOW_MS + days * 86_400_000;

interface Facts {
  readonly state?: string;
  readonly keys?: readonly number[];
  readonly exceptions?: readonly object[];
  readonly sros?: readonly object[];
}

function noticesOf({ state = 'active', keys = [], exceptions = [], sros = [] }: Facts, nowMs = NOW_MS) {
  const grants = [{ odsCode: 'R69' }, { odsCode: 'R69' }];
  const application = { id: 'app-1', environment: 'int', writeExceptions: exceptions };
  const organisation = { odsCode: 'R69', bindings: [{ odsCode: 'R69', application }], sroAppointments: sros };
  const snapshot = {
    clients: new Map([['c', { id: 'c', name: 'worklist', environment: 'int', state, grants }]]),
    credentials: new Map(
      keys.map((days, at) => [
        String(at),
        { keyId: String(at), clientId: 'c', expiresAtMs: inDays(days), revokedAtMs: null },
      ]),
    ),
    organisations: new Map([['R69', organisation]]),
  } as unknown as Snapshot;
  return expiryNotices(snapshot, nowMs);
}

const exception = (days: number, more: object = {}) => ({
  ...{ id: 'ex-1', interaction: 'A028', expiresAtMs: inDays(days), revokedAtMs: null, cosignedAtMs: 1 },
  ...more,
});
const sro = (reviewDueOn: string, more: object = {}) => ({
  ...{
    id: `sro-${reviewDueOn}`,
    environments: ['int', 'prod'],
    acceptedAtMs: NOW_MS - 1,
    withdrawnAtMs: null,
  },
  ...{ startsOn: null, reviewDueOn, graceDays: 14, ...more },
});

describe('the last key of a client is announced', () => {
  it.each([
    [30.1, null],
    [30, 30],
    [14.1, 30],
    [14, 14],
    [7, 7],
    [1.5, 7],
    [0.5, 1],
    [0, null],
    [-1, null],
  ])('%f days before it expires: at stage %s', (days, stage) => {
    const keys = noticesOf({ keys: [days] }).map(({ onceKey }) => Number(onceKey?.split(' ').at(-1)));
    expect(keys).toEqual(stage === null ? [] : [stage]);
  });

  it('to the people of its organisations, with what to do', () => {
    expect(noticesOf({ keys: [5] })).toMatchObject([
      {
        ...{ kind: 'expiry', path: '/clients/int~worklist/show', odsCodes: ['R69'], staffId: null },
        title: 'The last key of the client worklist in int expires on 2026-03-07',
      },
    ]);
  });

  it.each([
    ['if another key lasts longer', { keys: [5, 90] }],
    ['if the client is suspended', { keys: [5], state: 'suspended' }],
  ])('but not %s', (_when, facts) => {
    expect(noticesOf(facts)).toEqual([]);
  });

  it('again for another key', () => {
    const [first] = noticesOf({ keys: [5] });
    const [second] = noticesOf({ keys: [6] });
    expect(first?.onceKey).not.toBe(second?.onceKey);
  });
});

describe('a write exception is announced', () => {
  it('before it ends', () => {
    expect(noticesOf({ exceptions: [exception(6)] })).toMatchObject([
      {
        kind: 'expiry',
        onceKey: 'write-exception ex-1 7',
        path: '/applications/app-1/show',
        odsCodes: ['R69'],
      },
    ]);
  });

  it.each([
    ['that was revoked', exception(6, { revokedAtMs: 1 })],
    ['that was never co-signed', exception(6, { cosignedAtMs: null })],
    ['that has ended', exception(-1)],
    ['that lasts', exception(60)],
  ])('but not one %s', (_which, one) => {
    expect(noticesOf({ exceptions: [one] })).toEqual([]);
  });
});

describe('the review of an SRO is announced', () => {
  it.each([
    ['2026-05-02', null],
    ['2026-05-01', 60],
    ['2026-04-01', 30],
    ['2026-03-09', 7],
    ['2026-03-02', 7],
    ['2026-02-25', 7],
  ])('due on %s: at stage %s, once for all environments', (due, stage) => {
    const keys = noticesOf({ sros: [sro(due)] }).map(({ kind, onceKey }) => [kind, onceKey]);
    expect(keys).toEqual(stage === null ? [] : [['sro', `sro-review sro-${due} ${due} ${String(stage)}`]]);
  });

  it('but not if a successor lasts longer, or the appointment is not in force', () => {
    expect(noticesOf({ sros: [sro('2026-03-09'), sro('2027-03-09')] })).toEqual([]);
    expect(noticesOf({ sros: [sro('2026-03-09', { acceptedAtMs: null })] })).toEqual([]);
  });
});
