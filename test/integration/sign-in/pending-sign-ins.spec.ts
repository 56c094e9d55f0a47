/** Sign-ins that have begun are sealed for the browser, and can be finished once. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../apps/gateway/src/adapters/kms/secret-box.ts';
import {
  createPendingSignIns,
  FINISH_MS,
  type PendingSignIn,
} from '../../../apps/gateway/src/adapters/people/pending-sign-ins.ts';
import { type AdminApi, borrowAdmin } from '../../support/admin-api.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';

const DAY_MS = 86_400_000;

let admin: AdminApi;
/** Two replicas on one database. */
let replica: ReturnType<typeof createPendingSignIns>;
let otherReplica: ReturnType<typeof createPendingSignIns>;

beforeAll(async () => {
  admin = await borrowAdmin();
  const { GATEHOUSE_AUDIT_KMS_KEY: keyId = '' } = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as {
    GATEHOUSE_AUDIT_KMS_KEY?: string;
  };
  const box = createSecretBox(admin.parts.kms, keyId);
  const createReplica = () => createPendingSignIns(admin.db, box, () => admin.clock.ms);
  [replica, otherReplica] = [createReplica(), createReplica()];
});
afterAll(() => admin.close());

const random = (): string => randomBytes(32).toString('base64url');
const begun = (): PendingSignIn => ({
  party: 'staff',
  state: random(),
  nonce: random(),
  codeVerifier: random(),
  returnTo: '/#/organisations',
});

describe('a sealed sign-in', () => {
  it('opens on another replica, and shows none of its secrets', async () => {
    const pending = begun();
    const sealed = await replica.seal(pending);
    expect(await otherReplica.unseal(sealed)).toEqual({ pending, isTooOld: false });
    const readable = sealed
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
      .join();
    for (const secret of [pending.state, pending.nonce, pending.codeVerifier])
      expect(readable).not.toContain(secret);
  });

  it('that was changed or invented does not open', async () => {
    const sealed = await replica.seal(begun());
    const at = sealed.length - 5;
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    const unsecured = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const cookie of [changed, sealed.slice(0, -30), 'x', '', `${unsecured}.e30.`])
      expect(await otherReplica.unseal(cookie)).toBeNull();
  });

  it('is too old after ten minutes, but still contains the page that was requested', async () => {
    const pending = begun();
    const sealed = await replica.seal(pending);
    admin.clock.ms += FINISH_MS;
    expect((await replica.unseal(sealed))?.isTooOld).toBe(false);
    admin.clock.ms += 1_000;
    expect(await replica.unseal(sealed)).toEqual({ pending, isTooOld: true });
  });

  it('is sealed with a daily key, and does not open once its key is removed', async () => {
    const sealed = await replica.seal(begun());
    for (let day = 0; day < 4; day += 1) {
      await replica.seal(begun());
      await otherReplica.seal(begun());
      admin.clock.ms += DAY_MS + 1;
    }
    expect(await admin.db.signInKey.count()).toBeLessThanOrEqual(3);
    expect(await replica.unseal(sealed)).toBeNull();
  });
});

describe('a state', () => {
  it('can be used once, even by callbacks that arrive together on two replicas', async () => {
    const { state } = begun();
    expect(await replica.isSpent(state)).toBe(false);
    const spent = await Promise.all([replica.spend(state), otherReplica.spend(state), replica.spend(state)]);
    expect(spent.filter(Boolean)).toHaveLength(1);
    expect([
      await replica.isSpent(state),
      await otherReplica.isSpent(state),
      await otherReplica.spend(state),
    ]).toEqual([true, true, false]);
  });

  it('stays used for as long as its sign-in could be finished, and is removed later', async () => {
    const { state } = begun();
    await replica.spend(state);
    admin.clock.ms += FINISH_MS;
    await replica.spend(begun().state);
    expect(await otherReplica.isSpent(state)).toBe(true);
    admin.clock.ms += 2 * FINISH_MS + 1;
    await replica.spend(begun().state);
    expect(await admin.db.signInSpent.count()).toBe(1);
  });
});
