import { describe, expect, it } from 'vitest';
import {
  applicationHealth,
  type Ended,
  type HealthCause,
  organisationHealth,
  type Standing,
} from './health.js';

const READY: Standing = {
  environmentKind: 'authenticated',
  accessMode: 'application-restricted',
  organisationActive: true,
  state: 'live',
  hasAsid: true,
  hasApiKey: true,
  sroInForce: true,
  keyActive: true,
  hasClient: true,
};
const WORKED: Ended = { atMs: 5, outcome: 'COMPLETED', code: null, status: 200 };

describe('the health of an application', () => {
  it.each<[string, Partial<Standing>, string | null, (HealthCause | null)?]>([
    ['nothing', {}, null],
    ['no client', { hasClient: false }, 'no client has a grant', 'no client'],
    ['a stopped organisation', { organisationActive: false }, 'the organisation is stopped', 'stopped'],
    ['a draft', { state: 'draft' }, 'not live yet', 'not live'],
    ['a stop', { state: 'suspended' }, 'stopped', 'stopped'],
    ['its end', { state: 'retired' }, 'retired', 'not live'],
    ['no ASID', { hasAsid: false }, 'no ASID', 'no ASID'],
    ['no API key', { hasApiKey: false }, 'no API key', 'no API key'],
    ['no SRO', { sroInForce: false }, 'no SRO in force', 'no SRO'],
    ['no SRO, for users', { sroInForce: false, accessMode: 'user-restricted' }, null],
    ['no signing key', { keyActive: false }, 'no active signing key', 'no signing key'],
    [
      'an open environment, which asks for none of them',
      { environmentKind: 'open', hasAsid: false, hasApiKey: false, sroInForce: false, keyActive: false },
      null,
    ],
    [
      'the first of several',
      { state: 'suspended', keyActive: false, sroInForce: false },
      'stopped',
      'stopped',
    ],
  ])('names what refuses every call, though the last one worked: %s', (_, standing, reason, cause = null) => {
    const health = applicationHealth({ ...READY, ...standing }, WORKED);
    expect(health).toMatchObject(
      reason === null
        ? { health: 'works', cause: null, reason: null, atMs: 5 }
        : { health: 'refused', cause, reason, atMs: null },
    );
  });

  it.each<[Partial<Ended> | null, string, string | null, string | null]>([
    [null, 'never called', null, null],
    [{}, 'works', null, null],
    [
      { outcome: 'REFUSED', code: 'GW_QUERY', status: null },
      'refused',
      'Gatehouse refused the newest call',
      'GW_QUERY',
    ],
    [{ outcome: 'FAILED', status: 422 }, 'refused', 'e-RS answered 422', null],
    [
      { outcome: 'UNKNOWN', code: 'GW_UPSTREAM', status: null },
      'refused',
      'the newest call failed',
      'GW_UPSTREAM',
    ],
    [{ outcome: 'NOT_SENT', status: null }, 'refused', 'the newest call failed', 'NOT_SENT'],
  ])('is decided by the newest call otherwise: %o', (newest, health, reason, code) => {
    const result = applicationHealth(READY, newest === null ? null : { ...WORKED, ...newest });
    const cause = health === 'refused' ? 'newest call' : null;
    expect(result).toEqual({ health, cause, reason, code, atMs: newest === null ? null : 5 });
  });
});

describe('the health of an organisation', () => {
  const of = (standing: Partial<Standing>, newest: Ended | null) => ({
    state: standing.state ?? 'live',
    health: applicationHealth({ ...READY, ...standing }, newest),
  });
  it.each<[string, readonly ReturnType<typeof of>[], string, string | null]>([
    ['no application', [], 'never called', null],
    ['only a draft', [of({ state: 'draft' }, null)], 'never called', null],
    ['one that works', [of({}, WORKED), of({ state: 'retired' }, WORKED)], 'works', null],
    ['one that works and one that nobody calls', [of({}, null), of({}, WORKED)], 'works', null],
    ['one stopped', [of({ state: 'suspended' }, WORKED)], 'refused', 'stopped'],
    [
      'one of two without a key',
      [of({}, WORKED), of({ keyActive: false }, WORKED)],
      'refused',
      '1 of 2 applications: no active signing key',
    ],
  ])('is that of its worst application: %s', (_, applications, health, reason) => {
    expect(organisationHealth(applications)).toMatchObject({ health, reason });
  });
});
