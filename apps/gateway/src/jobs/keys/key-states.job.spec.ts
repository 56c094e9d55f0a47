/** What is done about published signing keys that KMS says may not sign. */
import { expect, it } from 'vitest';
import { type KeyStatesDeps, run } from './key-states.job.js';

const key = (kid: string, state: string) => ({ kid, state, kmsKeyArn: `arn:${kid}` });
const application = {
  id: 'app',
  state: 'live',
  environment: 'int',
  signingKeys: ['ACTIVE', 'PUBLISHED', 'RETIRING', 'PENDING', 'REMOVED'].map((state) => key(state, state)),
};
const client = { id: 'client', state: 'active', environment: 'int', signingKeys: [key('OF-CIS2', 'ACTIVE')] };
const retired = {
  ...application,
  id: 'retired',
  state: 'retired',
  signingKeys: [key('OF-RETIRED', 'ACTIVE')],
};
const elsewhere = {
  ...application,
  id: 'prod',
  environment: 'prod',
  signingKeys: [key('OF-PROD', 'ACTIVE')],
};
const snapshot = {
  applicationsByJwksId: new Map([application, retired, elsewhere].map((each) => [each.id, each])),
  cis2ClientsByJwksId: new Map([['k', client]]),
  organisations: new Map([['R69', { bindings: [{ odsCode: 'R69', application }] }]]),
};

async function effectsOf(unusable: readonly string[], more: Partial<KeyStatesDeps> = {}) {
  const effects: string[] = [];
  const asked: string[] = [];
  await run({
    snapshot: () => snapshot,
    environments: new Set(['int']),
    kms: {
      isUsable: (arn: string) => {
        asked.push(arn.slice(4));
        return Promise.resolve(!unusable.includes(arn.slice(4)));
      },
    },
    notify: ({ kind, title, odsCodes, path, body }) => {
      const isInUse = body.includes('no new token');
      effects.push(`${kind}: ${title} [${odsCodes.join()}] ${path}${isInUse ? ' in use' : ''}`);
      return Promise.resolve(true);
    },
    audit: {
      system: ({ event, facts }) => Promise.resolve(void effects.push(`${event} ${facts['kid'] as string}`)),
    },
    onActiveUnusable: (kid) => effects.push(`counted ${kid}`),
    now: () => 0,
    signal: new AbortController().signal,
    ...more,
  } as KeyStatesDeps);
  return { effects, asked };
}

it('published keys are read, the standby and the retired one too, and no others', async () => {
  expect(await effectsOf([])).toEqual({ effects: [], asked: ['ACTIVE', 'OF-CIS2', 'PUBLISHED', 'RETIRING'] });
});

it('staff are notified of each that may not sign, and the alarm is for the key in use', async () => {
  const { effects } = await effectsOf(['ACTIVE', 'PUBLISHED', 'OF-CIS2']);
  expect(effects).toEqual([
    'counted ACTIVE',
    'alarm: Signing key ACTIVE cannot sign [R69] /applications/app/show in use',
    'KEY_STATE ACTIVE',
    'counted OF-CIS2',
    'alarm: Signing key OF-CIS2 cannot sign [] /cis2-clients/client/show in use',
    'KEY_STATE OF-CIS2',
    'alarm: Signing key PUBLISHED cannot sign [R69] /applications/app/show',
    'KEY_STATE PUBLISHED',
  ]);
});

it('one that staff were notified of is not recorded again', async () => {
  const { effects } = await effectsOf(['PUBLISHED'], { notify: () => Promise.resolve(false) });
  expect(effects).toEqual([]);
});

it('KMS out of reach says nothing about a key', async () => {
  const kms = { isUsable: () => Promise.reject(new Error('KMS is away')) };
  await expect(effectsOf([], { kms })).rejects.toThrow('KMS is away');
});
