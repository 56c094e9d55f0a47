/** The console as its users see it: signed in by the local identity provider, in Chromium. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { londonDay } from '@gatehouse/domain/governance/london-day';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as console from '../support/console.ts';
import { watchMachine } from '../support/servers/machine.ts';
import { onboard, type Onboarded, worklistBody } from '../support/onboard.ts';
import type { Stack } from '../support/servers/stack.ts';
import { until } from '../support/until.ts';
import { namesOf, namesWithoutLink } from './names.ts';
import { type Question, pathOf, questionsOf, take } from './twenty-questions.ts';

const { accessible, decide, fillIn, SHOTS } = console;
let at: console.Console;
let stack: Stack;
let origin: string;
let onboarded: Onboarded;
let applicationId: string;
/** Of a patient whom a worklist named. */
let nhsNumber = '';
/** The month in London in which it was shown. */
let revealedIn = '';

beforeAll(async () => {
  at = await console.startConsole(async (started) => {
    [onboarded] = (await onboard(started, [{ odsCode: 'R69' }])) as [Onboarded];
  });
  ({ stack, origin } = at);
  // Requests for the dashboard to count. Later the application has no key, and nothing of it reaches e-RS.
  expect((await refusedRequest()).status).toBe(403);
  expect((await failedRequest()).status).toBe(404);
  const { rows } = await stack.sql.query<{ id: string }>('SELECT id FROM application');
  applicationId = rows[0]?.id ?? '';
});
afterAll(() => at.stop());

const open: console.Console['open'] = (...options) => at.open(...options);

/** Opens the page "Today" for a person. */
async function openToday(name: string, width?: number): Promise<Page> {
  const page = await at.as(name, width);
  await at.visit(page, '/');
  await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  return page;
}

/** Fetches a worklist whose answer names patients. @returns one of their NHS numbers */
async function seePatients(): Promise<string> {
  const answer = await fetch(`${stack.gateway.partner}/FHIR/STU3/ReferralRequest/$ers.fetchworklist`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${onboarded.clientKey}`,
      'Content-Type': 'application/fhir+json',
    },
    body: worklistBody('11012'),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return /(?<![0-9])[0-9]{10}(?![0-9])/.exec(text)![0];
}

it('tells a person without a role why they have no access', async () => {
  const nils = await open();
  await at.visit(nils, '/');
  await nils.getByRole('link', { name: 'Sign in' }).click();
  await nils.getByRole('button', { name: 'Nils Berg' }).click();
  const heading = nils.getByRole('heading', { level: 1, name: 'You have no role in Gatehouse' });
  await heading.waitFor();
  await accessible(nils, 'no role');
  await nils.screenshot({ path: `${SHOTS}/no-role-1280-light.png`, fullPage: true });
  await nils.getByText('(nils@staff.example)').waitFor();
  await nils.getByRole('listitem').filter({ hasText: 'gatehouse-platform' }).waitFor();
  // Every page of the console leads back there.
  for (const path of ['/', '/organisations/R69/show', '/import']) {
    await nils.goto(origin + path);
    await nils.waitForURL(`${origin}/auth/no-role`);
    await heading.waitFor();
  }
  await at.leave(nils);
});

/** Until the answer is detached, the page's computer is in New York. Playwright sets this for whole contexts only. */
async function inNewYork(page: Page) {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Emulation.setTimezoneOverride', { timezoneId: 'America/New_York' });
  return devTools;
}

it('finds who saw a patient, and shows the identifier once a second person has approved it', async () => {
  nhsNumber = await seePatients();
  const omar = await at.as('Omar Haddad');
  await at.visit(omar, '/audit');
  await omar.getByRole('link', { name: 'Who saw a patient?' }).click();
  const grouped = `${nhsNumber.slice(0, 3)} ${nhsNumber.slice(3, 6)} ${nhsNumber.slice(6)}`;
  await omar.getByRole('textbox', { name: 'NHS number' }).fill(grouped);
  await omar.getByRole('textbox', { name: 'Reason' }).fill('subject access request 42');
  await omar.getByRole('textbox', { name: 'ODS code' }).fill('R69');
  const newYork = await inNewYork(omar);
  await omar.getByLabel('From', { exact: true }).fill('2025-07-02T00:30');
  await omar.getByRole('button', { name: 'Search' }).click();
  await omar.getByText('1 attempt found').waitFor();
  await omar.getByText('Covers 2 July 2025, 00:30 until now, London time.', { exact: true }).waitFor();
  await newYork.detach();
  // A number with one wrong digit: the page must not say that nobody saw the patient.
  const mistyped = nhsNumber.slice(0, 9) + String((Number(nhsNumber[9]) + 1) % 10);
  await omar.getByRole('textbox', { name: 'NHS number' }).fill(mistyped);
  await omar.getByRole('button', { name: 'Search' }).click();
  await omar.getByText('This is not a valid NHS number: check it for a mistyped digit').waitFor();
  expect(await omar.getByText('has no record that matches').count()).toBe(0);
  await omar.locator('[name=nhsNumber]:focus').waitFor();
  await accessible(omar, 'a mistyped NHS number');
  await omar.screenshot({ path: `${SHOTS}/patient-mistyped-1280-light.png`, fullPage: true });
  await omar.getByRole('textbox', { name: 'NHS number' }).fill(grouped);
  await omar.getByRole('button', { name: 'Search' }).click();
  await omar.getByText('1 attempt found').waitFor();
  await accessible(omar, 'who saw a patient');
  await omar.screenshot({ path: `${SHOTS}/patient-found-1280-light.png`, fullPage: true });
  const addressAndStorage =
    'location.href + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })';
  for (const text of [await omar.evaluate<string>(addressAndStorage), omar.url()]) {
    expect(text).not.toContain(nhsNumber);
    expect(text).not.toContain(grouped);
  }
  await omar.getByRole('table').last().getByRole('link').first().click();
  await decide(omar, 'Request access', 'subject access request 42');
  await omar.getByText('A second person must approve').waitFor();
  await omar.getByRole('link', { name: 'showing a patient’s identifier' }).waitFor();
  await accessible(omar, 'an identifier asked for');
  await omar.screenshot({ path: `${SHOTS}/reveal-asked-1280-light.png`, fullPage: true });
  expect(await omar.getByRole('button', { name: /^Show until/ }).count()).toBe(0);

  const gita = await at.as('Gita Rao', 390);
  await at.visit(gita, '/changes');
  await gita.getByRole('link', { name: /^Omar Haddad .* would be shown which patients/ }).click();
  await gita.getByRole('link', { name: 'View the request it is about' }).waitFor();
  const requestedAt = gita.locator('dd time').first();
  expect(await requestedAt.textContent()).toMatch(/^\d{1,2} [A-Z][a-z]+ \d{4}, \d{2}:\d{2}$/);
  expect(await requestedAt.getAttribute('title')).toMatch(/, \d{2}:\d{2}:\d{2}\.\d{3} (GMT|BST)$/);
  await accessible(gita, 'an identifier to decide on');
  await gita.screenshot({ path: `${SHOTS}/reveal-decide-390-light.png`, fullPage: true });
  await decide(gita, 'Approve', 'the request was checked');
  await gita.getByText('Change approved and made.').waitFor();

  await omar.reload();
  revealedIn = londonDay(Date.now()).slice(0, 7);
  await omar.getByRole('button', { name: /^Show until/ }).click();
  await omar.getByText(nhsNumber).waitFor();
  await accessible(omar, 'an identifier shown');
  await omar.screenshot({ path: `${SHOTS}/reveal-shown-1280-light.png`, fullPage: true });
  await omar.reload();
  await omar.getByRole('button', { name: /^Show until/ }).waitFor();
  expect(await omar.getByText(nhsNumber).count()).toBe(0);
  expect(at.complaints).toEqual([]);
  await at.leave(gita);
  await at.leave(omar);
});

async function giveReason(page: Page): Promise<void> {
  await page.getByLabel('Reason').fill('complaint 12');
  await page.getByRole('button', { name: 'Download', exact: true }).click();
}

it('downloads the audit trail, shows the progress, and can cancel the download', async () => {
  const page = await at.as('Omar Haddad', 390);
  await at.visit(page, `/audit?filter=${encodeURIComponent(JSON.stringify({ kind: 'SYSTEM' }))}`);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  await page.getByRole('button', { name: 'Download', exact: true }).click();
  await page.getByText('Enter the reason').waitFor();
  await giveReason(page);
  const file = readFileSync(await (await saved).path(), 'utf8');
  const rows = file.trim().split('\r\n').length - 1;
  expect(rows).toBeGreaterThan(0);
  expect(file).toContain('Omar Haddad (omar@staff.example)');
  await page.getByText(`Download complete: ${rows} row`).waitFor();
  await page.getByText(/^Covers everything until just before .*, London time\.$/).waitFor();
  await accessible(page, 'download');
  await page.screenshot({ path: `${SHOTS}/download-390-light.png` });
  await page.getByRole('button', { name: 'Close' }).click();
  await page.route('**/audit/download*', () => undefined);
  await page.getByRole('button', { name: 'NDJSON' }).click();
  await giveReason(page);
  await page.getByRole('progressbar', { name: 'Downloading' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.unroute('**/audit/download*');
  const span = { from: '2026-03-02T00:00:00.000Z', until: '2026-06-30T23:00:00.000Z' };
  await at.visit(page, `/audit?filter=${encodeURIComponent(JSON.stringify(span))}`);
  const covered = page.getByText(
    'Covers 2 March 2026, 00:00 until just before 1 July 2026, 00:00, London time.',
  );
  await covered.waitFor();
  await page.getByRole('button', { name: 'CSV' }).click();
  await giveReason(page);
  const downloads = page.getByRole('dialog').filter({ has: covered });
  await downloads.waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await downloads.waitFor({ state: 'detached' });
  const newYork = await inNewYork(page);
  await page.getByLabel('From', { exact: true }).fill('2026-06-01T09:30');
  await page
    .getByText('Covers 1 June 2026, 09:30 until just before 1 July 2026, 00:00, London time.')
    .waitFor();
  expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe('2026-06-01T09:30');
  // It is read from the address again.
  await page.reload();
  await until('the fields show London time', async () => {
    const fields = ['From', 'Until'].map((name) => page.getByLabel(name, { exact: true }).inputValue());
    return (await Promise.all(fields)).join() === '2026-06-01T09:30,2026-07-01T00:00';
  });
  await newYork.detach();
  expect(at.complaints).toEqual([]);
  await at.leave(page);
});

it('shows the events of the audit trail: who did what, and why', async () => {
  const page = await at.as('Omar Haddad');
  const system = encodeURIComponent(JSON.stringify({ kind: 'SYSTEM' }));
  for (const [event, fact] of [
    ['Patient searched for', 'subject access request 42'],
    ['Patient identifier reveal', 'subject access request 42'],
    ['Export begun', 'complaint 12'],
    ['Audit trail read', 'SYSTEM'],
  ] as const) {
    await at.visit(page, `/audit?filter=${system}`);
    const row = page.getByRole('row').filter({ hasText: event }).first();
    await row.getByText('Omar Haddad').waitFor();
    await row.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: event }).waitFor();
    await page.getByText('Omar Haddad (omar@staff.example)').first().waitFor();
    await page.getByText(fact).first().waitFor();
    await page.getByText('The audit chain is intact for this record.').waitFor();
  }
  await accessible(page, 'an event');
  await page.screenshot({ path: `${SHOTS}/event-1280-light.png`, fullPage: true });
  await at.leave(page);
});

it('asks NHS England about an application at the press of a button', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, `/applications/${applicationId}/show`);
  await page.getByRole('button', { name: 'Ask NHS England now' }).click();
  await page.getByText('NHS England issued a token, and e-RS answered.').waitFor();
  await page.getByText(/^e-RS answered A004 with status 200 on /).waitFor();
  await accessible(page, 'an application that NHS England was asked about');
  await page.screenshot({ path: `${SHOTS}/application-asked-1280-light.png`, fullPage: true });

  // A part that is not shown is not loaded, and the one that is shown is in the address.
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  const tab = (name: string) => page.getByRole('tab', { name, exact: true });
  await tab('Overview').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/applications/${applicationId}/show/requests`);
  await page.getByRole('tabpanel', { name: 'Requests' }).getByRole('link').first().waitFor();
  await tab('Requests').and(page.locator(':focus')).waitFor();
  await accessible(page, 'the requests of an application');
  await page.screenshot({ path: `${SHOTS}/application-requests-1280-light.png`, fullPage: true });
  await tab('Keys').click();
  const keys = page.getByRole('tabpanel', { name: 'Keys' });
  await keys.getByText('Active').first().waitFor();
  expect(loaded).not.toContain('/api/v1/history');
  await at.visit(page, `/applications/${applicationId}/show/history`);
  const history = page.getByRole('tabpanel', { name: 'History' });
  await history.getByText('View all history').waitFor();
  expect(await tab('History').getAttribute('aria-selected')).toBe('true');

  // An organisation and a client have the same parts.
  await at.visit(page, '/organisations/R69/show/keys');
  await keys.getByRole('link', { name: 'ReferWell' }).first().waitFor();
  await tab('Requests').click();
  const requests = page.getByRole('tabpanel', { name: 'Requests' });
  await requests.getByText('View all requests').waitFor();
  await accessible(page, 'the requests of an organisation');
  await page.screenshot({ path: `${SHOTS}/organisation-requests-1280-light.png`, fullPage: true });
  await at.visit(page, `/clients/${onboarded.environment}~${onboarded.client}/show/history`);
  await history.getByText('What changed: client credential').first().waitFor();
  await tab('Keys').click();
  await keys.getByRole('button', { name: 'Issue a key' }).waitFor();
  await accessible(page, 'the keys of a client');
  await page.screenshot({ path: `${SHOTS}/client-keys-1280-light.png`, fullPage: true });
  expect(at.complaints).toEqual([]);
  await at.leave(page);
});

it('rings for a notice, which is read once it was opened, and shows whether a webhook received it', async () => {
  const priya = await openToday('Priya Nair', 320);
  const bell = priya.getByRole('button', { name: /^Notices/ });
  await bell.waitFor();
  const [notice, webhook] = [randomUUID(), randomUUID()];
  await stack.sql.query(
    `INSERT INTO notice (id, kind, title, body, what_to_do, path, ods_codes, created_at, addressed_at)
     VALUES ($1, 'alarm', 'The certificate of R69 ends tomorrow', 'Calls will fail.', 'Replace it today.', '/jobs', '{R69}', now(), now())`,
    [notice],
  );
  await stack.sql.query(
    `INSERT INTO notice_webhook (id, url, kinds, secret_sealed, created_by, created_at)
     VALUES ($1, 'https://hooks.example/', '{alarm}', '\\x00', 'test', now())`,
    [webhook],
  );
  await stack.sql.query(
    `INSERT INTO notice_delivery (id, notice_id, webhook_id, state, attempts, cause, due_at, ended_at)
     VALUES (gen_random_uuid(), $1, $2, 'failed', 10, 'the receiver answered 500', now(), now())`,
    [notice, webhook],
  );
  await priya.reload();
  const unread = priya.getByRole('button', { name: /^Notices: \d+ unread/ });
  await unread.waitFor();
  await priya
    .getByRole('status')
    .filter({ hasText: /^\d+ unread notices?$/ })
    .waitFor();
  await unread.focus();
  await priya.keyboard.press('Enter');
  const title = 'The certificate of R69 ends tomorrow';
  const panel = priya.getByRole('dialog', { name: 'Unread notices' });
  await panel.getByRole('link', { name: title }).waitFor();
  await accessible(priya, 'the bell');
  await priya.screenshot({ path: `${SHOTS}/bell-320-light.png` });
  await panel.getByRole('link', { name: title }).click();
  await priya.getByText('Replace it today.').waitFor();
  await priya.getByText('the receiver answered 500').waitFor();
  await accessible(priya, 'a notice');
  await priya.screenshot({ path: `${SHOTS}/notice-320-light.png`, fullPage: true });
  await until('it is marked as read', async () => {
    const { rows } = await stack.sql.query('SELECT 1 FROM notice_read WHERE notice_id = $1', [notice]);
    return rows.length === 1;
  });
  await priya.setViewportSize({ width: 1280, height: 900 });
  await at.visit(priya, '/notices');
  await priya.getByRole('row', { name: title }).getByText('Read', { exact: true }).waitFor();
  await at.visit(priya, `/webhooks/${webhook}/show`);
  await priya.getByText('the receiver answered 500').waitFor();
  await accessible(priya, 'a webhook');
  await decide(priya, 'Try again', 'the receiver is back');
  await priya.getByText('A worker tries again within seconds.').waitFor();
  await decide(priya, 'Send a test', 'to see whether it works');
  await priya.getByText('The test is on its way.', { exact: false }).waitFor();
  await priya.getByText('Test of a webhook').waitFor();
  await decide(priya, 'Replace the secret', 'it is a year old');
  await priya.getByRole('button', { name: 'I have saved it' }).click();
  await priya.getByText('signed with both the old and the new secret until', { exact: false }).waitFor();
  await priya.screenshot({ path: `${SHOTS}/webhook-1280-light.png`, fullPage: true });
  await decide(priya, 'End the old secret', 'the receiver has the new one');
  await priya.getByText('The old secret has ended.').waitFor();
  await at.leave(priya);
});

it('lets a person choose when each kind of notice comes by email', async () => {
  const priya = await at.as('Priya Nair', 390);
  await at.visit(priya, '/notice-choices');
  const alarms = priya.getByRole('group', { name: 'Alarms' });
  const kept = async () => {
    const { rows } = await stack.sql.query("SELECT email, daily FROM notice_choice WHERE kind = 'alarm'");
    return rows;
  };
  const isChosen = (name: string) => alarms.getByRole('radio', { name, checked: true }).waitFor();
  await isChosen('At once');
  for (const [when, saved, row] of [
    ['Never', 'You receive no email for these notices.', { email: false, daily: false }],
    ['At once', 'You receive an email for each of these notices at once.', { email: true, daily: false }],
    ['Daily digest', 'You receive these notices in one email a day', { email: true, daily: true }],
  ] as const) {
    // Not `check`, which expects the new choice at once: it shows when it is saved.
    await alarms.getByRole('radio', { name: when }).click();
    await isChosen(when);
    await alarms
      .getByRole('status')
      .filter({ hasText: `Saved. ${saved}` })
      .waitFor();
    expect(await kept()).toEqual([row]);
  }
  await accessible(priya, 'the choice of emails');
  await priya.screenshot({ path: `${SHOTS}/notice-choices-390-light.png`, fullPage: true });
  await priya.setViewportSize({ width: 1280, height: 900 });
  await priya.reload();
  await isChosen('Daily digest');
  await priya.screenshot({ path: `${SHOTS}/notice-choices-1280-light.png`, fullPage: true });
  await at.leave(priya);
});

it('explains in words how a request would be decided', async () => {
  const page = await at.as('Priya Nair');
  const { client, environment } = onboarded;
  await at.visit(page, `/clients/${encodeURIComponent(`${environment}~${client}`)}/show`);
  await page.getByRole('link', { name: 'Explain a request', exact: true }).last().click();
  // The page knows whose request it is, and what the registry holds is offered.
  await page.getByRole('heading', { level: 1, name: 'Explain a request' }).waitFor();
  expect(await page.getByLabel('Client').inputValue()).toBe(client);
  expect(await page.getByLabel('Environment').inputValue()).toBe(environment);
  await page.getByLabel('Organisation').fill('r6');
  await page.locator('datalist option[value="R69"]').waitFor({ state: 'attached' });
  await page.getByLabel('Organisation').fill('');
  for (const [path, verdict, fact] of [
    ['/FHIR/STU3/CodeSystem/SPECIALTY', 'Gatehouse would allow this request.', onboarded.asid],
    ['/FHIR/STU3/nowhere', /^Gatehouse would reject this request with GW_/, 'What to do'],
  ] as const) {
    await page.getByLabel('Path').fill(path);
    await page.getByRole('button', { name: 'Explain', exact: true }).click();
    const explanation = page.getByRole('region', { name: 'Explanation' });
    await explanation.getByText(verdict).waitFor();
    await explanation.getByText(fact).waitFor();
  }
  await accessible(page, 'an explanation');
  await page.screenshot({ path: `${SHOTS}/explanation-1280-light.png`, fullPage: true });
  await at.leave(page);
});

it('checks a client assertion, whose text never becomes part of an address', async () => {
  const priya = await at.as('Priya Nair', 390);
  const addresses: string[] = [];
  priya.on('request', (request) => addresses.push(request.url()));
  await at.visit(priya, `/applications/${applicationId}/show`);
  await priya.getByRole('link', { name: 'Check an assertion' }).last().click();
  await priya.getByRole('button', { name: 'Check' }).click();
  await priya.getByText('Enter the client assertion').waitFor();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = part({ iss: 'key-1', sub: 'key-1', jti: 7, exp: 1 });
  await priya
    .getByLabel('Client assertion')
    .fill(`${part({ alg: 'RS512', typ: 'JWT', kid: 'k' })}.${claims}.AAAA`);
  await priya.getByRole('button', { name: 'Check' }).click();
  await priya.getByText('API Management would answer 400 invalid_request').waitFor();
  await priya.getByText('jti in the claims').waitFor();
  await accessible(priya, 'findings on an assertion');
  await priya.screenshot({ path: `${SHOTS}/check-assertion-390-light.png`, fullPage: true });
  expect(addresses.join()).not.toContain(claims);
  await at.leave(priya);
});

it('retires a signing key only with the approval of a second person', async () => {
  const priya = await at.as('Priya Nair');
  await at.visit(priya, '/signing-keys');
  await decide(priya, 'Retire', 'it is old');
  await priya.getByText('A second person must approve').waitFor();
  const stateOf = async () =>
    (await stack.sql.query<{ state: string }>('SELECT state FROM signing_key')).rows.map(
      ({ state }) => state,
    );
  expect(await stateOf()).toEqual(['ACTIVE']);
  await at.visit(priya, '/changes');
  await priya.getByRole('link', { name: /^Signing key .* would be retired/ }).click();
  await priya.getByText('RETIRING').waitFor();
  // A sentence describes the change and links to its record, whose page shows the change, too.
  await priya
    .getByText(
      /^Signing key .* of ReferWell \(application-restricted, provider\) of .* \(R69\) in local would be retired\.$/,
    )
    .waitFor();
  const main = priya.getByRole('main');
  expect(await main.innerText()).not.toContain(applicationId);
  await accessible(priya, 'change');
  await priya.screenshot({ path: `${SHOTS}/change-1280-light.png`, fullPage: true });
  const request = new URL(priya.url()).pathname;
  await main
    .getByRole('link', { name: /ReferWell - Local/ })
    .first()
    .click();
  await priya.getByText('Waiting for approval:').waitFor();
  await accessible(priya, 'an application with a pending change');
  await priya.screenshot({ path: `${SHOTS}/application-pending-1280-light.png`, fullPage: true });
  await at.visit(priya, '/signing-keys');
  await decide(priya, 'Retire', 'once more');
  await priya.getByRole('dialog').getByText('This change is already waiting for approval.').waitFor();
  await at.visit(priya, request);
  await priya.getByText('You requested this change, so a colleague').waitFor();
  await priya.getByRole('button', { name: 'Withdraw' }).waitFor();
  expect(await priya.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  const omar = await at.as('Omar Haddad');
  await at.visit(omar, request);
  await omar.getByText('Your roles do not let you decide this change.').waitFor();
  for (const name of ['Approve', 'Reject', 'Withdraw'])
    expect(await omar.getByRole('button', { name }).count()).toBe(0);
  await omar.getByRole('menuitem', { name: 'Signing keys' }).click();
  await omar.getByText('Waiting for approval:').waitFor();
  await at.visit(omar, `/applications/${applicationId}/show`);
  await omar.getByText('Every step in Gatehouse is done.').waitFor();
  for (const name of ['Ask NHS England now', 'Edit', 'Create a signing key', 'Stop immediately'])
    expect(await omar.getByRole('button', { name }).count()).toBe(0);
  await at.visit(omar, '/import');
  await omar.getByText('You may not open this page').waitFor();
  await at.visit(omar, '/message-set?name=everything');
  expect(await omar.getByRole('checkbox', { name: 'A004' }).isDisabled()).toBe(true);
  expect(await omar.getByRole('button', { name: 'Save the message set' }).count()).toBe(0);
  await at.leave(omar);
  const gita = await at.as('Gita Rao', 390);
  await at.visit(gita, request);
  await gita.screenshot({ path: `${SHOTS}/change-390-light.png`, fullPage: true });
  await decide(gita, 'Approve', 'agreed with the platform team');
  await gita.getByText('Change approved and made.').waitFor();
  expect(await stateOf()).toEqual(['RETIRING']);
  expect(at.complaints).toEqual([]);
  await at.leave(gita);
  await at.leave(priya);
});

it('lets one person decide in an environment once two agree, and asks for two again at once', async () => {
  const [gita, grace] = [await at.as('Gita Rao'), await at.as('Grace Obi')];
  await at.visit(gita, '/environments');
  await gita.getByRole('cell', { name: 'Need a second person' }).waitFor();
  await decide(gita, 'Let one person decide', 'a rehearsal');
  await gita.getByText('A second person must approve').waitFor();
  await gita.screenshot({ path: `${SHOTS}/environments-1280-light.png`, fullPage: true });
  await at.visit(grace, '/changes');
  await grace
    .getByRole('link', { name: /^Changes that matter in local would no longer need a second person/ })
    .click();
  await decide(grace, 'Approve', 'for this rehearsal');
  await grace.getByText('Change approved and made.').waitFor();
  await at.visit(gita, '/environments');
  await gita.getByRole('cell', { name: 'Need one person' }).waitFor();
  await decide(gita, 'Require a second person', 'the rehearsal is over');
  await gita.getByRole('cell', { name: 'Need a second person' }).waitFor();
  await at.leave(gita);
  await at.leave(grace);
});

const refusedRequest = () =>
  fetch(`${stack.gateway.partner}/FHIR/STU3/ReferralRequest/000000070000`, {
    headers: { Authorization: `Bearer ${onboarded.clientKey}`, 'Gatehouse-Product': 'Another' },
  });

/** e-RS knows no such referral. */
const failedRequest = () =>
  fetch(`${stack.gateway.partner}/FHIR/STU3/ReferralRequest/000000099999`, {
    headers: { Authorization: `Bearer ${onboarded.clientKey}` },
  });

const OF_PRIYA = `ended_at IS NULL AND staff_id IN (SELECT id FROM staff WHERE name = 'Priya Nair')`;

/** The page whose clock the tests move. */
let timedPage: Page | undefined;
async function timed(): Promise<Page> {
  if (timedPage !== undefined) return timedPage;
  timedPage = await open();
  await timedPage.clock.install();
  return timedPage;
}

it('warns two minutes before a session ends, and lets the person keep it', async () => {
  const page = await timed();
  await console.openToday(page, origin, 'Priya Nair');
  const idleFor = (minutes: number, seconds: number) =>
    stack.sql.query(
      `UPDATE staff_session SET last_seen_at = now() - make_interval(mins => $1, secs => $2) WHERE ${OF_PRIYA}`,
      [minutes, seconds],
    );
  const dialog = page.getByRole('alertdialog', { name: 'Your session is about to end' });
  await page.getByRole('heading', { name: 'Requests by hour' }).waitFor();
  await page.waitForLoadState('networkidle');
  const asked: Request[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/')) asked.push(request);
  });
  const again = (path: string) => asked.filter((request) => request.url().includes(`/api/v1/${path}`));
  // Nothing that an open page reads by itself extends it: neither Today, nor the bell, nor the end of the session.
  await idleFor(12, 0);
  await page.clock.fastForward('13:00');
  await page.clock.runFor(1_000);
  expect(await dialog.count()).toBe(0);
  for (const path of ['dashboard', 'changes', 'sro-outlook', 'waiting', 'own-notices', 'session'])
    await until(`${path} is read again`, () => again(path).length > 0);
  expect(asked.filter((request) => request.headers()['gatehouse-poll'] === undefined)).toEqual([]);
  await idleFor(13, 30);
  await page.clock.fastForward('01:30');
  await dialog.waitFor();
  await accessible(page, 'the warning before a session ends');
  await page.screenshot({ path: `${SHOTS}/session-warning-1280-light.png` });
  await page.keyboard.press('Escape');
  expect(await dialog.isVisible()).toBe(true);
  await dialog.getByRole('button', { name: 'Stay signed in' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^As of [0-9:]+\. Paused\.$/).waitFor();
  asked.length = 0;
  await page.clock.fastForward('05:00');
  await page.clock.runFor(1_000);
  await until('the menu counts again', () => again('waiting').length > 0);
  expect(again('dashboard')).toEqual([]);
  await page.getByRole('button', { name: 'Resume' }).click();
  await until('Today is read again', () => again('dashboard').length > 0);
  const { rows } = await stack.sql.query<{ ms: number }>(
    `SELECT extract(epoch FROM now() - max(last_seen_at)) * 1000 AS ms FROM staff_session WHERE ${OF_PRIYA}`,
  );
  expect(Number(rows[0]?.ms)).toBeLessThan(60_000);

  await page.getByRole('button', { name: 'Full screen' }).click();
  await page.getByRole('menu').waitFor({ state: 'hidden' });
  await page.screenshot({ path: `${SHOTS}/today-full-screen-1280-light.png` });
  await page.getByRole('button', { name: 'Leave full screen' }).click();
  await page.getByRole('menu').waitFor();

  // Figures, organisations and bars lead to the requests that they count.
  await page.screenshot({ path: `${SHOTS}/today-1280-light.png`, fullPage: true });
  const bar = page.getByRole('img', { name: /^Requests by hour/ });
  await page.getByText('Show as a table').first().click();
  for (const [figure, outcome] of [
    [page.getByRole('rowheader', { name: /\(R69\)$/ }).getByRole('link'), 'Failed'],
    [page.getByRole('link', { name: /: rejected$/ }), 'Rejected'],
    [page.getByRole('link', { name: /^\d+ Failed, / }).first(), 'Failed'],
    [bar.locator('.recharts-bar-rectangle path').last(), 'Failed'],
  ] as const) {
    await figure.click();
    await page.getByRole('heading', { level: 1, name: 'Audit trail' }).waitFor();
    await page.getByRole('table').getByText(outcome).first().waitFor();
    await page.goBack();
    await bar.waitFor();
    await page.getByText('Show as a table').first().click();
  }
});

it('says of a session of almost eight hours that it can’t be extended', async () => {
  const page = await timed();
  await console.openToday(page, origin, 'Priya Nair');
  await stack.sql.query(
    `UPDATE staff_session SET expires_at = now() + interval '90 seconds' WHERE ${OF_PRIYA}`,
  );
  await page.clock.fastForward('13:00');
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Stay signed in' }).click();
  await dialog.getByText('A session lasts at most 8 hours').waitFor();
  await dialog.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
});

it('shows the story of a refused request, and what to do about it', async () => {
  await refusedRequest();
  const page = await openToday('Omar Haddad');
  // Today names the client, and leads to its rejected requests.
  await page
    .getByRole('link', { name: `rejected of ${onboarded.client} in ${onboarded.environment}` })
    .click();
  await page.getByRole('heading', { level: 1, name: 'Audit trail' }).waitFor();
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('heading', { name: /^Rejected: GW_/ }).waitFor();
  await page.getByText('The audit chain is intact').waitFor();
  const names = namesOf('R69', onboarded.client, onboarded.environment);
  expect(await namesWithoutLink(page, names)).toEqual([]);
  await page.getByRole('button', { name: 'Explain the decision' }).click();
  await page.getByText('every step is decided as it was recorded').waitFor();
  await accessible(page, 'story');
  await page.screenshot({ path: `${SHOTS}/request-1280-light.png`, fullPage: true });
  await at.leave(page);
});

it('moves through the lines of the audit trail by keyboard, and follows it live', async () => {
  await refusedRequest();
  await refusedRequest();
  const page = await at.as('Omar Haddad');
  const marks: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/audit/follow')) marks.push(request.headers()['gatehouse-poll']);
  });
  await at.visit(page, '/audit');
  const lines = page
    .getByRole('group', { name: 'Lines of the audit trail' })
    .locator('a[href*="/requests/"]');
  const hasFocus = (line: number) => lines.nth(line).and(page.locator(':focus')).waitFor();
  const preview = page.getByRole('region', { name: 'Preview' });
  await lines.first().focus();
  await page.keyboard.press('ArrowDown');
  await preview.getByRole('status').filter({ hasText: 'Rejected with status' }).waitFor();
  await preview.getByRole('table', { name: 'Stages of the request' }).waitFor();
  await hasFocus(1);
  await accessible(page, 'a preview');
  await page.screenshot({ path: `${SHOTS}/audit-preview-1280-light.png` });
  await page.keyboard.press('Escape');
  await preview.waitFor({ state: 'detached' });
  await hasFocus(1);
  await page.keyboard.press('ArrowUp');
  await preview.waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Rejected: GW_/ }).waitFor();
  await page.goBack();
  await lines.first().focus();
  await page.keyboard.press('ArrowDown');
  await preview.getByRole('button', { name: 'More like this' }).click();
  await page.waitForURL(/code.*GW_/);
  await preview.waitFor({ state: 'detached' });

  await at.visit(page, '/audit');
  await page.getByRole('button', { name: 'Live view', exact: true }).click();
  const live = page.getByRole('region', { name: 'Live view' });
  await live.getByText(/^As of .*, London time\.$/).waitFor();
  await until('the view has begun', async () => {
    await refusedRequest();
    return (await live.locator('a[href*="/requests/"]').count()) > 0;
  });
  await accessible(page, 'a live view');
  await page.screenshot({ path: `${SHOTS}/audit-live-1280-light.png` });
  await live.getByRole('button', { name: 'Pause' }).click();
  await refusedRequest();
  await live.getByText(/Paused: \d+ newer records?\.$/).waitFor();
  await live.getByRole('button', { name: 'Resume' }).click();
  await live.getByRole('button', { name: 'Close the live view' }).click();
  await live.waitFor({ state: 'detached' });
  expect(marks).toEqual(['1']);
  expect(at.complaints).toEqual([]);
  await at.leave(page);
});

it('shows figures without names on a wall, until an administrator revokes the link', async () => {
  const ada = await openToday('Ada Clarke');
  await ada.getByText(/^\d+ replicas? of Gatehouse [0-9.]+ runs?, and /).waitFor();
  await ada.getByText('No API token ends within 14 days, and there is no wall link.').waitFor();
  await ada.screenshot({ path: `${SHOTS}/today-administrator-1280-light.png`, fullPage: true });
  await at.visit(ada, '/admin-tokens');
  await ada.getByRole('button', { name: 'Create a wall link' }).click();
  await ada.getByRole('dialog').getByLabel('Label').fill('Operations room');
  await ada.getByRole('dialog').getByRole('button', { name: 'Create a wall link' }).click();
  const url = await ada.getByRole('textbox', { name: 'Link' }).inputValue();
  await ada.getByRole('button', { name: 'I have saved it' }).click();
  await ada.getByRole('dialog').waitFor({ state: 'detached' });

  const screen = await timed();
  const asked: Request[] = [];
  screen.on('request', (request) => asked.push(request));
  await screen.goto(url);
  await screen.getByRole('heading', { name: 'Failed' }).waitFor();
  await screen.getByRole('img', { name: /^Requests by hour: Completed \d+, Rejected [1-9]/ }).waitFor();
  const text = await screen.locator('body').innerText();
  for (const name of ['R69', 'Ada', 'Operations room', onboarded.client]) expect(text).not.toContain(name);
  const secret = new URL(url).hash.slice(1);
  for (const request of asked) expect(request.url()).not.toContain(secret.slice(-20));
  for (const width of [320, 390, 640, 1280]) {
    await screen.setViewportSize({ width, height: 900 });
    const fits = () => screen.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth');
    await until(`the wall fits ${width} pixels`, fits);
    if (width !== 640) await accessible(screen, `the wall, ${width}`);
    await screen.screenshot({ path: `${SHOTS}/wall-${width}-light.png`, fullPage: true });
  }
  const reads = () => asked.filter((request) => request.url().endsWith('/api/v1/wall')).length;
  await screen.getByRole('button', { name: 'Pause' }).click();
  await screen.getByText(/^As of [0-9:]+\. Paused\.$/).waitFor();
  const before = reads();
  await screen.clock.fastForward('02:00');
  expect(reads()).toBe(before);
  await screen.getByRole('button', { name: 'Resume' }).click();
  await until('the wall is read again', () => reads() > before);

  await ada
    .getByRole('row', { name: /Operations room/ })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await ada.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await ada.getByText('Token revoked.').waitFor();
  await screen.clock.fastForward('00:31');
  await screen.getByText(/^This link does not work/).waitFor();
  expect(await screen.getByRole('heading', { name: 'Failed' }).count()).toBe(0);
  const after = reads();
  await screen.clock.fastForward('05:00');
  expect(reads()).toBe(after);
  expect(at.complaints).toEqual([]);
  await at.leave(ada);
});

describe('what each role is shown', () => {
  it.each([
    ['Priya Nair', ['Organisations', 'Approvals'], ['Staff'], 4],
    [
      'Ada Clarke',
      ['Staff', 'My sessions', 'State of the trail'],
      ['Organisations', 'Audit', 'Approvals'],
      3,
    ],
  ] as const)('%s', async (person, visible, hidden, groups) => {
    const page = await openToday(person);
    for (const name of visible) await page.getByRole('menuitem', { name }).waitFor();
    for (const name of hidden) expect(await page.getByRole('menuitem', { name }).count()).toBe(0);
    expect(await page.getByRole('menu').getByRole('group').count()).toBe(groups);
    await at.leave(page);
  });
});

it('suspends an organisation, and the next request is refused within a second', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, '/organisations/R69/show');
  await page.getByRole('button', { name: 'Stop immediately' }).click();
  await page.getByText(/^[0-9]+ requests? in the last 7 days would have been rejected\.$/).waitFor();
  await page.screenshot({ path: `${SHOTS}/stop-at-stake-1280-light.png` });
  await page.getByRole('button', { name: 'Cancel' }).click();
  const stopped = page.waitForResponse((response) => response.url().endsWith('/emergency-stops'));
  await decide(page, 'Stop immediately', 'odd traffic');
  expect((await stopped).status()).toBe(200);
  const { rows } = await stack.sql.query<{ state: string }>(
    "SELECT state FROM organisation WHERE ods_code = 'R69'",
  );
  expect(rows).toEqual([{ state: 'suspended' }]);
  const since = Date.now();
  const lateMs = watchMachine(...stack.gateways.map(({ child }) => child.pid));
  await stack.settled();
  expect(Date.now() - since).toBeLessThan(1_000 + lateMs());
  const gita = await at.as('Gita Rao');
  await at.visit(gita, '/emergency-stops');
  await decide(gita, 'Lift the stop', 'looked at it');
  await gita.getByText('A second person must approve').waitFor();
  await at.leave(gita);
  // The person who made the stop may lift it alone soon after.
  await at.visit(page, '/emergency-stops');
  await decide(page, 'Lift the stop', 'it was a slip');
  await page.getByText('Stop lifted.').waitFor();
  await at.leave(page);
});

it('says on its page that an application or a client is stopped, and lifts the stop there', async () => {
  const page = await at.as('Priya Nair');
  const client = `${onboarded.environment}~${onboarded.client}`;
  for (const [path, kind] of [
    [`applications/${applicationId}`, 'application'],
    [`clients/${encodeURIComponent(client)}`, 'client'],
  ] as const) {
    await at.visit(page, `/${path}/show`);
    await decide(page, 'Stop immediately', `odd traffic of this ${kind}`);
    await page.getByText(`stopped this ${kind}`).waitFor();
    await page.getByText(`: odd traffic of this ${kind}`).first().waitFor();
    await accessible(page, `a stopped ${kind}`);
    if (kind === 'application') {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByRole('dialog').getByLabel('ASID', { exact: true }).waitFor();
      expect(await page.getByRole('dialog').getByLabel('State').count()).toBe(0);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await decide(page, 'Lift the stop', 'it was a slip');
    await page.getByText(`stopped this ${kind}`).waitFor({ state: 'detached' });
  }
  await stack.settled();
  await at.leave(page);
});

it('plans ASIDs for every combination, and exports the missing ones as a file for the import', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, '/asid-plan');
  await page.getByRole('button', { name: '1 present' }).waitFor();
  await page.getByRole('combobox', { name: 'Plan for' }).click();
  await page.getByRole('option', { name: 'Every combination' }).click();
  await page.getByRole('textbox', { name: 'ODS codes' }).fill('r69');
  await page.getByRole('combobox', { name: 'Environments' }).click();
  await page.getByRole('option', { name: 'local' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: '3 in total' }).waitFor();
  await page.getByRole('button', { name: /^[0-9] missing/ }).click();
  await page.getByText('ReferWell - Local - User-Restricted').waitFor();
  await accessible(page, 'ASID plan');
  await page.screenshot({ path: `${SHOTS}/asid-plan-missing-1280-light.png`, fullPage: true });
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download missing applications to import' }).click();
  const file = readFileSync(await (await saved).path(), 'utf8');
  expect(file).toContain('R69,,ReferWell,local,user-restricted,,,,,draft\r\n');
  await at.leave(page);
});

it('imports a spreadsheet: faults by line, a draft immediately, a live application only with a colleague', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, '/import');
  const preview = async (...rows: string[]) => {
    const heading =
      'organisation_ods_code,product,environment,access_mode,capability,asid,api_key,message_sets,state';
    await page.getByRole('textbox', { name: 'Or paste the rows here' }).fill([heading, ...rows].join('\n'));
    await page.getByRole('button', { name: 'Preview' }).click();
  };
  const row = 'R69,ReferWell,local,application-restricted,referrer';
  await preview(`${row},2454,,,draft`, `ZZZ,ReferWell,local,user-restricted,,,,,draft`);
  // What the file shows and what only the gateway knows are reported together.
  await page.getByText('The file has 2 errors in 2 lines. Nothing was changed.').waitFor();
  await page.getByText('Line 2, asid: this cell has 4 digits and must have 12').waitFor();
  await page.getByText(/^Line 3, organisation_ods_code: /).waitFor();
  await accessible(page, 'import with faults');
  await page.screenshot({ path: `${SHOTS}/import-faults-1280-light.png`, fullPage: true });
  await preview(`${row},,,,draft`);
  await page.getByText('Lines: 1 to create, 0 to change').waitFor();
  await page.screenshot({ path: `${SHOTS}/import-preview-1280-light.png`, fullPage: true });
  await accessible(page, 'import preview');
  await page.getByRole('button', { name: 'Apply these changes' }).click();
  await page.getByText(/^Applied 1 changes?/).waitFor();
  await preview(`${row},200000009999,anotherKey0123456789,everything,live`);
  await page.getByText(/^Lines: 0 to create, 1 to change, .* 1 application goes live\.$/).waitFor();
  await page.getByRole('button', { name: 'Apply these changes' }).click();
  await page.getByText('A second person must approve').waitFor();
  await page.screenshot({ path: `${SHOTS}/import-pending-1280-light.png`, fullPage: true });
  const { rows } = await stack.sql.query("SELECT state FROM application WHERE capability = 'referrer'");
  expect(rows).toEqual([{ state: 'draft' }]);
  await at.leave(page);
});

it('asks the second of two editors to look again, and accepts the change once they have', async () => {
  const [first, second] = [await at.as('Priya Nair'), await at.as('Priya Nair')];
  for (const page of [first, second]) {
    await at.visit(page, '/organisations/R69/show');
    await page.getByRole('button', { name: 'Edit' }).click();
  }
  const rename = async (page: Page, name: string): Promise<void> => {
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Edit' }).click();
  };
  await accessible(second, 'edit dialog');
  await second.screenshot({ path: `${SHOTS}/edit-1280-light.png` });
  await rename(first, 'First Trust');
  await first.getByRole('heading', { level: 1, name: 'First Trust' }).waitFor();
  await rename(second, 'Second Trust');
  await second.getByText('Somebody has changed organisation R69').waitFor();
  await second.screenshot({ path: `${SHOTS}/edit-overtaken-1280-light.png` });
  await second.getByRole('button', { name: 'Reload' }).click();
  await second.getByRole('heading', { level: 1, name: 'First Trust' }).waitFor();
  await second.getByRole('button', { name: 'Edit' }).click();
  await rename(second, 'Second Trust');
  await second.getByRole('heading', { level: 1, name: 'Second Trust' }).waitFor();
  await at.leave(first);
  await at.leave(second);
});

it('checks a form in the browser, explains every fault, and moves the focus to their summary', async () => {
  const page = await at.as('Gita Rao');
  await at.visit(page, '/sro-appointments');
  const sent: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  await fillIn(page, 'Appoint an SRO', { Email: 'sam at quay', 'Spine user id': '12' });
  const dialog = page.getByRole('dialog');
  for (const fault of ['Enter the ODS code', 'Enter the name', 'Enter the job title'])
    await dialog.getByRole('paragraph').filter({ hasText: fault }).waitFor();
  expect(await dialog.getByLabel('Email').getAttribute('aria-invalid')).toBe('true');
  expect(await dialog.getByLabel('Spine user id').getAttribute('aria-invalid')).toBe('true');
  expect(await dialog.getByLabel('Grace period').getAttribute('aria-invalid')).toBe('false');
  expect(await dialog.innerText()).not.toMatch(/invalid|expected|regex|undefined/i);
  const summary = dialog.getByRole('alert').and(page.locator(':focus'));
  await summary.getByText('There is a problem').waitFor();
  expect(await summary.getByRole('button').allInnerTexts()).toEqual([
    'Enter the ODS code',
    'Enter the environments',
    'Enter the name',
    'Email: This is not an email address',
    'Enter the job title',
    'Spine user id: A Spine user id has exactly 12 digits',
    'Enter the CIO who authorised the appointment',
    'Enter the reference of the authority',
    'Enter the date of the authority',
    'Choose the authority document',
  ]);
  await page.screenshot({ path: `${SHOTS}/form-faults-summary-1280-light.png` });
  await summary.getByRole('button', { name: 'Enter the job title' }).click();
  await page.locator('[name="jobTitle"]:focus').waitFor();
  expect(sent).toEqual([]);
  await accessible(page, 'a form with faults');
  await page.screenshot({ path: `${SHOTS}/form-faults-1280-light.png` });
  await page.setViewportSize({ width: 390, height: 900 });
  await page.screenshot({ path: `${SHOTS}/form-faults-390-light.png` });
  await at.leave(page);
});

it('marks the faults of every other form, those that only the gateway finds among them', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, '/clients');
  await page.getByRole('button', { name: 'Create a client' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await dialog.getByText('Enter the client').waitFor();
  await page.locator('[aria-invalid="true"]:focus').waitFor();
  for (const [label, value] of [
    ['Client', 'quay-sync'],
    ['Environment', 'local'],
    ['ODS code', 'R69'],
    ['Product', 'No such product'],
  ] as const)
    await dialog.getByLabel(label, { exact: false }).first().fill(value);
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await dialog.getByRole('alert').waitFor();
  expect(await dialog.getByLabel('Product').getAttribute('aria-invalid')).toBe('true');
  expect(await dialog.getByLabel('ODS code').getAttribute('aria-invalid')).toBe('false');
  await accessible(page, 'a grant with faults');
  await dialog.getByLabel('Reason').fill('as the patient 943 476 5919 asked');
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await dialog.getByText('Leave the NHS number out: reasons are kept in clear').waitFor();

  // What exists already is not replaced by a form for something new.
  await dialog.getByLabel('Client').fill(onboarded.client);
  await dialog.getByLabel('Reason').fill('');
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await dialog
    .getByText('There is a client with this name already: add the grant on its page')
    .first()
    .waitFor();
  expect(await dialog.getByLabel('Client').getAttribute('aria-invalid')).toBe('true');
  await at.visit(page, '/message-set');
  await page.getByLabel('Name').fill('everything');
  await page.getByRole('checkbox', { name: 'A004' }).check();
  await page.getByRole('button', { name: 'Save the message set' }).click();
  await page.getByText('There is a message set with this name already').first().waitFor();

  // The choice of interactions is not saved, so the console asks before it is lost.
  page.once('dialog', (question) => void question.accept());
  await page.getByRole('menuitem', { name: 'Explain a request' }).click();
  await page.getByLabel('Client').fill('no-such-client');
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await page.getByRole('alert').getByRole('button', { name: 'Enter the environment' }).click();
  await page.locator('[name="environment"]:focus').waitFor();

  await page.getByRole('menuitem', { name: 'ASID plan' }).click();
  await page.getByLabel('ODS codes').fill('R69, not-a-code');
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByText('An ODS code has 1 to 10 capital letters and digits').waitFor();
  await page.locator('#organisations:focus').waitFor();
  await at.leave(page);
});

it('reports a change only if there was one, and removes an optional value', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, `/applications/${applicationId}/show`);
  const dialog = page.getByRole('dialog');
  const edit = async (value: string): Promise<void> => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await dialog.getByLabel('APIM application id').fill(value);
    await dialog.getByRole('button', { name: 'Edit', exact: true }).click();
  };
  const field = page
    .getByRole('term')
    .filter({ hasText: /^APIM application id$/ })
    .locator('xpath=following-sibling::dd');
  await edit('apim-of-r69');
  await dialog.waitFor({ state: 'detached' });
  await field.filter({ hasText: 'apim-of-r69' }).first().waitFor();
  await edit('apim-of-r69');
  await dialog.getByText('You have not changed anything.').waitFor();
  await page.keyboard.press('Escape');
  await edit('');
  await dialog.waitFor({ state: 'detached' });
  await field.filter({ hasText: /^–$/ }).first().waitFor();
  expect(at.complaints).toEqual([]);
  await at.leave(page);
});

it('finds an application from any page, and never sends an NHS number', async () => {
  const page = await openToday('Priya Nair');
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url()));
  const find = async (text: string): Promise<void> => {
    const field = page.getByRole('banner').getByRole('searchbox', { name: 'Search' });
    await field.fill(text);
    await field.press('Enter');
  };
  await find(onboarded.asid);
  await page.getByText('1 result.').waitFor();
  await page.screenshot({ path: `${SHOTS}/search-found-1280-light.png` });
  expect(sent.some((url) => url.endsWith(`/search?q=${onboarded.asid}`))).toBe(true);
  // The second one has a mistyped digit.
  for (const nhsNumber of ['943 476 5919', '943 476 5918']) {
    await find(nhsNumber);
    await page.getByText('This reads as an NHS number').waitFor();
    const field = page.locator('main [type="search"][aria-invalid="true"]');
    await until('what was typed is kept', async () => (await field.inputValue()) === nhsNumber);
  }
  await accessible(page, 'search');
  expect(sent.filter((url) => url.includes('943') || page.url().includes('943'))).toEqual([]);
  await find(onboarded.asid);
  await page.getByRole('main').getByRole('link').last().click();
  await page.getByRole('heading', { level: 2, name: 'Application' }).waitFor();
  await at.leave(page);
});

it('goes to a page, an action or a record from the keyboard alone, and sends no NHS number or key', async () => {
  const page = await openToday('Priya Nair');
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url()));
  const box = page.getByRole('dialog', { name: 'Go to' }).getByRole('combobox', { name: 'Go to' });
  const type = async (text: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await box.fill(text);
  };
  await page.getByRole('button', { name: 'Go to' }).waitFor();
  await type('jobs');
  await page.getByRole('option', { name: 'Jobs' }).waitFor();
  await accessible(page, 'the palette');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Background jobs' }).waitFor();

  await type('create token');
  await page.getByRole('option', { name: 'Create a token' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Create a token' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  await type('943 476 5919');
  await page.getByText('This reads as an NHS number').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await type(onboarded.clientKey);
  await page.getByText('This holds a secret key').waitFor();
  const [, , keyId = '', secret = ''] = onboarded.clientKey.split('_');
  await box.fill(keyId);
  await page.getByRole('option', { name: onboarded.client }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  for (const never of ['943', secret])
    expect(sent.filter((url) => url.includes(never) || page.url().includes(never))).toEqual([]);

  await type(onboarded.asid);
  await page.getByText('1 result.').waitFor();
  await page.screenshot({ path: `${SHOTS}/palette-1280-light.png` });
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Application' }).waitFor();
  await at.leave(page);
});

it('edits the interactions of a message set: fewer immediately, more only with a colleague', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, '/message-sets');
  await page.getByRole('link', { name: 'everything' }).click();
  const save = page.getByRole('button', { name: 'Save the message set' });
  const choice = page.getByRole('checkbox', { name: 'A044' });
  await choice.uncheck();
  await page.getByText('Adds nothing. Removes A044.').waitFor();
  await save.click();
  await page.getByText(/^Applied 1 change/).waitFor();
  await choice.check();
  await page.getByText('Adds A044. Removes nothing.').waitFor();
  await save.click();
  await page.getByText('must approve a wider message set').waitFor();
  await page.reload();
  await page.getByText('Waiting for approval:').waitFor();
  await accessible(page, 'message set');
  await page.screenshot({ path: `${SHOTS}/message-set-saved-1280-light.png`, fullPage: true });
  await at.leave(page);
});

it('sorts a list by the headings of its columns', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, '/organisations');
  for (const order of ['asc', 'desc']) {
    const answered = page.waitForResponse((response) => response.url().includes(`sort=name&order=${order}`));
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    expect((await answered).status()).toBe(200);
  }
  await page.getByRole('link', { name: 'R69' }).waitFor();
  await accessible(page, 'sorted list');
  // A filter that cannot be right is not a failure of the list, and trying again would not help.
  await at.visit(page, `/applications?filter=${encodeURIComponent(JSON.stringify({ asid: '2000' }))}`);
  await page.getByText('Check what you entered. An ASID has exactly 12 digits.').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  expect(await page.getByText('No results').count()).toBe(0);
  // People group the digits.
  const grouped = onboarded.asid.replaceAll(/([0-9]{4})(?=[0-9])/g, '$1 ');
  await page.getByRole('textbox', { name: 'ASID' }).fill(grouped);
  await page
    .getByRole('link', { name: /ReferWell - Local/ })
    .first()
    .waitFor();
  await at.leave(page);
});

it('can be used by keyboard: the first link of the menu is reached and opened', async () => {
  const page = await openToday('Priya Nair');
  // What waits is counted before the word.
  const focused = () => page.evaluate<string>('document.activeElement?.textContent?.trim() ?? ""');
  for (let count = 0; count < 40 && !/^[0-9]*Approvals/.test(await focused()); count += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Approvals' }).waitFor();
  await at.leave(page);
});

it('a form is reached, filled in and left by keyboard, and the focus returns', async () => {
  const page = await at.as('Priya Nair');
  await at.visit(page, '/');
  await page.getByRole('menuitem', { name: 'Applications', exact: true }).click();
  await page.locator(`a[href$="/applications/${applicationId}/show"]`).first().click();
  await page.getByRole('button', { name: 'Stop immediately' }).waitFor();
  const focused = () => page.evaluate('document.activeElement?.textContent?.trim()');
  for (let count = 0; count < 120 && (await focused()) !== 'Stop immediately'; count += 1)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  for (let count = 0; count < 5; count += 1) {
    if ((await page.evaluate('document.activeElement?.getAttribute("name")')) === 'reason') break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('odd traffic');
  expect(await dialog.getByLabel('Reason').inputValue()).toBe('odd traffic');
  // What was entered is not thrown away unasked, by the Escape key or by the Back button.
  const refuse = async (leave: () => Promise<unknown>): Promise<void> => {
    const asked = page.waitForEvent('dialog');
    const left = leave();
    const question = await asked;
    expect(question.message()).toBe('What you have entered is not saved. Discard it?');
    await question.dismiss();
    await left;
  };
  const address = page.url();
  await refuse(() => page.keyboard.press('Escape'));
  await refuse(() => page.evaluate('history.back()'));
  await page.waitForURL(address);
  expect(await dialog.getByLabel('Reason').inputValue()).toBe('odd traffic');
  let isAsked = false;
  page.once('dialog', (question) => {
    isAsked = true;
    void question.accept();
  });
  // Chromium may lose a key that is pressed just after a question of its own.
  await until('it is asked once more', async () => {
    await page.keyboard.press('Escape');
    return isAsked;
  });
  await dialog.waitFor({ state: 'hidden' });
  await until('the focus is back', async () => (await focused()) === 'Stop immediately');
  await at.leave(page);
});

describe('the twenty questions', () => {
  const questions = () =>
    questionsOf({
      ...{ odsCode: 'R69', client: onboarded.client, environment: onboarded.environment },
      ...{ nhsNumber, month: revealedIn },
    });
  const names = { odsCode: '', client: '', environment: '', nhsNumber: '', month: '' };
  const roles = Object.keys(questionsOf(names)) as (keyof ReturnType<typeof questionsOf>)[];

  it('are those of the guide, with their steps', () => {
    const guide = readFileSync('docs/guides/twenty-questions.md', 'utf8');
    const written = Object.fromEntries(
      guide
        .split(/^## /m)
        .slice(1)
        .map((section) => [section.split('\n', 1)[0], rowsOf(section)]),
    );
    const walked = (all: readonly Question[]) => all.map((each) => [each.question, pathOf(each)]);
    expect(written).toEqual(
      Object.fromEntries(Object.entries(questionsOf(names)).map(([role, all]) => [role, walked(all)])),
    );
    expect(Object.values(questionsOf(names)).flat()).toHaveLength(20);
  });

  /** Of a table of Markdown, without its heading. */
  const rowsOf = (section: string): string[][] =>
    section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2)
      .map((line) =>
        line
          .split('|')
          .slice(1, 3)
          .map((cell) => cell.trim()),
      );

  it.each(roles)('are answered in at most three steps: %s', async (role) => {
    await stack.sql.query('UPDATE sro_appointment SET review_due_on = current_date + 20');
    const all: readonly Question[] = questions()[role];
    const page = await openToday(all[0]?.person ?? '');
    for (const { question, steps, sees } of all) {
      expect(steps.length, question).toBeLessThanOrEqual(3);
      await console.follow(page, '/', 'Today');
      for (const step of steps) await take(page, step);
      for (const text of sees)
        await page
          .getByRole('main')
          .getByText(text)
          .first()
          .waitFor({ timeout: 20_000 })
          .catch(() => expect.unreachable(`${question} “${text}” is not shown`));
    }
    expect(at.complaints).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/twenty-questions-${role}.png`, fullPage: true });
    await at.leave(page);
  });
});

it('prints a page without the menu, the bar and its buttons', async () => {
  const page = await at.as('Omar Haddad');
  await at.visit(page, '/patient-search');
  await page.getByRole('textbox', { name: 'NHS number' }).fill(nhsNumber);
  await page.getByRole('textbox', { name: 'Reason' }).fill('subject access request 42');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('heading', { name: 'Who looked', exact: true }).waitFor();
  await page.getByText(/No verified record is missing or was changed\./).waitFor();
  await page.getByRole('cell', { name: onboarded.client }).first().waitFor();
  const staff = page.getByRole('table').filter({ hasText: 'Was shown the identifier' });
  await staff
    .getByRole('row', { name: /Omar Haddad .* Searched subject access request 42/ })
    .first()
    .waitFor();
  await accessible(page, 'the answer to a subject access request');
  await page.screenshot({ path: `${SHOTS}/subject-access-1280-light.png`, fullPage: true });
  await page.emulateMedia({ media: 'print' });
  await page.screenshot({ path: `${SHOTS}/subject-access-print.png`, fullPage: true });
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('table').last().getByRole('link').first().click();
  await page.getByRole('link', { name: 'Evidence pack' }).last().waitFor();
  await page.screenshot({ path: `${SHOTS}/request-evidence-1280-light.png`, fullPage: true });
  await page.getByRole('link', { name: 'Evidence pack' }).last().click();
  await page.waitForURL(/organisation=R69&from=\d{4}-\d\d-\d\d&until=/);
  await at.visit(page, '/register');
  await page.getByText('Patients’ identifiers').waitFor();
  await page.getByText('odd traffic').first().waitFor();
  await page
    .getByRole('row', { name: /Omar Haddad .*complaint 12/ })
    .first()
    .waitFor();
  await page.emulateMedia({ media: 'print' });
  for (const role of ['menu', 'banner', 'button'] as const)
    expect(await page.getByRole(role).count(), role).toBe(0);
  expect(await page.getByText('odd traffic').first().isVisible()).toBe(true);
  await page.screenshot({ path: `${SHOTS}/register-print.png`, fullPage: true });

  await page.emulateMedia({ media: 'screen' });
  await at.visit(page, '/organisations/R69/show');
  await page.getByRole('link', { name: 'Show everything on one page, to print it' }).click();
  const print = page.getByRole('button', { name: 'Print this page' });
  await print.waitFor();
  await accessible(page, 'an organisation with all its parts');
  await page.emulateMedia({ media: 'print' });
  for (const part of ['Organisation', 'Applications', 'Clients', 'Requests', 'Signing keys', 'History'])
    await page.getByRole('heading', { name: part, exact: true }).waitFor();
  for (const hidden of [print, page.getByRole('tab')]) expect(await hidden.count()).toBe(0);
  await page.screenshot({ path: `${SHOTS}/organisation-print.png`, fullPage: true });
  await at.leave(page);
});

it('shows each person what waits for them, what they have requested, and what of theirs ends', async () => {
  const priya = await at.as('Priya Nair');
  await at.visit(priya, '/my-work');
  const requested = priya.getByRole('row').filter({ hasText: 'everything' });
  await requested.filter({ hasText: 'Pending' }).first().waitFor();
  await accessible(priya, 'my work');
  await priya.screenshot({ path: `${SHOTS}/my-work-1280-light.png`, fullPage: true });
  const gita = await at.as('Gita Rao');
  await at.visit(gita, '/my-work');
  await gita.getByRole('menuitem', { name: /^My work ?: \d+ waiting for you$/ }).waitFor();
  await gita.getByRole('link', { name: /^Emergency stops: \d+$/ }).waitFor();
  await gita.getByRole('link', { name: /would/ }).first().waitFor();
  await gita.getByText('Test Owner, owner of R69').waitFor();
  await gita.screenshot({ path: `${SHOTS}/my-work-gita-1280-light.png`, fullPage: true });
  await gita.getByRole('link', { name: /would/ }).first().click();
  await gita.getByRole('button', { name: 'Approve' }).waitFor();
  for (const page of [priya, gita]) await at.leave(page);
});

it('confirms a role of a colleague, and never one’s own', async () => {
  await stack.sql.query("UPDATE staff_role SET granted_at = now() - interval '2 years'");
  const ada = await at.as('Ada Clarke');
  await at.visit(ada, '/access-review');
  const own = ada.getByRole('row').filter({ hasText: 'Ada Clarke' });
  await own.getByText('Yours: a colleague confirms it').waitFor();
  const of = ada.getByRole('row').filter({ hasText: 'Omar Haddad' });
  await of.getByText('Overdue').waitFor();
  await of.getByRole('button', { name: 'Confirm' }).click();
  await ada.getByRole('dialog').getByLabel('Reason').fill('the auditor of this year');
  await ada.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
  await of.getByText(/ by Ada Clarke/).waitFor();
  await of.getByRole('button', { name: 'Confirm again' }).waitFor();
  await accessible(ada, 'the access review');
  await ada.screenshot({ path: `${SHOTS}/access-review-1280-light.png`, fullPage: true });
  await at.leave(ada);
});
