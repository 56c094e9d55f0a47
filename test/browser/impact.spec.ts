/** The impact of an organisation’s closing: what it hits, what would be refused, and the plan. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessible, type Console, SHOTS, signIn, startConsole } from '../support/console.ts';
import { onboard } from '../support/onboard.ts';

let at: Console;
beforeAll(async () => {
  at = await startConsole((stack) => onboard(stack, [{ odsCode: 'R69' }]));
});
afterAll(() => at.stop());

it('an organisation closes: what is hit, what would be refused, and the plan', async () => {
  const priya = await at.open();
  await signIn(priya, at.origin, 'Priya Nair');
  await priya.goto(`${at.origin}/organisations/R69/show`);
  await priya.getByRole('link', { name: 'Show the impact of its closing' }).click();
  await priya.getByRole('textbox', { name: 'ODS code of the organisation that closes' }).waitFor();
  await priya.getByLabel('First day without it').fill('2030-04-01');
  await priya.getByRole('button', { name: 'Show the impact' }).click();
  await priya.getByText('GW_ORGANISATION_SUSPENDED').first().waitFor();
  for (const width of [1280, 768, 390]) {
    await priya.setViewportSize({ width, height: 844 });
    await accessible(priya, `the impact at ${width} px`);
    await priya.screenshot({ path: `${SHOTS}/impact-${width}-light.png`, fullPage: true });
  }
  await priya.setViewportSize({ width: 1280, height: 844 });
  // It waits: the organisation is not suspended.
  expect(await priya.getByRole('button', { name: 'Retire all of it' }).count()).toBe(0);
  await priya.getByRole('combobox', { name: 'What happens' }).click();
  await priya.getByRole('option', { name: 'A signing key may be in wrong hands' }).click();
  await priya.getByRole('textbox', { name: 'Key id' }).waitFor();
  // Nothing of the other event stays.
  expect(await priya.getByText('GW_ORGANISATION_SUSPENDED').count()).toBe(0);
  await priya.context().close();
});
