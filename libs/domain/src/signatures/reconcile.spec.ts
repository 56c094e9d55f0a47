import { describe, expect, it } from 'vitest';
import { type LoggedSignature, readCloudTrail } from './cloudtrail.js';
import { type Recorded, reconcile } from './reconcile.js';
import { readSignatureFacts, signatureFacts } from './recorded-signatures.js';

const KEY = 'arn:aws:kms:eu-west-2:000000000001:key/one';
const OTHER = 'arn:aws:kms:eu-west-2:000000000001:key/two';
const AT = Date.parse('2027-01-15T08:00:00Z');
const WINDOW = { fromMs: AT - 3_600_000, toMs: AT + 3_600_000 };

const logged = (requestId: string, more: Partial<LoggedSignature> = {}): LoggedSignature => ({
  ...{ eventId: `event of ${requestId}`, requestId, key: KEY, atMs: AT, by: 'role' },
  ...more,
});
const record = (requestIds: readonly string[], more: Partial<Recorded> = {}): Recorded => ({
  ...{ key: KEY, requestIds, unanswered: [], atMs: AT + 30_000 },
  ...more,
});
const NOTHING = {
  signatures: 0,
  recorded: 0,
  excused: 0,
  unrecorded: [],
  notLogged: 0,
  outside: 0,
  otherKeys: 0,
};
const lost = (fromMs: number, toMs: number, key = KEY) => record([], { key, unanswered: [{ fromMs, toMs }] });

describe('signatures of the log against records of the trail', () => {
  it.each<[string, readonly LoggedSignature[], readonly Recorded[], object]>([
    ['nothing', [], [], {}],
    ['a signature with its record', [logged('a')], [record(['a'])], { signatures: 1, recorded: 1 }],
    ['a signature without a record', [logged('a')], [], { signatures: 1, unrecorded: [logged('a')] }],
    [
      'one of another key with the id of a record',
      [logged('a', { key: OTHER })],
      [record(['a'])],
      { signatures: 1, unrecorded: [logged('a', { key: OTHER })] },
    ],
    ['an event delivered twice', [logged('a'), logged('a')], [record(['a'])], { signatures: 1, recorded: 1 }],
    [
      'an unrecorded event delivered twice',
      [logged('a'), logged('a')],
      [],
      { signatures: 1, unrecorded: [logged('a')] },
    ],
    [
      'two in the order of their times',
      [logged('b', { atMs: AT + 1 }), logged('a')],
      [],
      { signatures: 2, unrecorded: [logged('a'), logged('b', { atMs: AT + 1 })] },
    ],
    ['a record whose signature is not in the log', [], [record(['a', 'b'])], { notLogged: 2 }],
    ['a record at the very beginning', [], [record(['a'], { atMs: WINDOW.fromMs + 119_999 })], {}],
    ['a record after the window', [], [record(['a'], { atMs: WINDOW.toMs })], {}],
    ['a signature before the window', [logged('a', { atMs: WINDOW.fromMs - 1 })], [], { outside: 1 }],
    ['a signature at its end', [logged('a', { atMs: WINDOW.toMs })], [], { outside: 1 }],
    ['a lost answer of its time', [logged('a')], [lost(AT - 5_000, AT)], { signatures: 1, excused: 1 }],
    [
      'a lost answer within the tolerance',
      [logged('a')],
      [lost(AT + 10_000, AT + 11_000)],
      { signatures: 1, excused: 1 },
    ],
    [
      'a lost answer of another time',
      [logged('a')],
      [lost(AT + 10_001, AT + 11_000)],
      { signatures: 1, unrecorded: [logged('a')] },
    ],
    [
      'a lost answer of another key',
      [logged('a')],
      [lost(AT, AT, OTHER)],
      { signatures: 1, unrecorded: [logged('a')] },
    ],
    [
      'two signatures and one lost answer',
      [logged('a'), logged('b')],
      [lost(AT, AT)],
      { signatures: 2, excused: 1, unrecorded: [logged('b')] },
    ],
  ])('%s', (_name, signatures, records, expected) => {
    expect(reconcile(signatures, records, WINDOW, null)).toEqual({ ...NOTHING, ...expected });
  });

  it('leaves out keys that were not asked about', () => {
    const signatures = [logged('a'), logged('b', { key: OTHER })];
    const records = [record(['c'], { key: OTHER })];
    expect(reconcile(signatures, records, WINDOW, new Set([KEY]))).toEqual({
      ...NOTHING,
      ...{ signatures: 1, unrecorded: [logged('a')], otherKeys: 1 },
    });
  });
});

describe('a log file of CloudTrail', () => {
  const SIGN = {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Sign',
    eventTime: '2027-01-15T08:00:00Z',
    eventID: 'e1',
    requestID: 'r1',
    requestParameters: { keyId: 'alias/anything', signingAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512' },
    resources: [{ accountId: '000000000001', type: 'AWS::KMS::Key', ARN: KEY }],
    userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::000000000001:assumed-role/worker/1' },
  };
  const READ = {
    eventId: 'e1',
    requestId: 'r1',
    key: KEY,
    atMs: AT,
    by: 'arn:aws:sts::000000000001:assumed-role/worker/1',
  };
  it.each<[string, readonly unknown[], readonly object[]]>([
    ['a signature', [SIGN], [READ]],
    ['one that was refused', [{ ...SIGN, errorCode: 'AccessDenied' }], []],
    ['another action', [{ ...SIGN, eventName: 'GetPublicKey' }], []],
    ['another service', [{ ...SIGN, eventSource: 's3.amazonaws.com' }], []],
    [
      'a key that only the request names',
      [{ ...SIGN, resources: undefined, requestParameters: { keyId: OTHER } }],
      [{ ...READ, key: OTHER }],
    ],
    [
      'a caller without an ARN',
      [{ ...SIGN, userIdentity: { type: 'AWSService' } }],
      [{ ...READ, by: 'AWSService' }],
    ],
    ['no caller', [{ ...SIGN, userIdentity: null }], [{ ...READ, by: 'unknown' }]],
  ])('%s', (_name, records, expected) => {
    expect(readCloudTrail({ Records: records })).toEqual({ signatures: expected });
  });
  it.each<[string, unknown, string]>([
    [
      'a digest file',
      { digestS3Bucket: 'x' },
      'this is not a log file of CloudTrail: it has no list "Records"',
    ],
    ['no object', null, 'this is not a log file of CloudTrail: it has no list "Records"'],
    ['a record of another form', { Records: [1] }, 'record 0 is not an object'],
    [
      'no id',
      { Records: [SIGN, { ...SIGN, requestID: 7 }] },
      'record 1 is a signature without an id, a key or a time',
    ],
    [
      'no time',
      { Records: [{ ...SIGN, eventTime: 'soon' }] },
      'record 0 is a signature without an id, a key or a time',
    ],
    [
      'an alias for a key',
      { Records: [{ ...SIGN, resources: [] }] },
      'record 0 is a signature without an id, a key or a time',
    ],
  ])('sets aside %s', (_name, document, fault) => {
    expect(readCloudTrail(document)).toEqual({ fault });
  });
});

it('reads the facts that it writes, and no others', () => {
  const recorded = { key: KEY, requestIds: ['a'], unanswered: [{ fromMs: 1, toMs: 2 }] };
  expect(readSignatureFacts(signatureFacts(recorded))).toEqual(recorded);
  for (const facts of [
    null,
    [],
    {},
    { ...recorded, key: 1 },
    { ...recorded, requestIds: [1] },
    { ...recorded, unanswered: [{}] },
  ])
    expect(readSignatureFacts(facts)).toBeNull();
});
