/**
 * `npm run screenshots` takes the pictures of docs/screenshots again: it starts a Gatehouse with the demo registry of
 * `npm start`, sends it requests, and opens its console in Chromium as the demo people.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureChromium, findChromium } from '../../tools/chromium.mjs';
import { FLAGS, follow, openToday } from '../support/console.ts';
import { loadDemoInto } from '../support/servers/demo-world.ts';
import { stop as stopPostgres } from '../support/servers/postgres.ts';
import { freePort } from '../../tools/start/free-port.ts';
import { type Stack, startStaffStack } from '../support/servers/stack.ts';
import { withPalette } from './palette-png.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'docs/screenshots');
const SIZE = { width: 1280, height: 800 };
const MOST_BYTES = 120_000;
const ROLES = [
  'gatehouse-platform=platform-engineer',
  'gatehouse-governance=governance-officer',
  'gatehouse-audit=auditor',
].join(',');
const REFERRAL = '/FHIR/STU3/ReferralRequest/000000070000';
const FOR_RCD = { 'NHSD-End-User-Organisation-ODS': 'RCD' };

/** Requests of the demo’s services: their client, path and headers. Some are refused, each for a reason of its own. */
const REQUESTS: readonly (readonly [client: string, path: string, headers?: Record<string, string>])[] = [
  ...Array.from({ length: 24 }, () => ['worklist-sync', REFERRAL] as const),
  ...Array.from({ length: 12 }, () => ['referral-tracker', REFERRAL, FOR_RCD] as const),
  ...Array.from({ length: 3 }, () => ['referral-tracker', REFERRAL] as const),
  ...Array.from({ length: 2 }, () => ['worklist-sync', `${REFERRAL}?unknown=1`] as const),
  ['worklist-sync', REFERRAL, { 'Gatehouse-Product': 'Another' }],
  // The newest one says whether an application works.
  ['worklist-sync', REFERRAL],
  ['referral-tracker', REFERRAL, FOR_RCD],
];

/** The name of a picture, who sees the page, and how they come to it from “Today”. */
const PICTURES: Readonly<Record<string, readonly [person: string, find: (page: Page) => Promise<unknown>]>> =
  {
    today: ['Grace Obi', (page) => page.getByText('Requests by hour').waitFor()],
    organisations: [
      'Priya Nair',
      async (page) => {
        await page.getByRole('menuitem', { name: 'Organisations' }).click();
        await page.getByText('in the last 90 days').first().waitFor();
      },
    ],
    application: [
      'Priya Nair',
      async (page) => {
        await page.getByRole('menuitem', { name: 'Applications' }).click();
        await page.getByRole('row').filter({ hasText: 'Draft' }).getByRole('link').first().click();
        await page.getByText('Complete the steps marked').waitFor();
      },
    ],
    request: [
      'Omar Haddad',
      async (page) => {
        await page.getByRole('menuitem', { name: 'Audit trail' }).click();
        const rejected = page.getByRole('row').filter({ hasText: 'Rejected' }).first();
        await rejected.getByRole('link', { name: /\d{2}:\d{2}:\d{2}\.\d{3}/ }).click();
        await page.getByText('Who must act').first().waitFor();
      },
    ],
    approval: [
      'Grace Obi',
      async (page) => {
        await page.getByRole('menuitem', { name: 'Approvals' }).click();
        await page.getByRole('row').filter({ hasText: 'Pending' }).getByRole('link').first().click();
        await page.getByRole('button', { name: 'Approve' }).waitFor();
      },
    ],
    onboarding: [
      'Priya Nair',
      async (page) => {
        await follow(page, '/onboarding?organisation=A20047', 'Onboard an organisation');
        await page.getByText('Signing key').first().waitFor();
      },
    ],
  };

async function fill(stack: Stack, publicUrl: string): Promise<Record<string, string>> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-screenshots-'));
  const { state } = await loadDemoInto(stack, stack.gateway, publicUrl, home);
  await rm(home, { recursive: true });
  await stack.settled();
  return state.clientKeys;
}

/** What needs somebody: an application that is not live yet, and an owner whose review is due soon. */
async function leaveWork({ admin }: Stack): Promise<void> {
  const draft = {
    ...{ organisation: 'A20047', product: 'ReferWell', environment: 'local', state: 'draft' },
    ...{ accessMode: 'application-restricted', capability: 'referrer', messageSets: ['referrer-read'] },
  };
  await admin('POST', '/registry/apply', {
    document: { apiVersion: 'gatehouse/v1', applications: [draft] },
  });
  const { items } = await admin<{ items: { id: string }[] }>('GET', '/sro-appointments?organisation=X26');
  await admin('POST', `/sro-appointments/${items[0]?.id ?? ''}/review`, { reviewDueOn: dayIn(20) });
}

const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function send(stack: Stack, keys: Record<string, string>): Promise<void> {
  for (const [client, path, headers] of REQUESTS)
    await fetch(stack.gateway.partner + path, {
      headers: { Authorization: `Bearer ${keys[client] ?? ''}`, ...headers },
    }).then((answer) => answer.arrayBuffer());
}

async function signIn(browser: Browser, origin: string, person: string): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme: 'light' });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await openToday(page, origin, person);
  return page;
}

/** A governance officer requests what another one is to approve. */
async function requestDeputy(page: Page): Promise<void> {
  const api = `${new URL(page.url()).origin}/api/v1`;
  const { csrfToken } = (await (await page.request.get(`${api}/session`)).json()) as { csrfToken: string };
  const answer = await page.request.post(`${api}/sro-appointments`, {
    headers: { 'Gatehouse-CSRF': csrfToken, Origin: new URL(page.url()).origin },
    data: {
      organisation: 'R69',
      environments: ['local'],
      role: 'deputy',
      name: 'Demo Deputy',
      email: 'deputy@r69.example',
      jobTitle: 'Medical Director',
      spineUserId: '555000000012',
      authority: {
        cioName: 'Demo Officer',
        reference: 'DEMO-R69-DEPUTY',
        date: dayIn(-1),
        documentSha256: randomUUID().replaceAll('-', '').repeat(2),
      },
      reason: 'stands in while the owner is on leave',
    },
  });
  if (answer.status() !== 202) throw new Error(`The appointment was not requested: ${await answer.text()}`);
}

async function takePictures(browser: Browser, origin: string): Promise<void> {
  const gita = await signIn(browser, origin, 'Gita Rao');
  await requestDeputy(gita);
  await mkdir(FOLDER, { recursive: true });
  for (const [name, [person, find]] of Object.entries(PICTURES)) {
    const page = await signIn(browser, origin, person);
    await find(page);
    await page
      .getByText(/^(Loading|Checking) …$/)
      .first()
      .waitFor({ state: 'detached' });
    await page.mouse.move(SIZE.width - 5, SIZE.height - 5);
    const picture = withPalette(await page.screenshot({ animations: 'disabled' }));
    if (picture.length > MOST_BYTES)
      throw new Error(`${name}.png has ${picture.length} bytes; at most ${MOST_BYTES} are stored.`);
    await writeFile(join(FOLDER, `${name}.png`), picture);
    console.log(`docs/screenshots/${name}.png  ${(picture.length / 1000).toFixed(0)} kB`);
    await page.context().close();
  }
}

ensureChromium();
// API Management fetches the JWKS of each application here.
const publicPort = await freePort();
const publicUrl = `http://localhost:${publicPort}`;
const { stack, origin } = await startStaffStack(ROLES, {
  host: 'localhost',
  settings: {
    GATEHOUSE_PUBLIC_LISTEN: `127.0.0.1:${publicPort}`,
    GATEHOUSE_PUBLIC_URL: publicUrl,
  },
});
const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: FLAGS });
try {
  await send(stack, await fill(stack, publicUrl));
  await leaveWork(stack);
  await stack.sql.query('UPDATE environment SET four_eyes = true');
  await takePictures(browser, origin);
} finally {
  await browser.close();
  await stack.stop();
  await stopPostgres();
}
process.exit(0);
