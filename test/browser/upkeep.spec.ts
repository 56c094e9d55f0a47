/** The dashboard shows what scheduled jobs found, with what to do and where. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessible, type Console, SHOTS, signIn, startConsole } from '../support/console.ts';

let at: Console;
beforeAll(async () => {
  at = await startConsole();
});
afterAll(() => at.stop());

const CLIENT = '/clients/int~worklist/show';
const RECORDS = '/audit?filter=%7B%22kind%22%3A%22SYSTEM%22%7D';

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
  const priya = await at.open();
  await signIn(priya, at.origin, 'Priya Nair');
  await priya.getByRole('heading', { name: 'Found by Gatehouse' }).waitFor();
  const href = (name: RegExp) => priya.getByRole('link', { name }).getAttribute('href');
  expect(await href(/not been used for 90 days$/)).toContain(CLIENT);
  expect(await href(/^Unusually many sign-ins of staff failed/)).toContain(RECORDS);
  await accessible(priya, 'what was found');
  await priya.screenshot({ path: `${SHOTS}/upkeep-1280-light.png`, fullPage: true });
  await priya.setViewportSize({ width: 390, height: 844 });
  await priya.screenshot({ path: `${SHOTS}/upkeep-390-light.png`, fullPage: true });
});
