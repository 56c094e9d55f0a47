/** Healthcare workers sign in to a supplier's web application with CIS2 and work in e-RS through Gatehouse. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { moveClocks } from '../support/answers.ts';
import { accessible } from '../support/console.ts';
import { type DemoWorld, startDemoWorld } from '../support/servers/demo-world.ts';

const TOM = '656005750107';
const MINA = '656005750108';

let world: DemoWorld;
beforeAll(async () => {
  world = await startDemoWorld();
});
afterAll(() => world.stop());

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor();

/** Signs somebody in who has not signed in yet, and waits for the page that they come back to. */
async function signIn(page: Page, person: string, back: string): Promise<void> {
  await press(page, 'Sign in with Care Identity');
  await page.getByRole('button', { name: person }).click();
  await heading(page, back);
}

async function chooseRole(page: Page, role: string): Promise<void> {
  await page.getByRole('link', { name: 'Change role' }).click();
  await page.getByLabel(role).check();
  await press(page, 'Continue');
  await heading(page, /./);
}

/** Every page is readable at the width of a phone, and by a screen reader. */
async function isUsable(page: Page, where: string): Promise<void> {
  await accessible(page, where);
  await page.setViewportSize({ width: 320, height: 900 });
  expect(await page.evaluate('document.documentElement.scrollWidth'), where).toBe(320);
  await page.setViewportSize({ width: 1000, height: 900 });
}

interface Intent {
  readonly userId: string | null;
  readonly businessFunction: string | null;
  readonly onBehalfOfUserId: string | null;
  readonly odsCode: string;
  readonly interaction: string;
}

/** What the audit trail says of the calls at the foot of a page. */
async function intentsOf(page: Page): Promise<Intent[]> {
  const text = await page.locator('footer').innerText();
  const ids = [...text.matchAll(/Gatehouse-Attempt-Id ([0-9a-f-]{36})/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(0);
  const { rows } = await world.stack.sql.query<{ record: Intent }>(
    `SELECT record FROM audit.event WHERE kind = 'INTENT' AND attempt_id = ANY($1::uuid[]) ORDER BY seq`,
    [ids],
  );
  expect(rows).toHaveLength(ids.length);
  return rows.map(({ record }) => record);
}

it('a user with one role signs in, sees a worklist and who they are, and signs out', async () => {
  const page = await world.open();
  await isUsable(page, 'the start');
  await signIn(page, 'Rosa Field', 'Awaiting booking');
  await isUsable(page, 'a worklist');
  await page.getByRole('link', { name: 'Who am I?' }).click();
  await page.getByText('656005750104').waitFor();
  await page.getByText('level 3 (AAL3)').waitFor();
  await isUsable(page, 'who am I');
  expect(
    await page.evaluate('JSON.stringify([localStorage.length, sessionStorage.length, document.cookie])'),
  ).toBe('[0,0,""]');
  await press(page, 'Sign out');
  await heading(page, 'You have signed out');
  await page.goto(`${world.webUrl}/worklist`);
  await heading(page, 'Refer patients with ReferWell');
  await page.context().close();
});

it('a user with many roles refers in one and treats in another, all under their user id', async () => {
  const page = await world.open();
  await signIn(page, 'Tom Hale', 'Choose a role');
  await isUsable(page, 'roles');
  await press(page, 'Continue');
  await page.getByRole('link', { name: 'Select a role' }).waitFor();
  await isUsable(page, 'a form with a fault');
  await chooseRole(page, 'Referring clinician at Example General Hospital NHS Trust (R69)');
  await page.getByRole('link', { name: '0000 0007 0005' }).click();
  await heading(page, 'Referral 0000 0007 0005');
  await isUsable(page, 'a referral');

  await press(page, 'Book an appointment');
  await isUsable(page, 'slots');
  await page.getByRole('radio').first().check();
  await press(page, 'Book');
  await heading(page, 'Referral 0000 0007 0005');
  const booked = await intentsOf(page);
  expect(booked.map(({ interaction }) => interaction)).toEqual(['A016', 'A005', 'A038']);
  for (const intent of booked)
    expect(intent).toMatchObject({ userId: TOM, odsCode: 'R69', onBehalfOfUserId: null });
  expect(booked[0]?.businessFunction).toBe('REFERRING_CLINICIAN');
  await press(page, 'Cancel the appointment');
  await page.getByText('Not Booked').waitFor();
  await press(page, 'Book an appointment');
  await page.getByRole('radio').first().check();
  await press(page, 'Book');

  await press(page, 'Attach a letter');
  await isUsable(page, 'a letter');
  const buffer = Buffer.alloc(5 * 1024 * 1024, 'letter ');
  await page.getByLabel('Letter').setInputFiles({ name: 'letter.pdf', mimeType: 'application/pdf', buffer });
  await press(page, 'Attach');
  await page.getByText('letter.pdf').waitFor();
  expect((await intentsOf(page)).map(({ interaction }) => interaction)).toEqual([
    'A020',
    'A012',
    'A005',
    'A038',
  ]);

  await chooseRole(page, 'Service provider clinician at Example General Hospital NHS Trust (R69)');
  await page.getByRole('link', { name: '0000 0007 0005' }).click();
  await press(page, 'Accept the referral');
  await page.getByText('Booked - Accepted').waitFor();
  expect((await intentsOf(page))[0]).toMatchObject({
    interaction: 'A013',
    userId: TOM,
    businessFunction: 'SERVICE_PROVIDER_CLINICIAN',
  });
  await page.context().close();
});

it('a clinician’s secretary answers an advice request on behalf of the clinician', async () => {
  const page = await world.open();
  await signIn(page, 'Mina Shah', 'Choose a role');
  await page
    .getByLabel('Service provider clinician admin at Example General Hospital NHS Trust (R69)')
    .check();
  await press(page, 'Continue');
  await heading(page, 'Choose a clinician');
  await isUsable(page, 'clinicians');
  await page.getByLabel(TOM).check();
  await press(page, 'Continue');
  await page.getByRole('link', { name: 'Advice and guidance requests' }).click();
  await page.getByRole('link', { name: '0000 0007 0001' }).click();
  await page.getByLabel('Return to referrer with advice').check();
  await page.getByLabel('Your advice').fill('No referral is needed.');
  await isUsable(page, 'an advice request');
  await press(page, 'Send');
  await page.getByText('Advice provided').waitFor();
  expect((await intentsOf(page))[0]).toMatchObject({
    interaction: 'A026',
    userId: MINA,
    businessFunction: 'SERVICE_PROVIDER_CLINICIAN_ADMIN',
    onBehalfOfUserId: TOM,
  });
  await page.context().close();
});

it('a user who signed in at level 2 steps up for an organisation that requires level 3', async () => {
  const page = await world.open();
  await press(page, 'Sign in with Care Identity');
  await page.getByRole('button', { name: 'Max Stone' }).click();
  await heading(page, 'Sign in with a higher level of authentication');
  await isUsable(page, 'a step up');
  await page.getByRole('button', { name: /^Sign in again for Example General Hospital/ }).click();
  await page.getByRole('button', { name: 'Max Stone' }).click();
  await heading(page, 'Referrals for review');
  await page.getByRole('link', { name: 'Who am I?' }).click();
  await page.getByText('level 3 (AAL3)').waitFor();
  await page.context().close();
});

it('a user who was away for too long sees why the session ended, and signs in again', async () => {
  const page = await world.open();
  await signIn(page, 'Rosa Field', 'Awaiting booking');
  await moveClocks(world.stack, 16 * 60_000);
  await page.reload();
  await heading(page, 'You have been signed out');
  await isUsable(page, 'the end of a session');
  await moveClocks(world.stack, 0);
  await page.getByRole('button', { name: 'Sign in again' }).click();
  await page.getByRole('button', { name: 'Rosa Field' }).click();
  await heading(page, 'Awaiting booking');
  await page.context().close();
});

it('a user who was logged out at CIS2 sees so at the next click', async () => {
  const page = await world.open();
  await signIn(page, 'Rosa Field', 'Awaiting booking');
  await world.stack.simulator.control('POST', '/cis2/logout', { userId: '656005750104' });
  await page.reload();
  await heading(page, 'You have been signed out');
  await page.context().close();
});

it('a login URL works once: a second use, in any browser, leads to a page that says so', async () => {
  const answer = await fetch(`${world.webUrl}/sign-in`, { redirect: 'manual' });
  const url = answer.headers.get('location') ?? '';
  const [first, second] = [await world.open(), await world.open()];
  await first.goto(url);
  await first.getByRole('button', { name: 'Rosa Field' }).waitFor();
  for (const page of [second, first]) {
    await page.goto(url);
    await page.getByText('This sign-in link has been used already').waitFor();
  }
  // The browser in which the sign-in was not begun has no use for its answer.
  await second.goto(`${world.webUrl}/signed-in?code=somebody-elses&state=somebody-elses`);
  await second.getByText('not begun in this browser').waitFor();
  for (const page of [first, second]) await page.context().close();
  expect(world.complaints).toEqual([]);
});
