import { expect, it } from 'vitest';
import { applicationName } from './application-name.js';

const base = { organisationName: 'Example NHS Trust', product: 'ReferWell' } as const;

it.each([
  [
    { ...base, environment: 'prod', accessMode: 'application-restricted', capability: 'referrer' },
    'Example NHS Trust - ReferWell - Prod - Application-Restricted - Referrer',
  ],
  [
    { ...base, environment: 'int', accessMode: 'application-restricted', capability: 'provider' },
    'Example NHS Trust - ReferWell - Int - Application-Restricted - Provider',
  ],
  [
    { ...base, environment: 'sandbox', accessMode: 'user-restricted', capability: null },
    'Example NHS Trust - ReferWell - Sandbox - User-Restricted',
  ],
] as const)('names an application by the guidance pattern', (of, name) => {
  expect(applicationName(of)).toBe(name);
});
