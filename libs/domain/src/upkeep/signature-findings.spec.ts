import { expect, it } from 'vitest';
import { logFindings, type UnrecordedSignatures, unrecordedSignatures } from './signature-findings.js';

const KEY = 'arn:aws:kms:eu-west-2:000000000001:key/one';
const AT = Date.parse('2027-01-15T08:00:00Z');
const ROLE = 'arn:aws:sts::000000000001:assumed-role/worker/1';
const ROW: UnrecordedSignatures = {
  ...{ key: KEY, day: '2027-01-15', count: 3, firstAtMs: AT, lastAtMs: AT + 60_000, callers: [ROLE] },
  owner: { kid: 'kid-1', odsCodes: ['R69'] },
};

it('names the key, the times, the callers and what to do, for the organisations of the key', () => {
  const [found] = unrecordedSignatures([ROW]);
  expect(found).toMatchObject({
    key: `unrecorded-signature ${KEY} 2027-01-15`,
    notice: {
      kind: 'alarm',
      title: '3 signatures by signing key kid-1 have no record in the audit trail',
      path: '/unrecorded-signatures',
      odsCodes: ['R69'],
    },
  });
  expect(found?.notice.body).toBe(
    `KMS made them between 2027-01-15 08:00:00 UTC and 2027-01-15 08:01:00 UTC for ${ROLE}. No process of Gatehouse has recorded that. Whoever may use this key can pose as its owner.`,
  );
  expect(found?.notice.whatToDo).toContain('disable the key at once as a key emergency');
});

it('has words for one signature, and for a key that is not in the registry', () => {
  const [found] = unrecordedSignatures([{ ...ROW, count: 1, owner: null }]);
  expect(found?.notice).toMatchObject({
    title: `A signature by the KMS key ${KEY} has no record in the audit trail`,
    body: expect.stringMatching(/^KMS made it at 2027-01-15 08:00:00 UTC for arn/),
    odsCodes: [],
  });
});

it('has one finding for the gaps of a day, and one for its files that can not be read', () => {
  const gaps = [
    { fromMs: AT, toMs: AT + 3_600_000, missing: 2 },
    { fromMs: AT + 3_600_000, toMs: AT + 7_200_000, missing: 1 },
    { fromMs: AT + 86_400_000, toMs: AT + 90_000_000, missing: 1 },
  ];
  const files = [
    { day: '2027-01-15', name: '2027/01/15/a.json.gz', fault: 'it can’t be unpacked' },
    { day: '2027-01-15', name: '2027/01/15/b.json.gz', fault: 'it is not JSON' },
  ];
  const found = logFindings(gaps, files);
  expect(found.map(({ key, notice }) => [key, notice.title])).toEqual([
    [
      'signature-log missing 2027-01-15',
      'CloudTrail lacks 3 signatures that Gatehouse had KMS make on 2027-01-15',
    ],
    [
      'signature-log missing 2027-01-16',
      'CloudTrail lacks a signature that Gatehouse had KMS make on 2027-01-16',
    ],
    ['signature-log unreadable 2027-01-15', '2 log files of CloudTrail could not be read on 2027-01-15'],
  ]);
  expect(found[0]?.notice.body).toContain('between 2027-01-15 08:00:00 UTC and 2027-01-15 10:00:00 UTC');
  expect(found[2]?.notice.body).toContain('2027/01/15/a.json.gz: it can’t be unpacked.');
});
