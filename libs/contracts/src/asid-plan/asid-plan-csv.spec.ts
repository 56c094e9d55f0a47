import { expect, it } from 'vitest';
import { asidPlanCsv, missingAsImport } from './asid-plan-csv.js';
import type { AsidPlanRowView } from './planner-resources.js';
import { readRegistryCsv } from '../registry/registry-csv.js';

const missing: AsidPlanRowView = {
  key: 'int / ReferWell / R69 / application-restricted / provider',
  name: 'Trust, the Example - ReferWell - Int - Application-Restricted - Provider',
  environment: 'int',
  organisations: ['R69'],
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
  state: 'missing',
  note: 'No application is registered for this.',
  applications: [],
};
const present: AsidPlanRowView = {
  ...missing,
  state: 'present',
  note: '',
  applications: [{ id: 'a1', state: 'live', asid: '200000002454' }],
};
const shared: AsidPlanRowView = {
  ...missing,
  organisations: ['R69', 'RCD'],
  accessMode: 'user-restricted',
  capability: null,
};

it('a plan is one line for each row', () => {
  expect(asidPlanCsv([missing, present, shared]).split('\r\n').slice(1, 4)).toEqual([
    'missing,"Trust, the Example - ReferWell - Int - Application-Restricted - Provider",int,R69,ReferWell,application-restricted,provider,,,,No application is registered for this.',
    'present,"Trust, the Example - ReferWell - Int - Application-Restricted - Provider",int,R69,ReferWell,application-restricted,provider,200000002454,a1,live,',
    'missing,"Trust, the Example - ReferWell - Int - Application-Restricted - Provider",int,R69 RCD,ReferWell,user-restricted,,,,,No application is registered for this.',
  ]);
});

it('the import reads what is missing as drafts', () => {
  const { document, faults } = readRegistryCsv(missingAsImport([missing, present, shared]));
  expect(faults).toEqual([]);
  expect(document?.applications).toEqual([
    {
      organisation: 'R69',
      product: 'ReferWell',
      environment: 'int',
      accessMode: 'application-restricted',
      capability: 'provider',
      state: 'draft',
    },
  ]);
});
