/** Answers that go on for long end when the caller may no longer see them. */
import { expect, it } from 'vitest';
import { startAdmin } from '../../support/admin-api.ts';
import { deniedOf } from '../../support/audit-trail.ts';
import { signIn } from '../../support/staff.ts';
import { until } from '../../support/until.ts';

/** The longest that somebody may go on reading who may not any more. */
const WITHIN_MS = 10_000;

it('following the trail ends once the person is suspended', async () => {
  const admin = await startAdmin();
  admin.clock.ms = Date.now();
  const { audit } = admin.parts;
  const omar = await signIn(admin.db, 'Omar', ['auditor'], admin.clock.ms);
  const response = await fetch(`${admin.url}/api/v1/audit/follow`, { headers: omar.headers });
  expect(response.status).toBe(200);
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

  await admin.db.staff.update({ where: { id: omar.staffId }, data: { state: 'suspended' } });
  await until('his answer ends', () => hasEnded, WITHIN_MS);
  await reading;
  await admin.close();
});
