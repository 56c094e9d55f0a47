/** Against docs/reference/interactions.json, which was generated from e-RS's specification, and the hostile values of a caller. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Operation } from './catalogue.js';
import { readUserHeaders, requireUserHeaders, upstreamUserHeaders } from './user-headers.js';

const ALL = new Map([
  ['nhsd-ers-business-function', 'REFERRING_CLINICIAN'],
  ['nhsd-ers-on-behalf-of-user-id', '555073103100'],
  ['nhsd-ers-comm-rule-org', 'X26'],
  ['nhsd-ers-file-name', 'letter.pdf'],
  ['nhsd-ers-referral-id', '000000070000'],
]);
const row = (id: string): Operation => CATALOGUE.find(({ interaction }) => interaction === id)!;
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a value', () => {
  it.each([
    ['nhsd-ers-business-function', 'SERVICE_DEFINER', 'accepted'],
    ['nhsd-ers-business-function', 'referring_clinician', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-business-function', 'REFERRING_CLINICIAN,SERVICE_PROVIDER_CLINICIAN', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-business-function', '', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-business-function', 'A'.repeat(65), 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-on-behalf-of-user-id', '55507310310', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-on-behalf-of-user-id', '5550731031000', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-on-behalf-of-user-id', '555073103100 ', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-comm-rule-org', 'R69, X26', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-comm-rule-org', 'r69', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-referral-id', '7000', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'Clinic letter (2).DOCX', 'accepted'],
    ['nhsd-ers-file-name', 'letter.exe', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'letter.pdf.html', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'letter', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', '.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', `${'a'.repeat(101)}.pdf`, 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'caf\u00e9.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', '=?utf-8?q?x?=.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'CON.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'com1.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', '../letter.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'a/b.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'a\\b.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'a;b.pdf', 'GW_HEADER_SYNTAX'],
    ['nhsd-ers-file-name', 'a%2fb.pdf', 'GW_HEADER_SYNTAX'],
  ])('%s: %j is %s', (name, value, expected) => {
    expect(codeOf(() => readUserHeaders(new Map([[name, value]])))).toBe(expected);
  });
});

interface Row {
  readonly id: string;
  readonly headers: readonly { readonly name: string; readonly userRestricted: string }[];
}
const TABLE = new URL('../../../../docs/reference/interactions.json', import.meta.url);
const { interactions } = JSON.parse(readFileSync(TABLE, 'utf8')) as { interactions: readonly Row[] };
const takes = (id: string, header: string): boolean =>
  interactions.some(
    (row) =>
      row.id === id &&
      row.headers.some(
        ({ name, userRestricted }) =>
          name === header && !/^(?:not allowed|must be absent)/.test(userRestricted),
      ),
  );

describe('what an interaction sends to e-RS', () => {
  it.each(CATALOGUE)('$operationId: the headers of its specification and no others', (operation) => {
    const expected = [
      'NHSD-End-User-Organisation-ODS',
      'NHSD-eRS-Business-Function',
      'NHSD-eRS-On-Behalf-Of-User-ID',
      'NHSD-eRS-Comm-Rule-Org',
      'NHSD-eRS-File-Name',
      'NHSD-eRS-Referral-ID',
    ].filter((header) => takes(operation.interaction, header));
    const sent = upstreamUserHeaders(operation, 'R69', readUserHeaders(ALL));
    expect(Object.keys(sent)).toEqual(expected.map((name) => name.toLowerCase()));
  });

  it('sends nothing in place of a value that the caller left out', () => {
    expect(upstreamUserHeaders(row('A020'), 'R69', readUserHeaders(new Map()))).toEqual({
      'nhsd-end-user-organisation-ods': 'R69',
    });
  });
});

it.each([
  ['A015', 'nhsd-ers-comm-rule-org'],
  ['A020', 'nhsd-ers-file-name'],
])('%s needs %s', (interaction, name) => {
  const without = new Map([...ALL].filter(([header]) => header !== name));
  expect(codeOf(() => requireUserHeaders(row(interaction), readUserHeaders(ALL)))).toBe('accepted');
  expect(codeOf(() => requireUserHeaders(row(interaction), readUserHeaders(without)))).toBe(
    'GW_HEADER_SYNTAX',
  );
});
