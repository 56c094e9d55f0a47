/** The history of the registry: who changed what, when, why and from where; newest first, and never a secret. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type AdminApi, r69, smallDocument, borrowAdmin } from '../../support/admin-api.ts';

type Page = AnswerOf<'historyList'>;

let admin: AdminApi;
let priya: SignedIn;
let id: string;
const SECRET = 'r69IntNextKey0123456789abcdNNPP';

beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  id = (await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } })).id;
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  await admin.ok('keyCreate', { body: r69 });
  const path = `/api/v1/applications/${id}`;
  const read = await admin.call('GET', path);
  const headers = { ...priya.headers, 'If-Match': read.headers.get('etag') ?? '' };
  const body = { apiKey: SECRET, apimApplicationId: 'apim-7', reason: 'rolled over' };
  const changed = await admin.call('PATCH', path, body, '', headers);
  expect(changed.status, changed.text).toBe(200);
});
afterAll(() => admin.close());

const read = async (query = '', person?: SignedIn, token?: string): Promise<Page> => {
  const answer = await admin.call(
    'GET',
    `/api/v1/history${query}`,
    undefined,
    token ?? (person && ''),
    person?.headers,
  );
  expect(answer.status, answer.text).toBe(200);
  expect(answer.text).not.toContain(SECRET);
  expect(answer.text).not.toContain('api_secret_sealed');
  return answer.body;
};
const tables = (page: Page) => [...new Set(page.items.map(({ table }) => table))].sort();

describe('the history', () => {
  it('says who, why and from where, and each field before and after', async () => {
    const [last] = (await read('', priya)).items;
    expect(last).toMatchObject({
      table: 'application',
      key: id,
      actor: 'Priya (priya@example.org)',
      reason: 'rolled over',
      organisations: ['R69'],
      before: { apim_application_id: null },
      after: { apim_application_id: 'apim-7' },
    });
    expect(last?.origin).toMatch(/^console from /);
  });

  it('has pages from the newest to the oldest, without a gap or a repeat', async () => {
    const all = (await read('?limit=500')).items.map((entry) => entry.id);
    expect(all).toEqual([...all].sort((a, b) => Number(b) - Number(a)));
    const paged: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: Page = await read(`?limit=3${next === '' ? '' : `&after=${next}`}`);
      paged.push(...page.items.map((entry) => entry.id));
      next = page.next;
    }
    expect(paged).toEqual(all);
  });

  it('can be of one row, table or organisation, or of one application with everything that belongs to it', async () => {
    expect(await read('?table=organisation&key=R69')).toMatchObject({
      items: [{ after: { name: 'Example NHS Trust' } }],
    });
    expect(tables(await read('?table=product'))).toEqual(['product']);
    const rcdChanges = (await read('?organisation=RCD')).items;
    expect(rcdChanges.length).toBeGreaterThan(0);
    for (const { organisations } of rcdChanges) expect(organisations).toContain('RCD');
    expect(tables(await read(`?application=${id}`))).toEqual([
      'application',
      'application_message_set',
      'binding',
      'signing_key',
    ]);
    expect(tables(await read('?client=worklist-sync'))).toEqual(['client', 'client_grant']);
    expect((await read('?client=worklist-sync&environment=prod')).items).toEqual([]);
    expect((await admin.call('GET', '/api/v1/history?table=staff_session')).status).toBe(400);
    expect((await admin.call('GET', '/api/v1/history?after=x')).status).toBe(400);
  });

  it('is limited to a person’s organisations; a change that concerns two is for people who have both', async () => {
    const role = { role: 'auditor', odsCodes: ['RCD'] } as const;
    const outsider = await signIn(admin.db, 'Odd', [role], admin.clock.ms);
    const { items } = await read('', outsider);
    expect(items.length).toBeGreaterThan(0);
    for (const { organisations } of items) expect(organisations).toEqual(['RCD']);
    expect((await read(`?application=${id}`, outsider)).items).toEqual([]);
  });

  it('of staff and tokens is for people who may read staff, of SROs for people who may read SROs', async () => {
    const ada = await signIn(admin.db, 'Ada', ['auditor'], admin.clock.ms);
    expect(tables(await read('?table=staff', ada))).toEqual(['staff']);
    expect(tables(await read('?limit=500', priya))).not.toContain('staff');
    expect(tables(await read('?limit=500', priya))).not.toContain('admin_token');
    expect((await read('?table=staff', priya)).items).toEqual([]);
    const { tokens } = admin;
    expect(tables(await read('?limit=500', undefined, tokens.governance))).not.toContain('signing_key');
    expect(tables(await read('?limit=500', undefined, tokens.registry))).toContain('signing_key');
  });
});
