/** What scheduled jobs found: the dashboard shows it, with what to do and where, and a person ends what a person can end. */
import { unrecordedSignatures } from '@gatehouse/domain/upkeep/signature-findings';
import { beforeAll, expect, it, vi } from 'vitest';
import { accessible, type Console, SHOTS } from '../../support/console.ts';
import type { World } from './world.ts';

let at: Console;
const CLIENT = '/clients/int~worklist/show';
const RECORDS = '/audit?filter=%7B%22kind%22%3A%22SYSTEM%22%7D';

const KEY = 'arn:aws:kms:eu-west-2:000000000001:key/2f5b0c1e-7d4a-4b7e-9c55-0d1f2a3b4c5d';
const CALLER = 'arn:aws:sts::000000000001:assumed-role/gatehouse-production-worker/i-0123456789abcdef0';
/** A table, and cards. */
const AXE_WIDTHS = new Set([390, 1280]);
const REASON = 'The worker was killed in that minute, and the caller is its role.';

/** As the watch of KMS's own log leaves them. @returns the title of the alarm */
async function unrecorded(requestIds: readonly string[]): Promise<string> {
  const foundAt = new Date();
  const day = foundAt.toISOString().slice(0, 10);
  const { sql } = at.stack;
  await sql.query(
    `INSERT INTO unmatched_signature (event_id, request_id, key, at, caller, seen_at, alarmed_at, audited_at)
     SELECT 'event of ' || id, id, $2, $3, $4, $3, $3, $3 FROM unnest($1::text[]) AS id`,
    [requestIds, KEY, foundAt, CALLER],
  );
  const times = { firstAtMs: foundAt.getTime(), lastAtMs: foundAt.getTime() };
  const [found] = unrecordedSignatures([
    { key: KEY, day, count: requestIds.length, ...times, callers: [CALLER], owner: null },
  ]);
  if (found === undefined) throw new Error('nothing was found');
  const { title, body, whatToDo, path } = found.notice;
  await sql.query(
    `INSERT INTO upkeep_finding (key, watch, title, body, what_to_do, path, ods_codes, found_at, seen_at)
     VALUES ($1, 'unrecorded-signature', $2, $3, $4, $5, '{}', now(), now() + interval '1 day')`,
    [found.key, title, body, whatToDo, path],
  );
  return title;
}

export function findings(world: () => World): void {
  beforeAll(() => {
    at = world().at;
  });

  it('shows an unused client and failed sign-ins, and leads to them, on wide and narrow screens', async () => {
    // Seen last tomorrow, so that no run of a job finds that it has ended.
    await at.stack.sql.query(
      `INSERT INTO upkeep_finding (key, watch, title, body, what_to_do, path, ods_codes, found_at, seen_at)
     VALUES ('unused-client 1', 'unused-client', 'The client worklist in int has not been used for 90 days', '',
             'Ask its team whether they still need it. If not, revoke its keys or retire the client.',
             '${CLIENT}', '{}', now(), now() + interval '1 day'),
            ('refused-sign-ins staff', 'refused-sign-ins',
             'Unusually many sign-ins of staff failed: 25 within 15 minutes', '', 'Look at the addresses.',
             '${RECORDS}', '{}', now(), now() + interval '1 day')`,
    );
    const priya = await at.as('Priya Nair');
    await at.visit(priya, '/');
    await priya.getByRole('heading', { name: 'Found by Gatehouse' }).waitFor();
    const href = (name: RegExp) => priya.getByRole('link', { name }).getAttribute('href');
    expect(await href(/not been used for 90 days$/)).toContain(CLIENT);
    expect(await href(/^Unusually many sign-ins of staff failed/)).toContain(RECORDS);
    await accessible(priya, 'what was found');
    await priya.screenshot({ path: `${SHOTS}/upkeep-1280-light.png`, fullPage: true });
    await priya.setViewportSize({ width: 390, height: 844 });
    await priya.screenshot({ path: `${SHOTS}/upkeep-390-light.png`, fullPage: true });
    await at.leave(priya);
  });

  it('a governance officer reads which signatures nobody recorded, and a review ends their alarm', async () => {
    const title = await unrecorded(['a', 'b']);
    const priya = await at.as('Priya Nair');
    await at.visit(priya, '/unrecorded-signatures');
    await priya.getByText(CALLER).waitFor();
    expect(await priya.getByRole('button', { name: 'Review' }).count()).toBe(0);
    await at.leave(priya);

    const gita = await at.as('Gita Rao');
    await at.visit(gita, '/');
    await gita.getByRole('link', { name: title }).click();
    await gita.getByRole('heading', { level: 1, name: 'Unrecorded signatures' }).waitFor();
    const row = gita.getByRole('row').filter({ hasText: KEY });
    await row.waitFor();
    expect(await row.getByRole('cell').allInnerTexts()).toMatchObject({ 1: '2', 3: CALLER, 5: '–' });
    for (const width of [320, 390, 640, 1280]) {
      await gita.setViewportSize({ width, height: 900 });
      await gita.getByText(CALLER).waitFor();
      const fits = 'document.documentElement.scrollWidth <= window.innerWidth';
      await vi.waitUntil(() => gita.evaluate<boolean>(fits), 15_000);
      if (AXE_WIDTHS.has(width)) await accessible(gita, `unrecorded signatures at ${width} px`);
      await gita.screenshot({ path: `${SHOTS}/unrecorded-signature-${width}-light.png`, fullPage: true });
    }
    // Nor does the table within the page, so that the button is in sight.
    const isWhole =
      '(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector("table").parentElement)';
    expect(await gita.evaluate<boolean>(isWhole)).toBe(true);
    await gita.getByRole('button', { name: 'Review' }).click();
    const dialog = gita.getByRole('dialog');
    await accessible(gita, 'the review of unrecorded signatures');
    await dialog.getByLabel('What you found out').fill(REASON);
    await dialog.getByRole('button', { name: 'Review' }).click();
    await row.getByText(`: ${REASON}`, { exact: false }).waitFor();
    expect(await row.innerText()).toContain('Gita Rao');
    expect(await gita.getByRole('button', { name: 'Review' }).count()).toBe(0);
    await at.visit(gita, '/');
    await gita.getByRole('heading', { name: 'Found by Gatehouse' }).waitFor();
    await gita.getByRole('link', { name: title }).waitFor({ state: 'detached' });
    await at.leave(gita);
    expect(at.complaints).toEqual([]);
  });
}
