import { describe, expect, it } from 'vitest';
import { concerns } from './recipients.js';
import { type ExpiringToken, tokenNotices } from './token-notices.js';

const NOW_MS = Date.parse('2026-03-02T12:00:00Z');
const DAY_MS = 86_400_000;

const token = (left: number, over: Partial<ExpiringToken> = {}): ExpiringToken => ({
  ...{ id: 't', label: 'nightly export', isWall: false, createdAtMs: NOW_MS - 60 * DAY_MS, owner: null },
  ...{ expiresAtMs: NOW_MS + left * DAY_MS },
  ...over,
});

describe('a token is announced', () => {
  it.each([
    [14.1, 60, null],
    [14, 60, 14],
    [7.5, 60, 14],
    [7, 60, 7],
    [0.5, 60, 1],
    [0, 60, null],
    [6, 1, null],
    [5, 3, 7],
    [0.5, 0.1, null],
  ])('%f days before its end, %f days after it was issued: at stage %s', (left, age, stage) => {
    const notices = tokenNotices([token(left, { createdAtMs: NOW_MS - age * DAY_MS })], NOW_MS);
    expect(notices.map(({ onceKey }) => onceKey)).toEqual(
      stage === null ? [] : [`admin-token t ${String(stage)}`],
    );
  });
});

const everywhere = { role: 'administrator', odsCodes: null } as const;
const limited = { role: 'auditor', odsCodes: ['R69', 'RCD'] } as const;

describe('a token of a person', () => {
  it.each([[[everywhere]], [[limited]], [[limited, everywhere]]])('is announced to them alone', (roles) => {
    const [notice] = tokenNotices([token(3, { owner: { staffId: 'p', roles } })], NOW_MS);
    const addressed = {
      ...{
        kind: 'token-expiry' as const,
        odsCodes: notice?.odsCodes ?? [],
        staffId: notice?.staffId ?? null,
      },
      ...{ exceptStaffId: null, roles: notice?.roles ?? [] },
    } as const;
    expect(concerns({ staffId: 'p', roles }, addressed)).toBe(true);
    expect(concerns({ staffId: 'other', roles: [everywhere] }, addressed)).toBe(false);
    expect(notice?.title).toBe('Your API token nightly export expires on 2026-03-05');
  });
});

it('a wall link is announced with what its end means for a screen', () => {
  const owner = { staffId: 'p', roles: [everywhere] };
  const [notice] = tokenNotices([token(3, { label: 'Operations room', isWall: true, owner })], NOW_MS);
  expect(notice).toMatchObject({
    title: 'Your wall link Operations room expires on 2026-03-05',
    body: expect.stringContaining('the screens that it was opened on show no more figures'),
    whatToDo: 'Create another wall link, and open it on those screens.',
  });
  expect(notice?.body).not.toMatch(/script|service|admin API/);
});

it('a token of a service is announced to those who look after services', () => {
  const [notice] = tokenNotices([token(3)], NOW_MS);
  expect(notice).toMatchObject({
    odsCodes: [],
    staffId: null,
    roles: ['platform-engineer', 'administrator'],
  });
});
