import type { Binding, Snapshot } from '@gatehouse/domain/registry/registry';
import { GatewayError } from '@gatehouse/domain/errors';
import { expect, it } from 'vitest';
import { type Canaries, checkForUsers } from './user-check.js';

const KEY = { state: 'ACTIVE', kid: 'kid-1' };
const APPLICATION = {
  ...{ environment: 'int', product: 'ReferWell', state: 'live', apiKey: 'api-key', signingKeys: [KEY] },
};
const CLIENT = { state: 'active', auth: 'private_key_jwt', signingKeys: [KEY] };
const REFUSED = { diagnosis: 'KEY_NOT_FOUND', text: '', messageId: 'rrt-1' };

interface Facts {
  readonly organisation?: string;
  readonly application?: object;
  readonly client?: object | null;
  readonly canary?: () => ReturnType<Canaries['application']>;
  readonly cis2?: () => ReturnType<Canaries['cis2']>;
}

/** The result, and what was asked. */
async function check({ organisation = 'active', application, client = {}, canary, cis2 }: Facts) {
  const asked: string[] = [];
  const binding = { odsCode: 'R69', application: { ...APPLICATION, ...application } } as unknown as Binding;
  const snapshot = {
    organisations: new Map([['R69', { state: organisation }]]),
    cis2Clients: new Map(client === null ? [] : [['int/ReferWell', { ...CLIENT, ...client }]]),
  } as unknown as Snapshot;
  const result = await checkForUsers(binding, snapshot, {
    application: async () => {
      asked.push('API Management');
      return canary === undefined ? null : canary();
    },
    cis2: async () => {
      asked.push('CIS2');
      return cis2 === undefined ? null : cis2();
    },
  });
  return { code: result.code, limits: result.limits, refusal: result.refusal?.code ?? null, asked };
}

const BOTH = ['API Management', 'CIS2'];
const USER = ['user'];

it.each<[string, Facts, object]>([
  ['both keys are known', {}, { code: null, asked: BOTH, limits: USER }],
  ['a draft', { application: { state: 'draft' } }, { code: null, asked: BOTH }],
  [
    'API Management does not know the key',
    { canary: () => Promise.resolve(REFUSED) },
    { code: 'KEY_NOT_FOUND', asked: ['API Management'], limits: USER },
  ],
  [
    'API Management is away',
    { canary: () => Promise.reject(new GatewayError('GW_TOKEN_UNAVAILABLE')) },
    { code: 'GW_TOKEN_UNAVAILABLE', refusal: 'GW_TOKEN_UNAVAILABLE', asked: ['API Management'] },
  ],
  ['CIS2 does not know the key', { cis2: () => Promise.resolve(REFUSED) }, { code: 'CIS2_KEY', asked: BOTH }],
  [
    'CIS2 is away',
    { cis2: () => Promise.reject(new Error('no route')) },
    { code: 'CIS2_UNAVAILABLE', asked: BOTH },
  ],
  [
    'the CIS2 client has a secret, which is shown as entered',
    { client: { auth: 'client_secret' } },
    { code: null, asked: ['API Management'], limits: ['user', 'cis2-secret'] },
  ],
  [
    'the CIS2 client has no active key',
    { client: { signingKeys: [] } },
    { code: null, asked: ['API Management'], limits: ['user', 'cis2-key'] },
  ],
  ['there is no CIS2 client', { client: null }, { code: null, asked: ['API Management'], limits: USER }],
  ['the CIS2 client is retired', { client: { state: 'retired' } }, { code: null, asked: ['API Management'] }],
])('%s', async (_, facts, expected) => {
  expect(await check(facts)).toMatchObject(expected);
});

it.each<[string, Facts]>([
  ['GW_ORGANISATION_SUSPENDED', { organisation: 'suspended' }],
  ['GW_APPLICATION_STATE', { application: { state: 'suspended' } }],
  ['GW_ASID_MISSING', { application: { apiKey: null } }],
  ['GW_KEY_MISSING', { application: { signingKeys: [] } }],
])('nobody is asked: %s', async (code, facts) => {
  const limits = ['user', 'not-asked'];
  expect(await check(facts)).toEqual({ code, refusal: code, asked: [], limits });
});
