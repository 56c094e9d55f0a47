/** Answers that go on for long end when whoever asked may no longer see them. */
import { expect, it } from 'vitest';
import type { AuditTrail } from '../../../apps/gateway/src/admin/audit/audit-trail.ts';
import { signIn } from '../../support/staff.ts';
import { startAdmin } from '../../support/admin-api.ts';

it('following the trail ends once the person is suspended', async () => {
  async function* follow(_filter: object, signal: AbortSignal): AsyncGenerator<object> {
    while (!signal.aborted) {
      yield { kind: 'INTENT' };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  // All that following asks of the trail.
  const auditTrail = { follow, record: () => Promise.resolve() } as unknown as AuditTrail;
  const admin = await startAdmin({ auditTrail });
  const omar = await signIn(admin.db, 'Omar', ['auditor'], admin.clock.ms);
  const response = await fetch(`${admin.url}/api/v1/audit/follow`, { headers: omar.headers });
  expect(response.status).toBe(200);
  const reader = response.body!.getReader();
  expect((await reader.read()).done).toBe(false);
  await admin.db.staff.update({ where: { id: omar.staffId }, data: { state: 'suspended' } });
  const since = Date.now();
  while (!(await reader.read()).done && Date.now() - since < 15_000);
  expect(Date.now() - since).toBeLessThan(10_000);
  await admin.close();
});
