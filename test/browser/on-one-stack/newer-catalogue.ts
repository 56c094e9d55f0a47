/** The dashboard says that a recorded e-RS specification is newer than the build. */
import { beforeAll, expect, it } from 'vitest';
import { readSpecification } from '../../../libs/domain/src/ers/drift/specification.ts';
import { accessible, type Console, SHOTS } from '../../support/console.ts';
import { specificationFile } from '../../support/ers-specification.ts';
import type { World } from './world.ts';

let at: Console;
const LINE =
  'NHS England’s catalogue version 1.3.0 is newer than this build (one difference). Requests are decided by the catalogue of this build.';

export function newerCatalogue(world: () => World): void {
  beforeAll(() => {
    at = world().at;
  });

  it('names the version and the number of differences, on wide and narrow screens', async () => {
    const document = specificationFile('1.3.0');
    const update = document.paths['/STU3/Appointment/{id}']?.['put'];
    if (update !== undefined) update.deprecated = true;
    const read = readSpecification(document);
    if ('faults' in read) throw new Error('not read');
    const { specification } = read;
    await at.stack.admin('POST', '/catalogue-comparisons', {
      ...{ specification, sha256: 'a'.repeat(64), reason: 'published' },
    });
    const priya = await at.as('Priya Nair');
    await at.visit(priya, '/');
    await priya.getByRole('heading', { name: 'The e-RS specification' }).waitFor();
    expect(await priya.getByText('NHS England’s catalogue').textContent()).toBe(LINE);
    await priya.getByText('What is different').click();
    const list = priya.getByRole('list', { name: 'What is different' });
    await list.waitFor();
    expect(await list.getByRole('listitem').allTextContents()).toEqual([
      'A034: NHS England has deprecated it.',
    ]);
    await accessible(priya, 'a newer specification');
    await priya.screenshot({ path: `${SHOTS}/newer-catalogue-1280-light.png`, fullPage: true });
    await priya.setViewportSize({ width: 390, height: 844 });
    await priya.screenshot({ path: `${SHOTS}/newer-catalogue-390-light.png`, fullPage: true });
    await at.leave(priya);
  });
}
