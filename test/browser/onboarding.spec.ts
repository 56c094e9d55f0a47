/**
 * From a line of CSV to the first answer of e-RS, by the people who do it: two platform engineers, two governance
 * officers, and the senior responsible owner, who has no account. Then the owner's review becomes overdue and is
 * completed.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createPrisma } from '@gatehouse/db/client';
import type { StaffRole } from '@gatehouse/domain/governance/permissions';
import { freePort } from '../../tools/start/free-port.ts';
import { londonDayIn, moveClocks } from '../support/answers.ts';
import { accessible, type Console, decide, fillIn, SHOTS, startConsole } from '../support/console.ts';
import { watchMachine } from '../support/servers/machine.ts';
import { signIn } from '../support/staff.ts';
import { type Keyboard, keyboardOf } from './keyboard.ts';

const DAY_MS = 86_400_000;
const ODS = 'R0Q';
const COLUMNS =
  'organisation_ods_code,organisation_name,product,environment,access_mode,capability,asid,api_key,message_sets,state';
const line = (...cells: string[]) =>
  [ODS, 'Quay NHS Trust', 'ReferWell', 'local', 'application-restricted', 'provider', ...cells].join(',');

let at: Console;
let clientKey = '';
beforeAll(async () => {
  const partner = `127.0.0.1:${await freePort()}`;
  at = await startConsole(undefined, {
    GATEHOUSE_PARTNER_LISTEN: partner,
    GATEHOUSE_PARTNER_URL: `http://${partner}`,
  });
  await at.stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      products: [{ name: 'ReferWell' }, { name: 'Triage Now' }],
      messageSets: [{ name: 'provider-read', interactions: ['A004', 'A005', 'A008'] }],
    },
  });
  await at.stack.admin('POST', '/ods-files', {
    ...{ fileName: 'etr.csv', sha256: 'a'.repeat(64) },
    organisations: [
      { odsCode: ODS, name: 'QUAY HOSPITALS TRUST', openedOn: '2006-04-01', closedOn: null, isClosed: false },
      { odsCode: 'R0W', name: 'HARBOUR NHS TRUST', openedOn: '2006-04-01', closedOn: null, isClosed: false },
      {
        ...{ odsCode: 'R0T', name: 'OLD HARBOUR NHS TRUST', isClosed: true },
        ...{ openedOn: '1994-04-01', closedOn: '2024-03-31' },
      },
    ],
  });
});
afterAll(() => at.stop());

const callGateway = async () => {
  const answer = await fetch(`${at.stack.gateway.partner}/FHIR/STU3/CodeSystem/SPECIALTY`, {
    headers: { Authorization: `Bearer ${clientKey}` },
  });
  return { status: answer.status, code: answer.headers.get('gatehouse-error-code') };
};

async function importLine(page: Page, cells: string[], remark?: string): Promise<void> {
  await at.visit(page, '/import');
  await page.getByLabel('Or paste the rows here').fill(`${COLUMNS}\n${line(...cells)}\n`);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Apply these changes' }).waitFor();
  if (remark !== undefined) await page.getByText(remark).waitFor();
  await accessible(page, 'import');
  await page.screenshot({ path: `${SHOTS}/import-1280-light.png`, fullPage: true });
  await page.getByRole('button', { name: 'Apply these changes' }).click();
}

/** A colleague opens the newest request and approves it. */
async function approve(page: Page, sentence: RegExp, reason: string): Promise<void> {
  await at.visit(page, '/changes');
  await page.getByRole('link', { name: sentence }).first().click();
  await decide(page, 'Approve', reason);
  await page.getByText('Change approved and made.').waitFor();
}

/** The same without a mouse, from the menu on. */
async function approveByKeyboard(page: Page, sentence: RegExp, reason: string): Promise<void> {
  const keyboard = await keyboardOf(page);
  await at.visit(page, '/');
  await keyboard.press(page.getByRole('menuitem', { name: /^Approvals/ }));
  await keyboard.press(page.getByRole('link', { name: sentence }).first());
  await keyboard.press(page.getByRole('button', { name: 'Approve', exact: true }));
  const dialog = page.getByRole('dialog', { name: 'Approve' });
  await keyboard.type(dialog.getByLabel('Reason'), reason);
  await keyboard.press(dialog.getByRole('button', { name: 'Approve', exact: true }));
  await page.getByText('Change approved and made.').waitFor();
  // The button that opened the dialog has gone.
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor({ state: 'detached' });
  await keyboard.reach(page.getByRole('link', { name: 'Approvals', exact: true }));
  expect(await keyboard.pointers()).toBe(0);
}

/** Opens a page for somebody with these roles, as a sign-in at this time would. */
async function withRoles(name: string, roles: readonly StaffRole[], nowMs: number): Promise<Page> {
  const db = createPrisma(at.stack.database.appUrl);
  const { headers } = await signIn(db, name, [...roles], nowMs);
  await db.$disconnect();
  const page = await at.open();
  const [cookie = '', value = ''] = (headers['Cookie'] ?? '').split('=');
  await page.context().addCookies([{ name: cookie, value, domain: 'localhost', path: '/', secure: true }]);
  return page;
}

/** An organisation with a draft of an application. */
async function registerDraft(odsCode: string, name: string): Promise<void> {
  const application = { organisation: odsCode, product: 'ReferWell', environment: 'local' };
  const access = { accessMode: 'application-restricted', capability: 'provider' };
  await at.stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      organisations: [{ odsCode, name }],
      applications: [{ ...application, ...access, messageSets: ['provider-read'] }],
    },
  });
}

/** What NHS England sets up for the application of an organisation, with its key. */
async function setUpAtNhs(odsCode: string, key: string, asid: string): Promise<void> {
  const { rows } = await at.stack.sql.query<{ jwks: string }>(
    `SELECT jwks_id AS jwks FROM application JOIN binding b ON b.application_id = application.id
      WHERE b.ods_code = $1`,
    [odsCode],
  );
  await at.stack.simulator.control('PUT', `/apps/${key}`, {
    name: `${odsCode} - ReferWell - Local - Application-Restricted - Provider`,
    products: ['application-restricted'],
    attributes: {
      asid,
      'jwks-resource-url': `${at.stack.gateway.public}/jwks/${rows[0]?.jwks}`,
      'app-restricted-ods-code': odsCode,
      'app-restricted-user-id': '555073103100',
      'app-restricted-business-function': 'PROVIDER_AUTHORISED_APPLICATION',
    },
  });
}

/** The owner follows the link, which needs no account. */
async function acceptAsOwner(url: string): Promise<void> {
  const sam = await at.open(390);
  const keyboard = await keyboardOf(sam);
  await sam.goto(at.stack.gateway.public + new URL(url).pathname);
  for (const box of await sam.getByRole('checkbox').all()) await keyboard.press(box, 'Space');
  await keyboard.press(sam.getByRole('button', { name: 'Accept' }));
  await sam.getByRole('heading', { name: 'Thank you' }).waitFor();
  await at.leave(sam);
}

/** Pastes a snippet into a shell. */
async function paste(snippet: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', snippet], {
    cwd: mkdtempSync(join(tmpdir(), 'gatehouse-snippet-')),
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
  });
  return stdout;
}

/** A secret is shown once: only its own button closes it, and a copy is confirmed only if it worked. */
async function keepsSecret(page: Page, secret: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  const question = page.waitForEvent('dialog');
  await page.evaluate('void setTimeout(() => location.reload())');
  await (await question).dismiss();
  const address = page.url();
  await page.evaluate('history.back()');
  await dialog.getByText('Leaving this page would lose it.').waitFor();
  expect(page.url()).toBe(address);
  expect(await dialog.getByLabel('Secret').inputValue()).toBe(secret);

  await page.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))`);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog.getByText('Could not copy. Select the text and copy it yourself.').waitFor();
  await page.evaluate('delete navigator.clipboard.writeText');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog.getByText('Copied to the clipboard.').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret);
  await accessible(page, 'a secret shown once');
  await page.screenshot({ path: `${SHOTS}/secret-1280-light.png` });
  await page.setViewportSize({ width: 390, height: 900 });
  await page.screenshot({ path: `${SHOTS}/secret-390-light.png` });
  await page.setViewportSize({ width: 1280, height: 900 });
  await dialog.getByRole('button', { name: 'I have saved it' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.goBack();
  await page.waitForURL((url) => url.href !== address);
  await page.goForward();
  await page.waitForURL(address);
}

/** What an empty list says and offers, by person: its link, and the command beside; null: that person may do neither. */
const EMPTY_LISTS = [
  ['Priya Nair', 'Organisations', 'There are no organisations', 'Onboard the first one', 'apply FILE'],
  [
    'Priya Nair',
    'Applications',
    'There are no applications',
    'Import applications from a CSV file',
    'apply FILE',
  ],
  ['Priya Nair', 'Clients', 'There are no clients', 'Go to “Create a client”', 'apply FILE'],
  ['Priya Nair', 'CIS2 clients', 'There are no CIS2 clients', null, 'apply FILE'],
  [
    'Priya Nair',
    'Signing keys',
    'There are no signing keys',
    'Open an application and create its key',
    'keys create',
  ],
  ['Priya Nair', 'Emergency stops', 'Nothing has been stopped', 'Open the organisations', null],
  ['Priya Nair', 'API tokens', 'You have no tokens', 'Go to “Create a token”', 'tokens create'],
  ['Priya Nair', 'SROs', 'Nobody is appointed', null, null],
  ['Gita Rao', 'SROs', 'Nobody is appointed', 'Go to “Appoint an SRO”', 'sro appoint'],
  [
    'Gita Rao',
    'Write exceptions',
    'There are no write exceptions',
    'Go to “Grant an exception”',
    'exception grant',
  ],
  ['Gita Rao', 'Assurance levels', 'No minimum level is set', 'Go to “Set a minimum level”', 'assurance set'],
] as const;

it('leads from every empty list to the button or page that fills it', async () => {
  const pages = { 'Priya Nair': await at.as('Priya Nair'), 'Gita Rao': await at.as('Gita Rao') };
  for (const page of Object.values(pages)) await at.visit(page, '/');
  for (const [person, menuItem, text, link, command] of EMPTY_LISTS) {
    const page = pages[person];
    await page.getByRole('menuitem', { name: menuItem, exact: true }).click();
    const main = page.getByRole('main');
    await main.getByText(text).waitFor();
    const where = `${menuItem} of ${person}`;
    const links = (await main.getByRole('link').allInnerTexts()).filter(
      (each) => each !== 'New organisation',
    );
    expect(links, where).toEqual(link === null ? [] : [link]);
    expect(await main.locator('code').allInnerTexts(), where).toEqual(
      command === null ? [] : [`gatehouse ${command}`],
    );
    const buttons = await main.getByRole('button').allInnerTexts();
    const [, button] = /“(.*)”/.exec(link ?? '') ?? [];
    if (button !== undefined) expect(buttons, where).toContain(button);
    if (link === null) expect(buttons, where).not.toContain('Appoint an SRO');
  }
  await accessible(pages['Gita Rao'], 'an empty list');
  for (const page of Object.values(pages)) await at.leave(page);
});

it('onboards an organisation, whose first request is answered', async () => {
  const [priya, pawel] = [await at.as('Priya Nair'), await at.as('Pawel Nowak')];
  const [gita, grace] = [await at.as('Gita Rao'), await at.as('Grace Obi', 390)];

  // First a draft, since NHS England asks for its JWKS URL.
  const remark = 'The NHS publishes R0Q as QUAY HOSPITALS TRUST, and not as Quay NHS Trust.';
  await importLine(priya, ['', '', 'provider-read', 'draft'], remark);
  await priya.getByText(/^Applied \d+ changes/).waitFor();
  await at.visit(priya, '/applications');
  await priya.getByRole('link', { name: /^Quay NHS Trust/ }).click();
  // The checklist leads to the console's own buttons, with the command beside.
  await priya.getByRole('link', { name: 'Go to “Create a signing key”' }).waitFor();
  await priya.getByText('gatehouse keys create').waitFor();
  expect(await priya.getByRole('main').innerText()).not.toContain('NHS England has issued');
  await accessible(priya, 'a checklist');
  await priya.screenshot({ path: `${SHOTS}/checklist-1280-light.png`, fullPage: true });
  await fillIn(priya, 'Create a signing key', {});
  await priya.getByText('Signing key created.').waitFor();
  await priya.getByRole('button', { name: 'Edit', exact: true }).click();
  const apiKey = priya.getByRole('dialog').getByLabel('API key');
  expect(await apiKey.getAttribute('type')).toBe('password');
  expect(await apiKey.getAttribute('autocomplete')).toBe('new-password');
  await priya.keyboard.press('Escape');
  await setUpAtNhs(ODS, 'key-of-quay-0123456789abcdef', '200000007777');

  // It goes live with its ASID and API key once a second platform engineer has approved it.
  await importLine(priya, ['200000007777', 'key-of-quay-0123456789abcdef', '', 'live']);
  await priya.getByText('must approve an application going live').waitFor();
  await approve(
    pawel,
    /of Quay NHS Trust \(R0Q\) in local would go live .*; no SRO is in force/,
    'checked with the portal',
  );

  // A client with a grant, then its key.
  await at.visit(priya, '/clients');
  await priya.getByText('There are no clients yet.').waitFor();
  await priya.getByRole('button', { name: 'Create a client' }).click();
  const dialog = priya.getByRole('dialog');
  for (const [label, value] of [
    ['Client', 'quay-sync'],
    ['Environment', 'local'],
    ['ODS code', ODS],
    ['Product', 'ReferWell'],
  ] as const)
    await dialog.getByLabel(label, { exact: false }).first().fill(value);
  await accessible(priya, 'grant');
  await dialog.getByRole('button', { name: 'Grant', exact: true }).click();
  await dialog.getByText('must approve a grant to a client').waitFor();
  await approve(pawel, /Client quay-sync in local/, 'the worklist service of the trust');
  await at.visit(priya, '/clients');
  await priya.getByRole('link', { name: 'quay-sync' }).click();
  await priya.getByRole('tab', { name: 'Keys' }).click();
  await fillIn(priya, 'Issue a key', { Label: 'first' });
  clientKey = await priya.getByLabel('Secret').inputValue();
  expect(clientKey).toMatch(/^gh_local_/);
  await keepsSecret(priya, clientKey);
  await at.stack.settled();
  expect(await callGateway()).toEqual({ status: 403, code: 'GW_SRO_LAPSED' });

  // The owner is proposed by one officer, approved by another, and accepts through a link.
  await at.visit(gita, '/sro-appointments');
  await fillIn(gita, 'Appoint an SRO', {
    'ODS code': ODS,
    Environments: 'local',
    Name: 'Sam Owner',
    Email: 'sam@quay.example',
    'Job title': 'Director of Operations',
    'Spine user id': '555073103100',
    'CIO who authorised the appointment': 'Chris Officer',
    'Reference of the authority': 'CIO/2026/7',
    'Date of the authority': '2026-11-02',
    'Authority document': 'the signed letter',
    'Review due on': londonDayIn(20),
  });
  await gita.getByText('A second person must approve').waitFor();
  await approve(grace, /^Sam Owner would be appointed as SRO of Quay NHS Trust/, 'the letter is on file');
  const { rows: appointments } = await at.stack.sql.query<{ sha256: string }>(
    'SELECT authority_document_sha256 AS sha256 FROM sro_appointment',
  );
  expect(appointments).toEqual([{ sha256: createHash('sha256').update('the signed letter').digest('hex') }]);
  await at.visit(gita, '/sro-appointments');
  await fillIn(gita, 'Create an acceptance link', {});
  const link = new URL(await gita.getByRole('textbox', { name: 'Link', exact: true }).inputValue());
  for (const width of [1280, 390]) {
    const sam = await at.open(width, width === 390 ? 'dark' : 'light');
    await sam.goto(at.stack.gateway.public + link.pathname);
    await sam.getByRole('heading', { name: 'Accept the role of senior responsible owner' }).waitFor();
    await sam.getByText('Quay NHS Trust (R0Q)').waitFor();
    await accessible(sam, 'acceptance');
    await sam.screenshot({ path: `${SHOTS}/acceptance-${width}.png`, fullPage: true });
    if (width === 390) {
      for (const box of await sam.getByRole('checkbox').all()) await box.check();
      await sam.getByRole('button', { name: 'Accept' }).click();
      await sam.getByRole('heading', { name: 'Thank you' }).waitFor();
    }
    await at.leave(sam);
  }
  await at.stack.settled();
  expect(await callGateway()).toEqual({ status: 200, code: null });
  for (const page of [priya, pawel, gita, grace]) await at.leave(page);
  expect(at.complaints).toEqual([]);
}, 240_000);

it('onboards another organisation by keyboard alone, in at most 18 clicks and 12 typed values', async () => {
  await at.stack.sql.query('UPDATE environment SET four_eyes = false');
  onTestFinished(async () => void (await at.stack.sql.query('UPDATE environment SET four_eyes = true')));
  // The product is known: another organisation has an application for it.
  await registerDraft('R0V', 'Lighthouse NHS Trust');
  const page = await withRoles('Petra', ['platform-engineer', 'governance-officer'], Date.now());
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const keyboard = await keyboardOf(page);
  /** What would be clicks with a mouse. */
  const counted = { clicks: 0, values: 0 };
  const click: Keyboard['press'] = (target) => {
    counted.clicks += 1;
    return keyboard.press(target);
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const type = (label: string, value: string): Promise<void> => {
    counted.values += 1;
    return keyboard.type(page.getByLabel(label, { exact: true }), value);
  };
  const choose = (label: string, option: string): Promise<void> => {
    counted.clicks += 2;
    return keyboard.choose(
      page.getByRole('combobox', { name: label }),
      page.getByRole('option', { name: option }),
    );
  };
  const look = async (step: string): Promise<void> => {
    await accessible(page, step);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${SHOTS}/onboarding-${step}-${width}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  };

  await at.visit(page, '/');
  await click(page.getByRole('menuitem', { name: 'Organisations' }));
  await click(page.getByRole('link', { name: 'New organisation' }));
  // Of a code that the NHS publishes, the name is filled in; an organisation that has closed is not taken unnoticed.
  const [code, name] = [page.getByLabel('ODS code', { exact: true }), page.getByLabel('Name (optional)')];
  await keyboard.type(code, 'R0U');
  await page.getByText('None of the NHS’s files that were loaded has this code.').waitFor();
  await keyboard.type(code, 'R0T');
  await page.getByText('R0T is OLD HARBOUR NHS TRUST. It closed on 31 March 2024.').waitFor();
  await look('organisation-closed');
  await type('ODS code', 'R0W');
  await page.getByText('The NHS publishes it as HARBOUR NHS TRUST (etr.csv').waitFor();
  expect(await name.inputValue()).toBe('HARBOUR NHS TRUST');
  await keyboard.type(name, '');
  expect(await name.inputValue()).toBe('');
  await keyboard.type(code, 'R0T');
  await keyboard.type(code, 'R0W');
  await page.getByText('The NHS publishes it as HARBOUR NHS TRUST (etr.csv').waitFor();
  expect(await name.inputValue()).toBe('HARBOUR NHS TRUST');
  await look('organisation');
  await click(button('Continue'));

  await choose('Product', 'ReferWell');
  await choose('Access', 'Application-restricted, provider');
  await look('application');
  await click(button('Add the application'));

  await button('Create the signing key').waitFor();
  await look('signing-key');
  await click(button('Create the signing key'));

  await button('Appoint the SRO').waitFor();
  // The button that had the focus is gone.
  await page.locator(':focus', { hasText: 'Senior responsible owner' }).waitFor();
  await setUpAtNhs('R0W', 'key-of-harbour-0123456789abcd', '200000007778');
  await type('Name', 'Sam Owner');
  await type('Email', 'sam@harbour.example');
  await type('Job title', 'Director of Operations');
  await type('Spine user id', '555073103100');
  await type('CIO who authorised the appointment', 'Chris Officer');
  await type('Reference of the authority', 'CIO/2026/8');
  await type('Date of the authority', '2026-11-02');
  counted.clicks += 1;
  const authority = { name: 'authority.pdf', mimeType: 'application/pdf', buffer: Buffer.from('signed') };
  await keyboard.upload(page.getByLabel('Authority document'), authority);
  await page.getByText(/^SHA-256: /).waitFor();
  await look('sro');
  await click(button('Appoint the SRO'));
  await click(button('Create the acceptance link'));
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await look('sro-link');
  await click(button('Copy'));
  await click(button('I have saved it'));

  // The address and the registry hold everything, so the page goes on where it was.
  await page.getByLabel('ASID (optional)').waitFor();
  await page.reload();
  await keyboard.press(button('Skip to content'));
  await type('API key (optional)', 'key-of-harbour-0123456789abcd');
  await type('ASID (optional)', '200000007778');
  await look('nhs');
  await click(button('Save'));
  await type('Client', 'harbour-sync');
  await look('client');
  await click(button('Create the client and its key'));

  await page.getByText('Waiting for the first request').waitFor();
  await page
    .getByText('Requests are rejected until these steps are done: Senior responsible owner.')
    .waitFor();
  await acceptAsOwner(link);
  await page.getByText('Requests are rejected until').waitFor({ state: 'detached' });
  await look('first-request');
  const snippet = () => page.locator('pre').innerText();
  await click(page.getByRole('button', { name: 'Copy the curl snippet' }));
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await snippet());
  await at.stack.settled();
  expect(await paste(await snippet())).toContain('HTTP/1.1 200');
  await page.getByText(/^200, [0-9.]+ m?s, seen \d+ s ago$/).waitFor();
  await keyboard.openTab(page.getByRole('tab', { name: 'Node' }));
  expect(await paste(await snippet())).toMatch(/^200 \{/);
  await keyboard.openTab(page.getByRole('tab', { name: 'Java' }));
  if (existsSync('/usr/bin/javac')) expect(await paste(await snippet())).toMatch(/^200 \{/);
  await click(button('I have saved it'));
  await page.getByText('The shell must have the client’s key in GATEHOUSE_KEY.').waitFor();
  await look('done');
  expect(await keyboard.pointers()).toBe(0);
  expect(counted.clicks).toBeLessThanOrEqual(18);
  expect(counted.values).toBeLessThanOrEqual(12);
  expect(at.complaints).toEqual([]);
  await at.leave(page);
}, 240_000);

it('says who can approve a step, waits, and goes on by itself', async () => {
  await registerDraft('R0X', 'Pier NHS Trust');
  const [priya, pawel] = [await at.as('Priya Nair'), await at.as('Pawel Nowak')];
  await at.visit(priya, '/organisations/R0X/show');
  await priya.getByRole('link', { name: 'Onboard an application' }).click();
  await priya.getByRole('button', { name: /^Continue with Pier NHS Trust/ }).click();
  await priya.getByRole('button', { name: 'Create the signing key' }).click();
  // The owner is the business of a governance officer, and holds up nothing else.
  await priya.getByLabel('ASID (optional)').fill('200000007779');
  await priya.getByLabel('API key (optional)').fill('key-of-pier-0123456789abcdef');
  await priya.getByRole('button', { name: 'Save', exact: true }).click();
  const waits = priya.getByText('Somebody else must approve it (platform engineer or governance officer).');
  await waits.waitFor();
  await priya.getByLabel('Client', { exact: true }).fill('pier-sync');
  await priya.getByRole('button', { name: 'Create the client and its key' }).click();
  await waits.nth(1).waitFor();
  await accessible(priya, 'an onboarding that waits');
  await priya.screenshot({ path: `${SHOTS}/onboarding-waits-1280.png`, fullPage: true });
  await priya.getByRole('button', { name: /Senior responsible owner/ }).click();
  await priya.getByText('A governance officer appoints the senior responsible owner.').waitFor();
  await priya.getByRole('button', { name: /Client/ }).click();
  await approveByKeyboard(
    pawel,
    /of Pier NHS Trust \(R0X\) in local would go live/,
    'checked with the portal',
  );
  await approve(pawel, /Client pier-sync in local/, 'the worklist service of the trust');
  await priya.getByRole('button', { name: 'Issue a key to pier-sync' }).click();
  await priya.getByText('Waiting for the first request').waitFor();
  await waits.first().waitFor({ state: 'detached' });
  await priya.getByRole('button', { name: 'I have saved it' }).click();
  for (const page of [priya, pawel]) await at.leave(page);
  expect(at.complaints).toEqual([]);
}, 120_000);

it('stops the organisation, whose requests are refused within a second', async () => {
  const priya = await at.as('Priya Nair');
  await at.visit(priya, `/organisations/${ODS}/show`);
  const stopped = priya.waitForResponse((response) => response.url().endsWith('/emergency-stops'));
  await decide(priya, 'Stop immediately', 'odd traffic');
  expect((await stopped).status()).toBe(200);
  const since = Date.now();
  const lateMs = watchMachine(at.stack.gateway.child.pid);
  let refused = await callGateway();
  while (refused.status === 200 && Date.now() - since < 5_000) refused = await callGateway();
  expect(refused).toEqual({ status: 403, code: 'GW_ORGANISATION_SUSPENDED' });
  expect(Date.now() - since).toBeLessThan(1_000 + lateMs());
  // The page shows the stop and offers to lift it, and the form can't make the organisation active.
  await priya.getByText('stopped this organisation').waitFor();
  await priya
    .getByText(`The NHS publishes ${ODS} as QUAY HOSPITALS TRUST, and not as Quay NHS Trust.`)
    .waitFor();
  await priya.getByText(': odd traffic').first().waitFor();
  await priya.getByRole('button', { name: 'Edit', exact: true }).click();
  await priya.getByRole('dialog').getByLabel('Name').waitFor();
  expect(await priya.getByRole('dialog').getByLabel('State').count()).toBe(0);
  await priya.keyboard.press('Escape');
  await priya.getByRole('dialog').waitFor({ state: 'detached' });
  await accessible(priya, 'a stopped organisation');
  await priya.screenshot({ path: `${SHOTS}/organisation-stopped-1280-light.png`, fullPage: true });
  await decide(priya, 'Lift the stop', 'it was a slip');
  await priya.getByText('Stop lifted.').waitFor();
  await priya.getByText('stopped this organisation').waitFor({ state: 'detached' });
  await at.stack.settled();
  expect((await callGateway()).status).toBe(200);
  await at.leave(priya);
});

it('stops several organisations at once from their list', async () => {
  await at.stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      organisations: ['RAA', 'RBB'].map((odsCode) => ({ odsCode, name: `Trust ${odsCode}` })),
    },
  });
  const priya = await at.as('Priya Nair');
  await at.visit(priya, '/organisations');
  for (const odsCode of ['RAA', 'RBB'])
    await priya.getByRole('checkbox', { name: `Select ${odsCode}` }).check();
  await priya.getByRole('button', { name: 'Stop immediately (2 selected)' }).click();
  const dialog = priya.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('supplier incident 7');
  await accessible(priya, 'stop several');
  await dialog.getByRole('button', { name: 'Stop immediately' }).click();
  for (const odsCode of ['RAA', 'RBB']) await dialog.getByText(`${odsCode}: done`).waitFor();
  const { rows } = await at.stack.sql.query(
    `SELECT ods_code FROM organisation WHERE state = 'suspended' ORDER BY 1`,
  );
  expect(rows).toEqual([{ ods_code: 'RAA' }, { ods_code: 'RBB' }]);

  // What a filter finds is one change, without those that are stopped.
  const filtered = async (state: string): Promise<Locator> => {
    const filter = encodeURIComponent(JSON.stringify({ state }));
    await at.visit(priya, `/organisations?filter=${filter}`);
    await priya.getByRole('button', { name: 'Select all that match' }).click();
    return priya.getByRole('group', { name: 'All that match' });
  };
  await (
    await filtered('suspended')
  )
    .getByText('None of them is suspended without an emergency stop')
    .waitFor();
  const suspend = (await filtered('active')).getByRole('button', { name: /^Suspend \d+ organisations?$/ });
  await suspend.click();
  await dialog.getByText('In every environment, every request for one of them is rejected').waitFor();
  await dialog.getByText('would have been rejected').waitFor();
  await accessible(priya, 'suspending all organisations that match');
  await priya.screenshot({ path: `${SHOTS}/suspend-organisations-1280-light.png` });
  await at.leave(priya);
});

it('closes when the review is overdue, and opens once it is recorded', async () => {
  // Past the end of the last day in London, also when the clocks go back in between.
  const later = 22 * DAY_MS;
  await moveClocks(at.stack, later);
  expect(await callGateway()).toEqual({ status: 403, code: 'GW_SRO_LAPSED' });

  // The provider's clock can't be moved, so the test creates this session as a sign-in would.
  const gina = await withRoles('Gina', ['governance-officer'], Date.now() + later);
  await at.visit(gina, '/');
  // The organisation is also among those with the most rejected requests, once the request above is counted.
  const attention = gina.getByRole('listitem').filter({ hasText: 'Quay NHS Trust (R0Q) in local' });
  await attention.getByText('Closed now').waitFor();
  await gina.screenshot({ path: `${SHOTS}/dashboard-lapsed-1280-light.png`, fullPage: true });
  await at.visit(gina, '/sro-appointments');
  await gina.getByText('Lapsed').first().waitFor();
  const row = gina.getByRole('row').filter({ hasText: ODS });
  await row.getByRole('button', { name: 'Record a review', exact: true }).click();
  const review = gina.getByRole('dialog');
  await review.getByLabel('Reason').fill('confirmed by telephone');
  await review.getByRole('button', { name: 'Record a review', exact: true }).click();
  await gina.getByText('Review recorded.').waitFor();
  await at.stack.settled();
  const { code } = await callGateway();
  // Policy allows it again; the token from API Management has expired meanwhile.
  expect(code).not.toBe('GW_SRO_LAPSED');
  await at.leave(gina);
  expect(at.complaints).toEqual([]);
});
