/**
 * Values that no honest caller sends, in every parameter of every route. Each gets the right answer, and none causes an
 * internal error.
 */
import { API_PREFIX, type RouteContract, routes } from '@gatehouse/contracts/routes';
import { PERMISSIONS } from '@gatehouse/domain/governance/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { type AdminApi, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { IS_FULL_SIZE } from '../../support/size.ts';
import { signIn } from '../../support/staff.ts';

const HOSTILE: Readonly<Record<string, string>> = {
  'a NUL': '%00',
  'a NUL within': 'a%00b',
  'a lone surrogate': '%ED%A0%80',
  'half a character': '%C3',
  'a bare percent sign': '%',
  'no escape': '%zz',
  'an escaped percent sign': '%25',
  'a huge number': '9'.repeat(30),
  'the largest bigint': '9223372036854775807',
  'a negative number': '-1',
  'a fraction': '0.5',
  'no base64': '!!!!',
  'base64 of something else': btoa('[1,2,3]'),
  'base64 of an impossible audit cursor': btoa(
    JSON.stringify([9007199254740991, '0'.repeat(8) + '-0000-4000-8000-' + '0'.repeat(12), 9007199254740991]),
  ).replaceAll('=', ''),
  'a cursor of the sorted lists': btoa(JSON.stringify(['int', '11111111-1111-4111-8111-111111111111'])),
  'a cursor with an impossible time': btoa(
    JSON.stringify(['2026-13-45 99:99:99+00', '11111111-1111-4111-8111-111111111111']),
  ),
  'a cursor in the year 0': btoa(
    JSON.stringify(['0000-01-01 00:00:00+00', '11111111-1111-4111-8111-111111111111']),
  ),
  'a cursor with a lone surrogate': btoa('["\\ud800","11111111-1111-4111-8111-111111111111"]'),
  'a cursor with a NUL': btoa('["\\u0000","\\u0000"]'),
  'a cursor of changes': '2026-03-02T09:00:00.000Z%7C11111111-1111-4111-8111-111111111111',
  'a cursor of changes without its id': '2026-03-02T09:00:00.000Z',
  'a cursor of changes with an impossible time':
    '2026-02-30T25:00:00.000Z%7C11111111-1111-4111-8111-111111111111',
  'a cursor of changes in the year 0': '0000-01-01T00:00:00.000Z%7C11111111-1111-4111-8111-111111111111',
  'a cursor of clients': 'int/worklist-sync',
  'an id in capitals': '11111111-1111-4111-8111-11111111111F',
  'a day that is none': '2026-02-31',
  'an instant beyond the calendar': '%2B275760-09-13T00:00:00Z',
  SQL: "'%20OR%201=1;--",
  'a line break': 'a%0D%0Ab',
  'ten thousand letters': 'a'.repeat(10_000),
  nothing: '',
};
/** Texts that are no cursor of any list. */
const NO_CURSOR = [
  'a NUL',
  'a NUL within',
  'a lone surrogate',
  'no escape',
  'a negative number',
  'no base64',
];

let admin: AdminApi;
/** A person, for routes that no token may call. */
let person: Record<string, string>;

beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', `${API_PREFIX}/registry/apply`, { document: smallDocument });
  const roles = ['platform-engineer', 'governance-officer', 'auditor', 'administrator'] as const;
  person = (await signIn(admin.db, 'Ada', roles, admin.clock.ms)).headers;
}, 60_000);
afterAll(async () => {
  await admin.close();
});

/** Calls with a token, or as a person where no token may call the route. It doesn't wait for the end of a stream. */
async function statusOf(route: RouteContract, path: string, body = '{}'): Promise<number> {
  const isForTokens = PERMISSIONS[route.permission].scopes.length > 0;
  const sender = isForTokens ? { Authorization: `Bearer ${admin.tokens.all}` } : person;
  const payload = { 'Content-Type': 'application/json', 'If-Match': '"x"' };
  const response = await fetch(admin.url + path, {
    method: route.method,
    ...(route.method === 'GET' ? { headers: sender } : { headers: { ...sender, ...payload }, body }),
  });
  await response.body?.cancel();
  return response.status;
}

it.each(['%ED%A0%80', '%C3', '%'])('a path with %s is refused with what to write', async (part) => {
  for (const path of [`/organisations/${part}`, `/organisations?after=${part}`]) {
    const { status, body } = await admin.call('GET', API_PREFIX + path);
    expect([status, body.detail]).toEqual([400, expect.stringContaining('Encode each part of it as UTF-8')]);
  }
});

const ALL = Object.entries<RouteContract>(routes);
const placeholders = (path: string) => [...path.matchAll(/:([a-zA-Z]+)/g)].map(([whole]) => whole);
/** The parameters of an object schema, also within unions and refinements. */
function namesOf(schema: ZodType | undefined): string[] {
  const { shape, options } = (schema ?? {}) as { shape?: object; options?: readonly ZodType[] };
  return [...new Set([...Object.keys(shape ?? {}), ...(options ?? []).flatMap(namesOf)])];
}

const PLAIN: Readonly<Record<string, string>> = {
  ':environment': 'int',
  ':client': 'worklist-sync',
  ':odsCode': 'R69',
};
const plain = (path: string) =>
  placeholders(path).reduce(
    (text, name) => text.replace(name, PLAIN[name] ?? '11111111-1111-4111-8111-111111111111'),
    API_PREFIX + path,
  );

interface Place {
  readonly name: string;
  readonly route: RouteContract;
  readonly parameter: string;
  /** The names of the values that are tried here. */
  readonly values: readonly string[];
}

const NAMES = Object.keys(HOSTILE);
/** `npm run assure` tries every value everywhere; here one place tries every eighth, and the next ones the ones between. */
const EVERY = IS_FULL_SIZE ? 1 : 8;

const placesOf = (namesIn: (route: RouteContract) => readonly string[]): Place[] =>
  ALL.flatMap(([name, route]) => namesIn(route).map((parameter) => ({ name, route, parameter }))).map(
    (place, index) => ({ ...place, values: NAMES.filter((_, at) => (at + index) % EVERY === 0) }),
  );
const inPath = placesOf(({ path }) => placeholders(path));
const inQuery = placesOf(({ query }) => namesOf(query));
const inBody = placesOf(({ body }) => namesOf(body));

describe('a hostile value never causes an internal error', () => {
  it('is tried on every route with parameters', () => {
    expect(inPath.length).toBeGreaterThan(30);
    expect(inQuery.length).toBeGreaterThan(60);
    expect(inBody.length).toBeGreaterThan(60);
    for (const places of [inPath, inQuery, inBody])
      expect(new Set(places.flatMap(({ values }) => values))).toEqual(new Set(NAMES));
  });

  it.each(inPath)('$name, in the path: $parameter', async ({ route, parameter, values }) => {
    const answers = await answersOf(values, async (value) => {
      const path = plain(route.path.replace(parameter, '\n')).replace('\n', value);
      return statusOf(route, path, '{"reason":"test"}');
    });
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it.each(inQuery)('$name, in the query: $parameter', async ({ route, parameter, values }) => {
    const answers = await answersOf(values, (value) =>
      statusOf(route, `${plain(route.path)}?${parameter}=${value}`),
    );
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it.each(inBody)('$name, in the body: $parameter', async ({ route, parameter, values }) => {
    const decodable = values.filter((name) => isDecodable(HOSTILE[name] ?? ''));
    const answers = await answersOf(decodable, (value) => {
      const text = decodeURIComponent(value);
      return statusOf(route, plain(route.path), JSON.stringify({ reason: 'test', [parameter]: text }));
    });
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('is never logged as an unforeseen error', () => {
    expect(admin.logged).toEqual([]);
  });
});

describe('an invalid cursor is refused', () => {
  const lists = inQuery.filter(({ parameter }) => parameter === 'after');

  it.each(lists)('$name', async ({ route }) => {
    for (const name of NO_CURSOR) {
      const status = await statusOf(route, `${plain(route.path)}?after=${HOSTILE[name]}`);
      expect([name, status]).toEqual([name, 400]);
    }
  });
});

describe('a NUL or half a surrogate pair is refused in every body', () => {
  const bodies = ALL.filter(([, { body }]) => body !== undefined).map(([name, route]) => ({ name, route }));

  it.each(bodies)('$name', async ({ route }) => {
    for (const text of ['{"x":"\\ud800"}', '{"x":["\\udfff a"]}', '{"\\ud83d":1}', '{"x":{"y":"\\u0000"}}']) {
      expect([text, await statusOf(route, plain(route.path), text)]).toEqual([text, 400]);
    }
  });

  it('accepts a whole character that is written as an escape', async () => {
    const body = '{"label":"\\ud83d\\ude80","scopes":["audit"]}';
    expect((await admin.call('POST', `${API_PREFIX}/admin-tokens`, body)).status).toBe(200);
  });

  it('names the place of the fault', async () => {
    const body = '{"reason":"ok","scopes":["audit"],"label":["a",{"b":"\\ud800"}]}';
    const answer = await admin.call('POST', `${API_PREFIX}/admin-tokens`, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/label/1/b' }] } });
  });
});

function isDecodable(value: string): boolean {
  try {
    decodeURIComponent(value);
    return true;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return false;
  }
}

async function answersOf(
  names: readonly string[],
  send: (value: string) => Promise<number>,
): Promise<{ name: string; status: number }[]> {
  return Promise.all(names.map(async (name) => ({ name, status: await send(HOSTILE[name] ?? '') })));
}
