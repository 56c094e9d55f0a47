import { describe, expect, it } from 'vitest';
import { readRegistryCsv } from './registry-csv.js';

const HEAD =
  'organisation_ods_code,organisation_name,product,environment,access_mode,capability,asid,api_key,message_sets,state';
const ROW =
  'R69,Example NHS Trust,ReferWell,int,application-restricted,provider,200000002454,aKey0123456789,provider-read,live';
const USER = 'user-restricted,,200000002455,userKey0123456789,provider-read,';
const row = (at: number, text: string): string => {
  const cells = ROW.split(',');
  cells[at] = text;
  return cells.join(',');
};
const file = (...lines: string[]) => [HEAD, ...lines].map((line) => `${line}\r\n`).join('');
const faultsOf = (text: string) =>
  readRegistryCsv(text).faults.map(({ line, column, detail }) => [line, column, detail]);

const application = {
  organisation: 'R69',
  product: 'ReferWell',
  environment: 'int',
  accessMode: 'application-restricted',
  capability: 'provider',
  asid: '200000002454',
  apiKey: 'aKey0123456789',
  messageSets: ['provider-read'],
  state: 'live',
};

describe('a file without faults', () => {
  it.each<[string, string]>([
    ['CRLF', file(ROW)],
    ['LF, and none at the end', `${HEAD}\n${ROW}`],
    ['a byte-order mark', `\ufeff${file(ROW)}`],
    ['quotes where none are needed', file(ROW.replace('ReferWell', '"ReferWell"'))],
    ['spaces around cells', file(ROW.replaceAll(',', ' ,'))],
    ['empty lines, and lines of commas alone', `${HEAD}\r\n\r\n${ROW}\r\n,,,,,,,,,\r\n`],
    ['headings in another order', `state,${HEAD.replace(',state', '')}\nlive,${ROW.replace(',live', '')}`],
  ])('with %s', (_name, text) => {
    expect(readRegistryCsv(text)).toMatchObject({
      faults: [],
      document: {
        organisations: [{ odsCode: 'R69', name: 'Example NHS Trust' }],
        products: [{ name: 'ReferWell' }],
        applications: [application],
        clients: [],
        messageSets: [],
      },
    });
  });

  it.each([
    ['"Trust, the Example"', 'Trust, the Example'],
    ['"The ""Example"" Trust"', 'The "Example" Trust'],
    ['Ysbyty Gwynedd a\u0302', 'Ysbyty Gwynedd \u00e2'],
  ])('the name %s', (written, name) => {
    expect(readRegistryCsv(file(row(1, written))).document?.organisations).toEqual([
      { odsCode: 'R69', name },
    ]);
  });

  it('an empty cell has no value, and a column may be left out', () => {
    const text = 'organisation_ods_code,product,environment,access_mode\nR69,ReferWell,int,user-restricted';
    const { document } = readRegistryCsv(text);
    expect(document?.organisations).toEqual([]);
    expect(document?.applications).toEqual([
      { organisation: 'R69', product: 'ReferWell', environment: 'int', accessMode: 'user-restricted' },
    ]);
  });

  it('message sets are separated by spaces or semicolons', () => {
    const { document } = readRegistryCsv(file(row(8, 'provider-read; provider-write')));
    expect(document?.applications[0]?.messageSets).toEqual(['provider-read', 'provider-write']);
  });

  it('rows with the same user-restricted ASID are one application for several organisations', () => {
    const { document } = readRegistryCsv(
      file(`R69,Example NHS Trust,ReferWell,int,${USER}`, `RCD,Other,ReferWell,int,${USER}`),
    );
    expect(document?.applications.map(({ organisations, asid }) => [organisations, asid])).toEqual([
      [['R69', 'RCD'], '200000002455'],
    ]);
  });
});

describe('faults, each with its line and column', () => {
  it.each<[string, string, [number, string | null, string | RegExp][]]>([
    ['an empty file', '', [[1, null, 'the file is empty']]],
    ['headings alone', file(), [[1, null, 'there is no row below the headings']]],
    ['semicolons', file(ROW).replaceAll(',', ';'), [[1, null, 'separate the columns with commas']]],
    ['an unknown heading', `${HEAD},notes\n${ROW},x`, [[1, 'notes', /heading 11 is not known here/]]],
    [
      'a misspelt heading',
      file(ROW).replace('capability', 'capabilty'),
      [[1, 'capabilty', /not known here/]],
    ],
    ['a heading twice', `${HEAD},asid\n${ROW},x`, [[1, 'asid', 'heading 11 is there twice']]],
    ['a heading without a name', `${HEAD},\n${ROW},x`, [[2, null, /cell 11 has no heading/]]],
    [
      'no heading for the product',
      file(ROW).replace('product', ''),
      [
        [1, null, /^heading 3 is empty/],
        [1, 'product', 'this heading is missing'],
      ],
    ],
    ['a cell too many', file(ROW, `${ROW},x`), [[3, null, /cell 11 has no heading/]]],
    ['a wrong ASID', file(row(6, '2454')), [[2, 'asid', /4 digits and must have 12/]]],
    [
      'an ASID that a spreadsheet has turned into a number',
      file(row(6, '2.00000002454E+11')),
      [[2, 'asid', /digits were lost: format the column as text/]],
    ],
    ['a wrong mode', file(row(4, 'restricted')), [[2, 'access_mode', /the access mode is/]]],
    ['a wrong state', file(row(9, 'on')), [[2, 'state', /the state is draft/]]],
    ['an ODS code in small letters', file(row(0, 'r69')), [[2, 'organisation_ods_code', /capital letters/]]],
    ['a product left empty', file(row(2, '')), [[2, 'product', 'the product is empty']]],
    ['characters that are not UTF-8', file(row(1, 'Ysbyty \ufffd')), [[2, 'organisation_name', /CSV UTF-8/]]],
    [
      'two names for one organisation',
      file(ROW, row(1, 'Another')),
      [[3, 'organisation_name', 'this organisation has another name on line 2']],
    ],
    ['a quote that is never closed', file(row(1, '"Trust')), [[2, null, /never closed/]]],
    ['a quote inside a cell', file(row(1, 'The "Trust"')), [[2, null, /middle of a cell/]]],
    ['text after a quote', file(row(1, '"Trust" x')), [[2, null, /follows a closing quote/]]],
    [
      'a row after a cell with two lines',
      file(row(1, '"Two\nlines"'), row(6, '1').replace('R69', 'RCD')),
      [
        [2, 'organisation_name', /a line break/],
        [4, 'asid', /1 digits? and must have 12/],
      ],
    ],
    [
      'one ASID with two API keys',
      file(`R69,,P,int,${USER}`, `RCD,,P,int,${USER.replace('userKey', 'otherKey')}`),
      [[3, 'api_key', 'line 2 is of the same ASID, so this must be the same there']],
    ],
  ])('%s', (_name, text, faults) => {
    expect(readRegistryCsv(text).document).toBeNull();
    expect(faultsOf(text)).toEqual(
      faults.map(([line, column, detail]) => [
        line,
        column,
        typeof detail === 'string' ? detail : expect.stringMatching(detail),
      ]),
    );
  });
});

describe('what spreadsheets write', () => {
  it.each<[string, string]>([
    ['empty columns at the right throughout', `${HEAD},,\r\n${ROW},,\r\n`],
    ['empty cells at the right of one row', file(`${ROW},,`)],
    ['empty cells in quotes at the right', `${HEAD},"",""\r\n${ROW},"",""\r\n`],
    ['spaces in an empty column', `${HEAD}, \r\n${ROW},  \r\n`],
    ['a no-break space in an empty column', `${HEAD},\u00a0\r\n${ROW},\u00a0\r\n`],
    ['an empty column at the left', `,${HEAD}\r\n,${ROW}\r\n`],
    [
      'an empty column in the middle',
      `${HEAD.replace('state', ',state')}\r\n${ROW.replace('live', ',live')}\r\n`,
    ],
    ['empty lines above the headings', `\r\n,,,,\r\n${file(ROW)}`],
    ['lines that end with CR alone', file(ROW).replaceAll('\r\n', '\r')],
    ['tabs, as in “Unicode Text”', file(ROW).replaceAll(',', '\t')],
  ])('%s', (_name, text) => {
    expect(readRegistryCsv(text)).toMatchObject({ faults: [], document: { applications: [application] } });
  });

  const KEY = 'abcdefgh12345678abcdefgh12345678';
  it.each([
    ['a file without its headings', `${ROW.replace('aKey0123456789', KEY)}\n`],
    ['a row that has slipped to the right', file(`,${ROW.replace('aKey0123456789', KEY)}`)],
    ['a row that has slipped to the left', file(`${ROW.replace('aKey0123456789', KEY).slice(4)},`)],
    ['a key in the place of a heading', `${HEAD.replace('state', KEY)}\n${ROW}`],
    ['a key of letters in the place of a heading', `${HEAD.replace('state', 'k'.repeat(32))}\n${ROW}`],
    ['a masked key', file(row(7, 'abcd…5678'))],
    ['a key with a space', file(row(7, `${KEY} ${KEY}`))],
  ])('no fault of %s repeats a cell that may be a secret', (_name, text) => {
    const { document, faults } = readRegistryCsv(text);
    expect(document).toBeNull();
    const said = JSON.stringify(faults);
    for (const part of [KEY, 'kkkkk', 'abcd…']) expect(said).not.toContain(part);
  });

  it('a file without its headings has one fault', () => {
    expect(faultsOf(ROW)).toEqual([
      [1, null, expect.stringMatching(/must hold the headings.*looks like data/)],
    ]);
  });

  it.each(HEAD.split(',').map((column, at) => [column, at] as const))(
    'an error value in %s is its one fault',
    (column, at) => {
      expect(faultsOf(file(row(at, '#N/A')))).toEqual([
        [2, column, expect.stringMatching(/in place of a value/)],
      ]);
    },
  );
});

describe('faults and changes that the admin API reports', () => {
  const read = readRegistryCsv(
    file(ROW, `R69,,ReferWell,int,${USER}`, `RCD,Other,ReferWell,int,${USER}`, row(5, 'referrer')),
  );

  it('faults are shown at their line and column', () => {
    expect(
      read.explain([
        { pointer: '/document/applications/1/organisations/1', detail: 'there is no organisation RCD' },
        { pointer: '/document/applications/2/asid', detail: 'this ASID is already that of /applications/0' },
        { pointer: '/document/products/0', detail: 'no' },
        { pointer: '', detail: 'something else' },
      ]),
    ).toEqual([
      { line: 4, column: 'organisation_ods_code', detail: 'there is no organisation RCD' },
      { line: 5, column: 'asid', detail: 'this ASID is already that of line 2' },
      { line: 2, column: null, detail: 'no' },
      { line: 1, column: null, detail: 'something else' },
    ]);
  });

  it('the lines without faults can be checked before the others are corrected', () => {
    const { document, checkable, faults, explain } = readRegistryCsv(
      file(row(6, '2454'), `RCD,,ReferWell,int,${USER}`),
    );
    expect(document).toBeNull();
    expect(faults.map(({ line }) => line)).toEqual([2]);
    expect(checkable?.applications.map(({ organisation }) => organisation)).toEqual(['RCD']);
    expect(checkable?.organisations).toEqual([{ odsCode: 'R69', name: 'Example NHS Trust' }]);
    expect(explain([{ pointer: '/document/applications/0/organisation', detail: 'unknown' }])).toEqual([
      { line: 3, column: 'organisation_ods_code', detail: 'unknown' },
    ]);
  });

  it('the changes of a diff are shown line by line', () => {
    const change = (
      kind: 'organisation' | 'product' | 'application',
      action: 'create' | 'unchanged',
      key = '',
    ) => ({
      kind,
      action,
      key,
      fields: [],
    });
    const effects = read.effects([
      change('organisation', 'unchanged', 'R69'),
      change('organisation', 'create', 'RCD'),
      change('product', 'unchanged'),
      change('application', 'unchanged', 'one'),
      change('application', 'create', 'two'),
      change('application', 'unchanged', 'three'),
    ]);
    expect(effects.map(({ line, action, changes }) => [line, action, changes.map(({ key }) => key)])).toEqual(
      [
        [2, 'unchanged', ['one']],
        [3, 'create', ['two']],
        [4, 'create', ['two', 'RCD']],
        [5, 'unchanged', ['three']],
      ],
    );
  });
});
