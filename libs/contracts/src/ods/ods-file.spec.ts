import { describe, expect, it } from 'vitest';
import { readOdsFile } from './ods-file.js';
import { MOST_ORGANISATIONS } from './ods-routes.js';

/** A line as it is published: every cell in quotes. */
function line(odsCode: string, name: string, opened = '', closed = '', status = ''): string {
  const cells = Array.from({ length: 27 }, () => '');
  [cells[0], cells[1], cells[10], cells[11], cells[12]] = [odsCode, name, opened, closed, status];
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
}
const TWO = [
  line('A99001', 'THE QUAY SURGERY', '19740401', '20240331', 'INACTIVE'),
  line('R0Z', "HARBOUR & ST PETER'S NHS FOUNDATION TRUST", '20060401'),
];

describe('a report of organisations', () => {
  it.each([
    ['CRLF', TWO.join('\r\n')],
    ['LF, and a last line end', `${TWO.join('\n')}\n`],
    ['a byte-order mark', `\uFEFF${TWO.join('\r\n')}\r\n`],
    ['an empty line at the end', `${TWO.join('\r\n')}\r\n\r\n`],
    ['no quotes', TWO.join('\n').replaceAll('"', '')],
  ])('is read with %s', (_what, text) => {
    expect(readOdsFile(text)).toEqual({
      faults: [],
      organisations: [
        {
          ...{ odsCode: 'A99001', name: 'THE QUAY SURGERY', isClosed: true },
          ...{ openedOn: '1974-04-01', closedOn: '2024-03-31' },
        },
        {
          ...{ odsCode: 'R0Z', name: "HARBOUR & ST PETER'S NHS FOUNDATION TRUST", isClosed: false },
          ...{ openedOn: '2006-04-01', closedOn: null },
        },
      ],
    });
  });

  it('has every fault at its line, and then nothing is read', () => {
    const text = [
      TWO[0],
      line('r0y', 'LOWER CASE'),
      line('R0Z', ''),
      line('R0X', 'NO SUCH DAY', '20260230', '31/03/2024'),
      line('A99001', 'THE QUAY SURGERY'),
      'A99004,TOO SHORT',
    ].join('\r\n');
    expect(readOdsFile(text)).toEqual({
      organisations: [],
      faults: [
        { line: 2, detail: 'Organisation Code: an ODS code has 1 to 10 capital letters and digits' },
        { line: 3, detail: "Name: the organisation's name is empty" },
        { line: 4, detail: 'Open Date: this is not a date of the form YYYYMMDD' },
        { line: 4, detail: 'Close Date: this is not a date of the form YYYYMMDD' },
        { line: 5, detail: 'A99001 is on line 1, too' },
        { line: 6, detail: expect.stringContaining('this row has 2 columns') },
      ],
    });
  });

  it.each([
    ['an empty file', '', 'the file is empty'],
    ['a quote that is never closed', '"A99001', 'a quote that opens here is never closed'],
    ['a row without an end', `"${'A'.repeat(200_000)}`, expect.stringContaining('more than 100,000')],
    ['too many rows', 'A\n'.repeat(MOST_ORGANISATIONS + 1), expect.stringContaining('split it')],
  ])('is not %s', (_what, text, detail) => {
    expect(readOdsFile(text)).toMatchObject({ organisations: [], faults: [{ line: 1, detail }] });
  });
});
