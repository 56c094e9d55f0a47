import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { API_PREFIX, type RouteContract, type RouteName, routes } from '@gatehouse/contracts/routes';
import { PERMISSIONS, TOKEN_SCOPES as SCOPES } from '@gatehouse/domain/governance/permissions';
import { mintAdminToken } from '@gatehouse/domain/input/opaque-key';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdminApp } from '../../../apps/gateway/src/admin/http/app.ts';
import { ChangesModule } from '../../../apps/gateway/src/admin/changes/changes.module.ts';
import { type AdminDeps, DepsModule } from '../../../apps/gateway/src/admin/deps.module.ts';
import { type AdminApi, createToken, pathOf, startAdmin, borrowAdmin } from '../../support/admin-api.ts';
import { intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';
import { refuseRows } from '../../support/audit/refuse-rows.ts';

let admin: AdminApi;
beforeAll(async () => {
  admin = await borrowAdmin();
});
afterAll(() => admin.close());

const all = Object.entries(routes) as [RouteName, RouteContract][];
const bodyFor = (route: RouteContract) => (route.body === undefined ? undefined : { unknown: 'field' });

const fewDeps = () =>
  ({ db: admin.db, environments: new Map(), log: { error: () => undefined } }) as unknown as AdminDeps;

describe('who may call what', () => {
  const cells = all.flatMap(([name, route]) =>
    SCOPES.map(
      (scope) =>
        [name, scope, (PERMISSIONS[route.permission].scopes as readonly string[]).includes(scope)] as const,
    ),
  );

  it.each(cells)('%s with the scope %s: %s', async (name, scope, allowed) => {
    const route: RouteContract = routes[name];
    const query = route.method === 'GET' && route.ndjson !== true ? { unknown: 'x' } : {};
    const answer = await admin.begin(
      route.method,
      pathOf(route, {}, query),
      bodyFor(route),
      admin.tokens[scope],
    );
    if (allowed) {
      expect([200, 400, 404, 409]).toContain(answer.status);
      // An answer that follows the audit trail never ends.
      await answer.body?.cancel();
    } else {
      expect(answer.status).toBe(403);
      const problem = { type: 'urn:gatehouse:problem:missing-scope', status: 403 };
      expect(await answer.json()).toMatchObject(problem);
    }
  });

  it.each(all)('%s without a valid token is 401, and its body is not read', async (_name, route) => {
    const expired = await createToken(
      admin.db,
      {
        label: 'expired',
        scopes: SCOPES,
        staffId: null,
        parentTokenId: null,
        expiresAtMs: admin.clock.ms + 1,
      },
      admin.clock.ms,
    );
    admin.clock.ms += 1;
    const others = [
      '',
      'nonsense',
      mintAdminToken(randomBytes).key,
      `${admin.tokens.all.slice(0, -1)}!`,
      expired,
    ];
    for (const token of others) {
      const { status, headers } = await admin.call(route.method, pathOf(route), bodyFor(route), token);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="gatehouse-admin"');
    }
  });

  it('does not start with a route that names no permission', async () => {
    class Forgotten {
      open() {
        return 'open';
      }
    }
    Get('/api/v1/forgotten')(
      Forgotten.prototype,
      'open',
      Object.getOwnPropertyDescriptor(Forgotten.prototype, 'open')!,
    );
    Controller()(Forgotten);
    class Careless {}
    Module({ controllers: [Forgotten] })(Careless);
    await expect(createAdminApp(fewDeps(), [{ module: Careless }])).rejects.toThrow(
      'routes without a permission: Forgotten.open',
    );
  });

  it('does not start with a four-eyes route that no code carries out', async () => {
    class WithoutResources {}
    Module({ imports: [DepsModule.with(fewDeps()), ChangesModule] })(WithoutResources);
    const started = NestFactory.createApplicationContext(WithoutResources, {
      logger: false,
      abortOnError: false,
    });
    await expect(started).rejects.toThrow(/^routes for four eyes without an action: .*keyActivate/);
  });

  it('serves every route of the contract and no others', async () => {
    for (const [, route] of all) {
      const { status } = await admin.call(route.method, pathOf(route), undefined, '');
      expect(status, route.path).toBe(401);
    }
    for (const path of ['/api/v1', '/api/v1/nothing', '/api/v2/clients']) {
      expect((await admin.call('GET', path)).status).toBe(404);
    }
    // A health check only needs an answer.
    const root = await fetch(`${admin.url}/`);
    expect([root.status, root.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  });
});

describe('a period of the audit trail', () => {
  it.each([
    ['from=2026-11-27&until=2026-11-27', '2026-11-27T00:00:00.000Z', '2026-11-28T00:00:00.000Z'],
    ['from=2026-07-01&until=2026-07-01', '2026-06-30T23:00:00.000Z', '2026-07-01T23:00:00.000Z'],
    ['from=2026-11-27T09:00:00%2B01:00', '2026-11-27T08:00:00.000Z', null],
    ['until=2026-11-27T09:00:00Z', null, '2026-11-27T09:00:00.000Z'],
    ['', null, null],
  ])('%s covers %s until %s', async (query, from, until) => {
    const { status, body } = await admin.call('GET', `${API_PREFIX}/audit?${query}`);
    expect([status, body.covers]).toEqual([200, { from, until, removed: [] }]);
  });

  it.each([
    '11/12/2026',
    '27/11/2026',
    '1',
    '27 Nov 2026',
    '2026-11-27 12:00',
    '2026-11-27T12:00',
    '2026-02-30',
  ])('is refused with what to write instead: %s', async (text) => {
    for (const name of ['from', 'until']) {
      const query = new URLSearchParams({ [name]: text }).toString();
      const answers = [
        ...['/audit', '/audit/follow'].map((path) => admin.call('GET', `${API_PREFIX}${path}?${query}`)),
        ...['/audit/export', '/audit/download'].map((path) =>
          admin.call('POST', `${API_PREFIX}${path}`, { [name]: text, reason: 'x' }),
        ),
      ];
      for (const { status, body } of await Promise.all(answers)) {
        expect(status).toBe(400);
        expect(body.errors[0].detail).toContain('write a day as 2026-03-02');
      }
    }
  });
});

describe('an answer', () => {
  it('is not cacheable and reveals nothing about the server', async () => {
    for (const path of [`${API_PREFIX}/clients`, `${API_PREFIX}/nothing`]) {
      const { headers } = await admin.call('GET', path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('names each wrong field', async () => {
    const { status, body } = await admin.call('POST', `${API_PREFIX}/admin-tokens`, {
      label: '',
      scopes: ['root'],
      more: 1,
    });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/label',
      '/scopes/0',
      '/more',
    ]);
  });

  it.each([
    ['text', { 'Content-Type': 'text/plain' }, '{}', 415],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 'a=1', 415],
    ['compressed JSON', { 'Content-Encoding': 'gzip' }, '{}', 415],
    ['half of JSON', {}, '{"label":', 400],
    ['more than a mebibyte', {}, JSON.stringify({ label: 'x'.repeat(1_100_000) }), 413],
  ])('refuses %s', async (_what, headers, body, status) => {
    const answer = await admin.call('POST', `${API_PREFIX}/admin-tokens`, body, admin.tokens.all, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('refuses a parameter twice', async () => {
    expect((await admin.call('GET', `${API_PREFIX}/clients?limit=1&limit=2`)).status).toBe(400);
  });

  it('reveals nothing about an unforeseen error', async () => {
    const broken = await startAdmin({
      explain: () => Promise.reject(new Error('postgres://user:secret@host')),
    });
    try {
      const request = { client: 'c', environment: 'int', method: 'GET', path: '/FHIR/STU3/x' };
      const { status, text } = await broken.call('POST', `${API_PREFIX}/explain`, request);
      expect(status).toBe(500);
      expect(JSON.parse(text)).toEqual({ type: 'about:blank', title: 'Internal error', status: 500 });
      expect(broken.logged).toHaveLength(1);
    } finally {
      await broken.close();
    }
  });
});

describe('admin tokens', () => {
  it('are shown once, stored as a hash, and stop working immediately when revoked', async () => {
    const created = await admin.ok('tokenCreate', { body: { label: 'ci', scopes: ['audit'] } });
    expect(created.token).toMatch(/^gha_/);
    const row = await admin.db.adminToken.findUniqueOrThrow({ where: { tokenId: created.tokenId } });
    expect(JSON.stringify(row)).not.toContain(created.token.slice(17));
    expect((await admin.call('GET', `${API_PREFIX}/audit`, undefined, created.token)).status).toBe(200);
    const { text } = await admin.call('GET', `${API_PREFIX}/admin-tokens`);
    expect(text).not.toContain(created.token.slice(17));
    expect(text).not.toContain(row.secretHash);
    await admin.ok('tokenRevoke', { params: { tokenId: created.tokenId }, body: {} });
    expect((await admin.call('GET', `${API_PREFIX}/audit`, undefined, created.token)).status).toBe(401);
  });

  it('can neither issue nor revoke a token with a scope that they lack', async () => {
    const beyond = await admin.call(
      'POST',
      `${API_PREFIX}/admin-tokens`,
      { label: 'x', scopes: ['governance'] },
      admin.tokens.registry,
    );
    expect(beyond.status).toBe(403);
    const { tokenId } = await admin.ok('tokenCreate', { body: { label: 'g', scopes: ['governance'] } });
    const path = `${API_PREFIX}/admin-tokens/${tokenId}/revoke`;
    expect((await admin.call('POST', path, {}, admin.tokens.registry)).status).toBe(409);
    expect((await admin.call('POST', path, {}, admin.tokens.governance)).status).toBe(200);
  });
});

describe('the audit trail', () => {
  it('records who searched for a patient, and why, but not for which patient', async () => {
    const nhsNumber = '9000000009';
    const { audit, sealer } = admin.parts;
    const intent = intentOf();
    const subjects = await sealer.seal('R69', intent.attemptId, [{ kind: 'nhs-number', value: nhsNumber }]);
    await audit.intent(intent, subjects);
    await audit.outcome(outcomeOf(intent));
    const { items } = await admin.ok('auditSearch', {
      body: { nhsNumber, reason: 'subject access request 7' },
    });
    expect(items.map(({ attemptId }) => attemptId)).toContain(intent.attemptId);
    const [facts, ...more] = await admin.systemEvents('AUDIT_SEARCH');
    expect(more).toEqual([]);
    expect(facts).toMatchObject({
      reason: 'subject access request 7',
      subject: 'nhs-number',
      hashes: [(await sealer.hash('R69', 'nhs-number', nhsNumber))?.toString('hex')],
    });
    expect(JSON.stringify(facts)).not.toContain(nhsNumber);
  });

  it('returns nothing if the search can’t be recorded', async () => {
    const { audit, sealer } = admin.parts;
    const intent = intentOf();
    const ubrn = '000000070000';
    await audit.intent(intent, await sealer.seal('R69', intent.attemptId, [{ kind: 'ubrn', value: ubrn }]));
    const search = () => admin.call('POST', `${API_PREFIX}/audit/search`, { ubrn, reason: 'r' });
    expect((await search()).text).toContain(intent.attemptId);
    const accept = await refuseRows(admin.database.superuserUrl, `NEW.record ->> 'event' = 'AUDIT_SEARCH'`);
    const { status, text } = await search();
    await accept();
    expect(status).toBe(500);
    expect(text).not.toContain(intent.attemptId);
  });

  it.each([
    ['neither', { reason: 'r' }],
    ['both', { reason: 'r', nhsNumber: '9000000009', ubrn: '000000070000' }],
    ['no reason', { nhsNumber: '9000000009' }],
    ['a mistyped NHS number', { reason: 'r', nhsNumber: '9000000008' }],
  ])('refuses a search with %s', async (_what, body) => {
    expect((await admin.call('POST', `${API_PREFIX}/audit/search`, body)).status).toBe(400);
  });

  it('accepts no identifier in a URL', async () => {
    expect((await admin.call('GET', `${API_PREFIX}/audit?nhsNumber=9000000009`)).status).toBe(400);
  });
});

it('is documented for everybody, as OpenAPI and as a page without scripts', async () => {
  const { status, body } = await admin.call('GET', '/api/v1/openapi.json', undefined, '');
  expect([status, body.openapi]).toEqual([200, '3.1.0']);
  const partner = await admin.call('GET', '/api/v1/partner-openapi.json', undefined, '');
  const written = await readFile(
    new URL('../../../docs/reference/partner-openapi.json', import.meta.url),
    'utf8',
  );
  expect([partner.status, partner.body]).toEqual([200, JSON.parse(written)]);
  const page = await fetch(`${admin.url}/api/v1/docs`);
  const text = await page.text();
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  for (const route of Object.values(routes))
    expect(text).toContain(`${route.method} ${API_PREFIX}${route.path}`);
  expect(text).not.toMatch(/<script/i);
});
