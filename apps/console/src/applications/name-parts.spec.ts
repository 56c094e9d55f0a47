import { expect, it } from 'vitest';
import { organisationInName } from './name-parts.js';

it.each([
  ['Quay NHS Trust - ReferWell - Prod - Application-Restricted - Referrer', 'ReferWell', 'Quay NHS Trust'],
  ['Quay - North - ReferWell - Int - User-Restricted', 'ReferWell', 'Quay - North'],
  ['A, B - Refer - Well - Int - User-Restricted', 'Refer - Well', 'A, B'],
  ['ReferWell - ReferWell - Int - User-Restricted', 'ReferWell', 'ReferWell'],
  ['Of another pattern', 'ReferWell', 'Of another pattern'],
])('in “%s”, before %s, stands %s', (name, product, organisation) => {
  expect(organisationInName({ name, product })).toBe(organisation);
});
