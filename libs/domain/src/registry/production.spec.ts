import { describe, expect, it } from 'vitest';
import { type EnvironmentAddresses, isProduction } from './production.js';

const API = 'https://int.api.service.nhs.uk/referrals';

describe('whether an environment is production', () => {
  it.each<[what: string, environment: EnvironmentAddresses, expected: boolean]>([
    ['by its name', { name: 'prod' }, true],
    ['by its name, wherever it leads', { name: 'prod', apiBaseUrl: 'https://localhost:1/referrals' }, true],
    ['by the host of e-RS', { name: 'live', apiBaseUrl: 'https://api.service.nhs.uk:443/referrals' }, true],
    [
      'by the host of e-RS in capitals',
      { name: 'live', apiBaseUrl: 'https://API.service.nhs.uk/referrals' },
      true,
    ],
    [
      'by the host of the token service',
      { name: 'x', tokenUrl: 'https://api.service.nhs.uk/oauth2/token' },
      true,
    ],
    [
      'by the host of CIS2',
      { name: 'x', apiBaseUrl: API, cis2Issuer: 'https://am.nhsidentity.spineservices.nhs.uk:443/openam' },
      true,
    ],
    ['not on the path to live', { name: 'int', apiBaseUrl: API }, false],
    [
      'not for a host that only begins like it',
      { name: 'x', apiBaseUrl: 'https://api.service.nhs.uk.example/' },
      false,
    ],
    ['not by a name that only begins like it', { name: 'prod-copy' }, false],
    ['not by an address that can’t be read', { name: 'x', tokenUrl: 'nowhere' }, false],
  ])('%s', (_what, environment, expected) => {
    expect(isProduction(environment)).toBe(expected);
  });
});
