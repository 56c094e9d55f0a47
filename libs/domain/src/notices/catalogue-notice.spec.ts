import { expect, it } from 'vitest';
import type { Difference } from '../ers/drift/compare-catalogue.js';
import { catalogueNotice } from './catalogue-notice.js';

const deprecated: Difference = {
  ...{ interaction: 'A034', operationId: 'a034-x', aspect: 'deprecated', builtIn: 'no', file: 'yes' },
};

it('says what changes, once for each version', () => {
  expect(catalogueNotice({ version: '1.3.0', differences: [deprecated] })).toEqual({
    kind: 'upkeep',
    onceKey: 'e-RS specification 1.3.0',
    title: 'Version 1.3.0 of the e-RS specification is newer than this build',
    body: 'A034: NHS England has deprecated it.',
    whatToDo: expect.stringContaining('on the dashboard'),
    path: '/#e-rs-specification',
    odsCodes: [],
    staffId: null,
    roles: ['platform-engineer', 'administrator'],
  });
});

it('names ten differences, and counts the others', () => {
  const notice = catalogueNotice({ version: '2', differences: Array.from({ length: 13 }, () => deprecated) });
  expect(notice?.body.split('\n')).toHaveLength(11);
  expect(notice?.body).toMatch(/\nAnd 3 more\.$/);
});

it('is not written for a build that has caught up', () => {
  expect(catalogueNotice({ version: '1.3.0', differences: [] })).toBeNull();
});
