import { expect, it } from 'vitest';
import { isOfCis1 } from './cis1.js';

const CIS2 =
  'https://am.nhsidentity.spineservices.nhs.uk:443/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';

it.each([
  [true, { iss: 'https://am.example.nhs.uk:443/cis1/openam/oauth2/realms/root' }],
  [true, { iss: 'https://am.example.nhs.uk/CIS1' }],
  [true, { iss: CIS2, realm: '/CIS1' }],
  [true, { realm: '/cis1' }],
  [false, { iss: CIS2, realm: '/NHSIdentity/Healthcare' }],
  [false, { iss: 'https://am.example.nhs.uk/cis12/x' }],
  [false, { iss: 'https://am.example.nhs.uk/a/cis1/x' }],
  [false, { iss: 'https://cis1/realms/x' }],
  [false, { iss: 'https://am.example.nhs.uk/x?y=/cis1/' }],
  [false, { iss: ['https://am.example.nhs.uk/cis1/'], realm: 1 }],
  [false, {}],
])('%j: %j', (expected, claims) => {
  expect(isOfCis1(claims)).toBe(expected);
});
