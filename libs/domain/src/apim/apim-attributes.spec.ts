import { expect, it } from 'vitest';
import { apimAttributes } from './apim-attributes.js';

const base = {
  accessMode: 'application-restricted',
  capability: 'provider',
  odsCodes: ['R69'],
  asid: '200000002454',
  sroSpineUserId: '555073103100',
  jwksUrl: 'https://gatehouse.example/jwks/x',
} as const;

const attributes = (application: Parameters<typeof apimAttributes>[0]) =>
  Object.fromEntries(apimAttributes(application).map(({ name, value }) => [name, value]));

it.each([
  ['provider', 'PROVIDER_AUTHORISED_APPLICATION'],
  ['referrer', 'REFERRER_AUTHORISED_APPLICATION'],
] as const)('a %s asks for its own business function', (capability, businessFunction) => {
  expect(attributes({ ...base, capability })).toEqual({
    asid: '200000002454',
    'app-restricted-ods-code': 'R69',
    'app-restricted-user-id': '555073103100',
    'app-restricted-business-function': businessFunction,
    'jwks-resource-url': 'https://gatehouse.example/jwks/x',
  });
});

it('needs only ASID and JWKS URL where the user names the organisation', () => {
  const application = {
    ...base,
    accessMode: 'user-restricted',
    capability: null,
    odsCodes: ['R69', 'RCD'],
  } as const;
  expect(Object.keys(attributes(application))).toEqual(['asid', 'jwks-resource-url']);
});

it('says what is not known yet, and who provides it', () => {
  const unknown = apimAttributes({ ...base, asid: null, sroSpineUserId: null }).filter(
    ({ value }) => value === null,
  );
  expect(unknown.map(({ name, from }) => [name, from])).toEqual([
    ['asid', 'issued by NHS England'],
    ['app-restricted-user-id', 'Spine user id of the senior responsible owner'],
  ]);
});
