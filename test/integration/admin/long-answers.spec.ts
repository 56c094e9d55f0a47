/** Long answers end when the caller loses permission to read them. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { deniedOf } from '../../support/audit/audit-trail.ts';
import { POLL_HEADER } from '@gatehouse/contracts/routes';
import { signIn } from '../../support/staff.ts';
import { until } from '../../support/until.ts';

/** The longest time that a caller may continue to read after losing permission. */
const WITHIN_MS = 10_000;

it(
  'following the audit trail ends once the person is suspended, and on a page, once nobody uses the session',
  { timeout: 60_000 },
  async () => {
    const admin = await startAdmin();
    admin.clock.ms = Date.now();
    const { audit } = admin.parts;
    const omar = await signIn(admin.db, 'Omar', ['auditor'], admin.clock.ms);
    const response = await fetch(`${admin.url}/api/v1/audit/follow?kind=DENIED`, { headers: omar.headers });
    expect(response.status).toBe(200);
    const olga = await signIn(admin.db, 'Olga', ['auditor'], admin.clock.ms);
    const page = await fetch(`${admin.url}/api/v1/audit/follow`, {
      headers: { ...olga.headers, [POLL_HEADER]: '1' },
    });
    expect(page.status).toBe(200);
    let pageHasEnded = false;
    const watching = page.text().finally(() => (pageHasEnded = true));
    let text = '';
    let hasEnded = false;
    const reading = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })().finally(() => (hasEnded = true));

    await until('he reads what is recorded', async () => {
      await audit.denied(deniedOf());
      return text.includes('DENIED');
    });
    expect(hasEnded).toBe(false);

    // Both are looked at every few seconds. A session ends after 15 minutes in which nobody uses it.
    admin.clock.ms += 10 * 60_000;
    await delay(6_000);
    expect([hasEnded, pageHasEnded]).toEqual([false, false]);
    admin.clock.ms += 10 * 60_000;
    await until('the live view of the page ends', () => pageHasEnded, WITHIN_MS);
    await watching;
    expect(hasEnded).toBe(false);

    await admin.db.staff.update({ where: { id: omar.staffId }, data: { state: 'suspended' } });
    await until('his answer ends', () => hasEnded, WITHIN_MS);
    await reading;
    await until(
      'both ends are recorded',
      async () => (await admin.systemEvents('AUDIT_LIVE_END')).length === 2,
    );
    const [begun, ended] = [
      await admin.systemEvents('AUDIT_LIVE'),
      await admin.systemEvents('AUDIT_LIVE_END'),
    ];
    expect(begun).toHaveLength(2);
    const [ofOmar] = begun.filter(({ kind }) => kind === 'DENIED');
    const endOfOmar = ended.find(({ viewId }) => viewId === ofOmar?.['viewId']);
    expect(endOfOmar).toMatchObject({ kind: 'DENIED', actor: ofOmar?.['actor'] });
    expect(endOfOmar?.['records']).toBe(text.split('\n').filter((line) => line !== '').length);
    await admin.close();
  },
);

/** Endless lines, so that only the server can end the answer; not at full speed, since other files run beside this one. */
async function* endless(_: unknown, signal: AbortSignal): AsyncGenerator<Record<string, unknown>> {
  while (!signal.aborted) {
    yield { n: 1 };
    await delay(1);
  }
}

describe('an export', () => {
  let admin: AdminApi;
  beforeAll(async () => {
    const auditTrail = {
      export: endless,
      all: endless,
      record: () => Promise.resolve(),
      removedMonths: () => Promise.resolve([]),
    };
    admin = await startAdmin({ auditTrail: auditTrail as never });
  });
  afterAll(() => admin.close());

  const auditor = async () => admin.ok('tokenCreate', { body: { label: 'export', scopes: ['audit'] } });
  const REASON = { reason: 'to verify it' };
  const begin = (path: string, token: string, fields = {}) =>
    admin.begin('POST', `/api/v1/audit/${path}`, { ...REASON, ...fields }, token);
  /** Reads until the answer ends or breaks off. */
  async function readOn(response: Response): Promise<string> {
    try {
      for await (const chunk of response.body!) if (chunk.length === 0) break;
      return 'whole';
    } catch {
      return 'broken off';
    }
  }

  it.each([
    ['export', {}],
    ['download', {}],
    ['download', { format: 'csv' }],
  ])('%s %j is broken off once its token is revoked', async (path, fields) => {
    const { token, tokenId } = await auditor();
    const response = await begin(path, token, fields);
    expect(response.status).toBe(200);
    let end = '';
    const reading = readOn(response).then((how) => (end = how));
    await admin.ok('tokenRevoke', { params: { tokenId }, body: {} });
    await until('the answer ends', () => end !== '', WITHIN_MS);
    await reading;
    expect(end).toBe('broken off');
  });

  it.each(['export', 'download'])('%s is broken off once its session is ended', async (path) => {
    const omar = await signIn(admin.db, 'Omar', ['auditor'], admin.clock.ms);
    const response = await admin.begin('POST', `/api/v1/audit/${path}`, REASON, '', omar.headers);
    expect(response.status).toBe(200);
    const reading = readOn(response);
    await admin.db.staffSession.update({
      where: { id: omar.sessionId },
      data: { endedAt: new Date(admin.clock.ms), endedBy: 'Omar' },
    });
    expect(await reading).toBe('broken off');
  });

  it('is limited to one for each caller and two in total, and a refusal says when to retry', async () => {
    const tokens = await Promise.all([auditor(), auditor(), auditor()]);
    const [ada = '', bo = '', cy = ''] = tokens.map(({ token }) => token);
    const first = await begin('export', ada);
    const second = await begin('download', bo);
    expect([first.status, second.status]).toEqual([200, 200]);
    const again = await admin.call('POST', '/api/v1/audit/export', REASON, ada);
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '30']);
    expect(again.body.type).toBe('urn:gatehouse:problem:too-many');
    const third = await admin.call('POST', '/api/v1/audit/download', REASON, cy);
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '60']);
    await first.body?.cancel();
    await until('another may begin', async () => {
      const response = await begin('export', cy);
      await response.body?.cancel();
      return response.status === 200;
    });
    await second.body?.cancel();
  });
});
