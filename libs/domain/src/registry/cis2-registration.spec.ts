import { describe, expect, it } from 'vitest';
import type { CIS2_CLIENT_AUTHS } from './records/vocabulary.js';
import { valuesToRegister } from './cis2-registration.js';

describe('what is registered with NHS CIS2', () => {
  const publicUrl = 'https://gatehouse.example';
  const addresses = [
    ['Callback URL', 'https://gatehouse.example/auth/cis2/callback'],
    ['Back-channel logout URL', 'https://gatehouse.example/auth/cis2/back-channel-logout'],
  ];

  it.each<[(typeof CIS2_CLIENT_AUTHS)[number], string[][]]>([
    [
      'private_key_jwt',
      [...addresses, ['JWKS URL', 'https://gatehouse.example/jwks/one'], ['Signing algorithm', 'RS256']],
    ],
    ['client_secret', addresses],
    ['supplier', []],
  ])('for %s', (auth, values) => {
    const client = { auth, signingAlgorithm: 'RS256' } as const;
    const registered = valuesToRegister(client, { publicUrl, jwksUrl: `${publicUrl}/jwks/one` });
    expect(registered.map(({ name, value }) => [name, value])).toEqual(values);
  });
});
