import { CATALOGUE, type Operation } from '@gatehouse/domain/ers/catalogue';
import { type CallerHeaders, readCallerHeaders } from '@gatehouse/domain/input/request-headers';
import { readUserHeaders } from '@gatehouse/domain/ers/user-headers';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Admitted } from '../admit.js';
import { downstreamHeaders, upstreamHeaders } from './headers.js';

const row = (id: string): Operation => CATALOGUE.find(({ interaction }) => interaction === id)!;
/** Everything a caller may say, and more. */
const SAID: Record<string, string> = {
  authorization: 'Bearer the-callers-own-key',
  accept: 'application/fhir+json',
  'accept-encoding': 'br, gzip',
  'accept-language': 'en',
  'content-type': 'application/fhir+json',
  'content-encoding': 'identity',
  'content-length': '9999',
  cookie: 'a=b',
  forwarded: 'for=1.2.3.4',
  host: 'gatehouse.local',
  'if-match': 'W/"5"',
  'if-none-match': '"x"',
  'nhsd-end-user-organisation-ods': 'R69',
  'nhsd-ers-business-function': 'REFERRING_CLINICIAN',
  'nhsd-ers-on-behalf-of-user-id': '555073103100',
  'nhsd-ers-comm-rule-org': 'R69',
  'nhsd-ers-file-name': 'a.pdf',
  'nhsd-ers-referral-id': '000000070000',
  'gatehouse-product': 'ReferWell',
  'gatehouse-capability': 'provider',
  'gatehouse-user-session': 'session',
  'user-agent': 'caller/1.0',
  referer: 'https://caller.example/9000000009',
  'x-correlation-id': 'callers-correlation',
  'x-forwarded-for': '1.2.3.4',
  'x-request-id': 'callers-request',
};
const caller = (over: Record<string, string> = {}, without: readonly string[] = []): CallerHeaders =>
  readCallerHeaders(
    new Map(Object.entries({ ...SAID, ...over }).filter(([name]) => !without.includes(name))),
  );
const planOf = (odsCode: string, user: RoutePlan['user'] = null): RoutePlan =>
  ({ binding: { odsCode }, user }) as unknown as RoutePlan;
const up = (
  operation: Operation,
  headers = caller(),
  body: Buffer | null = null,
  token: string | null = 'tok',
) =>
  upstreamHeaders(
    { matched: { operation, parameters: {} }, headers, body, user: null } as unknown as Admitted,
    planOf('R69'),
    'attempt',
    token,
  );

describe('up: built from nothing (law 3)', () => {
  it.each(CATALOGUE)('$operationId: these headers and no others', (operation) => {
    const body = operation.body === null ? null : Buffer.from('{"é":1}');
    const sends = operation.method === 'POST' || operation.method === 'PUT';
    expect(up(operation, caller(), body)).toEqual({
      'user-agent': 'Gatehouse',
      'accept-encoding': /^A0(08|23)$/.test(operation.interaction) ? 'identity' : 'gzip',
      'x-correlation-id': 'attempt',
      authorization: 'Bearer tok',
      accept: 'application/fhir+json',
      // docs/reference/protocol-facts.md §2, docs/reference/interactions.json: the rows that take If-Match.
      ...(/^A0(12|13|14|22|26|28|31|32|34|36)$/.test(operation.interaction) ? { 'if-match': 'W/"5"' } : {}),
      ...(body === null ? {} : { 'content-type': 'application/fhir+json' }),
      ...(sends ? { 'content-length': body === null ? '0' : '8' } : {}),
    });
  });

  /** The headers about the user that go to e-RS where the caller sends all of SAID. */
  const aboutUser = (operation: Operation, plan: RoutePlan) => {
    const user = readUserHeaders(caller().userHeaders);
    const admitted = { matched: { operation, parameters: {} }, headers: caller(), body: null, user };
    const sent = upstreamHeaders(admitted as unknown as Admitted, plan, 'attempt', null);
    return Object.entries(sent).filter(([name]) => name.startsWith('nhsd-'));
  };
  const signedIn = { sessionId: 's1', userId: '555073103101' };

  it('without users the organisation of the binding, and of the caller’s what the interaction takes', () => {
    expect(aboutUser(row('A005'), planOf('RCD'))).toEqual([
      ['nhsd-end-user-organisation-ods', 'RCD'],
      ['nhsd-ers-business-function', 'REFERRING_CLINICIAN'],
      ['nhsd-ers-on-behalf-of-user-id', '555073103100'],
    ]);
  });

  it.each([
    ['nobody', null, []],
    ['somebody', '555073103109', [['nhsd-ers-on-behalf-of-user-id', '555073103109']]],
  ])(
    'for a user the function that was decided, on behalf of %s, whatever the caller sent',
    (_, onBehalfOfUserId, sent) => {
      const user = { ...signedIn, businessFunction: 'SERVICE_PROVIDER_CLINICIAN', onBehalfOfUserId };
      expect(aboutUser(row('A005'), planOf('RCD', user))).toEqual([
        ['nhsd-end-user-organisation-ods', 'RCD'],
        ['nhsd-ers-business-function', 'SERVICE_PROVIDER_CLINICIAN'],
        ...sent,
      ]);
    },
  );

  it('for a user nothing where the interaction takes no function', () => {
    const user = { ...signedIn, businessFunction: null, onBehalfOfUserId: null };
    expect(aboutUser(row('A030'), planOf('RCD', user))).toEqual([]);
  });

  it.each([
    ['gzip asked for', row('A005'), { 'accept-encoding': 'gzip' }, 'gzip'],
    ['only br', row('A005'), { 'accept-encoding': 'br' }, 'identity'],
    ['gzip refused', row('A005'), { 'accept-encoding': 'gzip;q=0' }, 'identity'],
    ['a worklist, read for its patients', row('A008'), { 'accept-encoding': 'gzip' }, 'identity'],
  ])('Accept-Encoding, %s', (_, operation, over, expected) => {
    expect(up(operation, caller(over))['accept-encoding']).toBe(expected);
  });

  it('in an open environment no Authorization, least of all the caller’s', () => {
    expect(up(row('A005'), caller(), null, null)).not.toHaveProperty('authorization');
  });

  it.each(['accept', 'if-match', 'content-type'])('no %s where the caller gave none', (name) => {
    expect(up(row('A028'), caller({}, [name]), Buffer.from('{}'))).not.toHaveProperty(name);
  });

  it('the type of a body the interaction takes none of does not go', () => {
    expect(up(row('A013'))).not.toHaveProperty('content-type');
    expect(up(row('A005'))).not.toHaveProperty('content-length');
  });
});

describe('down: the listed headers alone', () => {
  const LISTED =
    'accept-ranges access-control-expose-headers allow content-disposition content-encoding content-language content-type date etag expires last-modified ' +
    'location pragma request-duration retry-after vary warning x-request-id';
  const OURS = ['Cache-Control: no-store', 'X-Content-Type-Options: nosniff'];
  const down = (...pairs: [string, string][]) =>
    downstreamHeaders(pairs).map(([name, value]) => `${name}: ${value}`);

  it('that the calling guide lists', () => {
    const guide = readFileSync(new URL('../../../../../docs/guides/calling.md', import.meta.url), 'utf8');
    const [, listed = ''] = /headers these pass:(.*?)All others/s.exec(guide) ?? [];
    expect([...listed.matchAll(/`(.*?)`/g)].map(([, name]) => name?.toLowerCase())).toEqual(
      LISTED.split(' '),
    );
  });

  it.each(LISTED.split(' '))('%s passes, its value untouched', (name) => {
    const [passed, ...rest] = downstreamHeaders([[name, '  a, "b"\xe9 ']]);
    expect(passed?.[0].toLowerCase()).toBe(name);
    expect(passed?.[1]).toBe('  a, "b"\xe9 ');
    expect(rest.map(([name, value]) => `${name}: ${value}`)).toEqual(OURS);
  });

  it.each([
    'set-cookie',
    'cache-control',
    'connection',
    'transfer-encoding',
    'content-length',
    'authorization',
    'www-authenticate',
    'x-correlation-id',
    'nhsd-correlation-id',
    'x-ers-user-id',
    'xapi_asid',
    'gatehouse-attempt-id',
    'gatehouse-error-source',
    'access-control-allow-origin',
    'strict-transport-security',
    'x-content-type-options',
    'server',
    'via',
    'alt-svc',
    '__proto__',
  ])('%s does not', (name) => {
    expect(down([name, 'x'])).toEqual(OURS);
  });

  it('nor does anything else', () => {
    const listed = new Set(LISTED.split(' '));
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_-]{1,30}$/), (name) => {
        expect(down([name, 'x'])).toHaveLength(OURS.length + (listed.has(name) ? 1 : 0));
      }),
    );
  });

  it('keeps the order and duplicates of what passes', () => {
    expect(down(['vary', 'a'], ['set-cookie', 'x'], ['etag', 'W/"5"'], ['vary', 'b'])).toEqual([
      'Vary: a',
      'ETag: W/"5"',
      'Vary: b',
      ...OURS,
    ]);
  });
});
