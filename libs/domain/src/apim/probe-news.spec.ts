import { describe, expect, it } from 'vitest';
import { commonCause, type ProbeChange, probeNotices } from './probe-news.js';
import { PROBE_FINDINGS } from './probe.js';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const change = (odsCode: string, more: Partial<ProbeChange> = {}): ProbeChange => ({
  ...{ applicationId: `id-${odsCode}`, name: `Trust ${odsCode}`, environment: 'int', state: 'live' },
  ...{ odsCodes: [odsCode], before: null, code: 'FORBIDDEN', ...more },
});

describe('notices of probes', () => {
  it('is one for an application that got worse, for the people of its organisation', () => {
    const [notice, ...others] = probeNotices([change('R69')], [], NOW_MS);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({
      ...{ kind: 'alarm', odsCodes: ['R69'], path: '/applications/id-R69/show' },
      title: 'Trust R69: NHS England now answers differently',
      body: expect.stringContaining(PROBE_FINDINGS.FORBIDDEN.whatIsWrong),
    });
  });

  it.each([
    ['got better', change('R69', { before: 'FORBIDDEN', code: null })],
    ['stayed as it was', change('R69', { before: 'FORBIDDEN' })],
    ['is a draft that never worked', change('R69', { before: undefined, state: 'draft' })],
    ['met an outage', change('R69', { code: 'UNAVAILABLE' })],
  ])('is none for an application that %s', (_what, one) => {
    expect(probeNotices([one], [], NOW_MS)).toEqual([]);
  });

  it('says where Gatehouse itself refused, and not that NHS England did', () => {
    const [one] = probeNotices([change('R69', { code: 'GW_SRO_LAPSED' })], [], NOW_MS);
    expect(one?.title).toBe('Trust R69: Gatehouse itself now rejects its probes');
    const group = { environment: 'int', code: 'GW_SRO_LAPSED', organisations: 5 };
    const [alarm] = probeNotices([], [group], NOW_MS);
    for (const text of [one?.body, alarm?.body, alarm?.whatToDo])
      expect(text).not.toContain('NHS England gave');
    expect(alarm?.body).toContain('Gatehouse itself rejected the probes of all of them');
    expect(alarm?.body).toContain('The likely cause is in this deployment');
    const [silent] = probeNotices([], [{ ...group, code: 'GW_UPSTREAM_TIMEOUT' }], NOW_MS);
    expect(silent?.body).toContain('NHS England gave no answer about any of them');
  });

  const CHANGES = ['A01', 'A02', 'A03', 'A04', 'A05'].map((odsCode) => change(odsCode));

  it('is one alarm for five organisations that fail in the same way, and names a likely cause', () => {
    const group = { environment: 'int', code: 'FORBIDDEN', organisations: 5 };
    const other = change('X90', { code: 'API_KEY' });
    const notices = probeNotices([...CHANGES, other], [group], NOW_MS);
    expect(notices.map(({ title }) => title)).toEqual([
      '5 organisations fail in the same way in int',
      'Trust X90: NHS England now answers differently',
    ]);
    expect(notices[0]).toMatchObject({ odsCodes: [], body: expect.stringContaining('The likely cause is') });
  });

  it('is one alarm, too, where an outage is no news of a single application', () => {
    const group = { environment: 'int', code: 'UNAVAILABLE', organisations: 7 };
    expect(probeNotices([], [group], NOW_MS)).toMatchObject([
      { body: expect.stringContaining('outage of the token service') },
    ]);
  });

  it.each([
    ['of four organisations', { environment: 'int', code: 'FORBIDDEN', organisations: 4 }],
    ['of another environment', { environment: 'prod', code: 'FORBIDDEN', organisations: 4 }],
    ['with another answer', { environment: 'int', code: 'API_KEY', organisations: 4 }],
  ])('is one for each application next to a group %s', (_what, group) => {
    expect(probeNotices(CHANGES, [group], NOW_MS)).toHaveLength(5);
  });

  it('has the same key within the hour, and another in the next', () => {
    const group = { environment: 'int', code: 'FORBIDDEN', organisations: 5 };
    const keyAt = (nowMs: number) => probeNotices([], [group], nowMs)[0]?.onceKey;
    expect(keyAt(NOW_MS + 3_599_000)).toBe(keyAt(NOW_MS));
    expect(keyAt(NOW_MS + 3_600_000)).not.toBe(keyAt(NOW_MS));
  });

  it.each(['CLOCK', 'AUDIENCE', 'KEY_NOT_FOUND', 'RATE_LIMITED', 'ERS_FAILED', 'GW_UPSTREAM_TLS', 'API_KEY'])(
    'names a likely cause of %s',
    (code) => {
      expect(commonCause(code)).toMatch(/^The likely cause is .*\.$/);
    },
  );
});
