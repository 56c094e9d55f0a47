import { describe, expect, it } from 'vitest';
import { parseRoleRule, rolesOfClaim } from './staff-roles.js';

describe('the map from a claim to roles', () => {
  it.each([
    ['staff=auditor', { claim: 'staff', role: 'auditor', odsCodes: null }],
    [
      'gov=governance-officer@R69+RCD',
      { claim: 'gov', role: 'governance-officer', odsCodes: ['R69', 'RCD'] },
    ],
    ['staff=root', null],
    ['staff', null],
    ['staff=auditor@', null],
    ['staff=auditor@r69', null],
    ['=auditor', null],
  ])('%s', (text, expected) => {
    expect(parseRoleRule(text)).toEqual(expected);
  });

  const rules = ['a=auditor@R69', 'b=auditor@RCD', 'c=auditor', 'd=administrator'].map(
    (text) => parseRoleRule(text) ?? expect.fail(text),
  );

  it.each([
    [['a', 'b'], [{ role: 'auditor', odsCodes: ['R69', 'RCD'] }]],
    [['a', 'c'], [{ role: 'auditor', odsCodes: null }]],
    [
      ['c', 'd'],
      [
        { role: 'auditor', odsCodes: null },
        { role: 'administrator', odsCodes: null },
      ],
    ],
    [['A', 'other'], []],
    [[], []],
  ])('%j', (values, expected) => {
    expect(rolesOfClaim(values, rules)).toEqual(expected);
  });
});
