import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../registry/registry.js';
import { USER_SIGN_IN_REJECTIONS } from '../users/sign-in-rejection.js';
import { areUnusual, type RefusedSignIns, refusedSignIns } from './refused-sign-ins.js';

describe('failed sign-ins are unusually many', () => {
  it.each([
    ['nothing happened', 0, 0, false, false],
    ['one below the least', 19, 0, false, false],
    ['the least, where there are usually none', 20, 0, false, true],
    ['the least, where a few are usual', 20, 5, false, true],
    ['fewer than four times what is usual', 39, 10, false, false],
    ['four times what is usual', 40, 10, false, true],
    ['as many as always in a large deployment', 500, 480, false, false],
    ['half of what it took, while it lasts', 10, 0, true, true],
    ['less than half, so it is over', 9, 0, true, false],
    ['half of four times what is usual, while it lasts', 20, 10, true, true],
    ['less than that, so it is over', 19, 10, true, false],
  ] as const)('%s: %d in place of %d', (_, recent, usual, isOpen, unusual) => {
    expect(areUnusual(recent, usual, isOpen)).toBe(unusual);
  });
});

const clientOf = (id: string) => ({
  ...{ id, name: `web-${id}`, environment: 'int' },
  grants: [{ odsCode: 'R69' }, { odsCode: 'R69' }],
});
const SNAPSHOT = {
  clients: new Map(['a', 'b'].map((id) => [id, clientOf(id)])),
} as unknown as Snapshot;

const row = (over: Partial<RefusedSignIns>): RefusedSignIns => ({
  ...{ people: 'users', clientId: null, reason: 'refused', recent: 0, usual: 0 },
  ...over,
});
const keysOf = (rows: readonly RefusedSignIns[], open: readonly string[] = []) =>
  refusedSignIns(SNAPSHOT, rows, new Set(open)).map(({ key }) => key);

describe('each cause is found once', () => {
  it.each<[string, RefusedSignIns[], string[]]>([
    ['none', [], []],
    ['of staff', [row({ people: 'staff', recent: 20 })], ['refused-sign-ins staff']],
    ['of users of one client', [row({ clientId: 'a', recent: 25 })], ['refused-sign-ins client a']],
    [
      'of users of several clients, few of each',
      [row({ clientId: 'a', recent: 12 }), row({ clientId: 'b', recent: 12 })],
      ['refused-sign-ins users'],
    ],
    [
      'of users of one client and a few others, which are not unusual without it',
      [row({ clientId: 'a', recent: 25 }), row({ recent: 5 })],
      ['refused-sign-ins client a'],
    ],
    ['of a client that was removed', [row({ clientId: 'gone', recent: 25 })], ['refused-sign-ins users']],
    ['of users and staff, too few of each', [row({ recent: 15 }), row({ people: 'staff', recent: 15 })], []],
    [
      'with several reasons, which count together',
      [row({ recent: 12 }), row({ reason: 'state', recent: 12 })],
      ['refused-sign-ins users'],
    ],
    [
      'that were only counted',
      [row({ people: 'staff', reason: null, recent: 900 })],
      ['refused-sign-ins staff'],
    ],
  ])('%s', (_, rows, keys) => {
    expect(keysOf(rows)).toEqual(keys);
  });

  it('and lasts until it is calm', () => {
    const calming = [row({ people: 'staff', recent: 12 })];
    expect(keysOf(calming)).toEqual([]);
    expect(keysOf(calming, ['refused-sign-ins staff'])).toEqual(['refused-sign-ins staff']);
  });
});

it('names the counts by cause, the most frequent first, and never the text of a record', () => {
  const typed = '943 476 5919 <script>';
  const [found] = refusedSignIns(
    SNAPSHOT,
    [
      row({ clientId: 'a', reason: 'ticket_used', recent: 4 }),
      row({ clientId: 'a', reason: 'state', recent: 5 }),
      row({ clientId: 'a', reason: 'unavailable', recent: 1_030, usual: 2 }),
      row({ clientId: 'a', reason: typed, recent: 1 }),
      row({ clientId: 'a', reason: 'level', recent: 0, usual: 1 }),
    ],
    new Set(),
  );
  expect(found?.notice).toMatchObject({
    kind: 'alarm',
    title: 'Unusually many sign-ins of users of the client web-a in int failed: 1,040 within 15 minutes',
    body: 'Usual are 3. The causes: the identity provider could not be reached (1,030); the sign-in was unknown, too old or used already (9); the ID token was not accepted (1).',
    path: '/clients/int~web-a/show',
    odsCodes: ['R69'],
  });
  expect(found?.notice.whatToDo).toMatch(/^Look at the service status of the identity provider/);
  expect(JSON.stringify(found)).not.toContain('943');
});

it.each([...USER_SIGN_IN_REJECTIONS, 'stale', 'suspended', 'constructor'])('has words for %s', (reason) => {
  const [found] = refusedSignIns(SNAPSHOT, [row({ reason, recent: 20 })], new Set());
  expect(found?.notice.body).toMatch(/^Usual are none or very few\. The causes: .{10,80} \(20\)\.$/);
});
