import { describe, expect, it } from 'vitest';
import { publishedIn, remarkOn, remarkOnRegistration } from './published-organisation.js';

/** A row as it is published: 27 cells, of which five are read. */
function row(odsCode: string, name: string, opened = '', closed = '', status = ''): string[] {
  const cells = Array.from({ length: 27 }, () => '');
  [cells[0], cells[1], cells[10], cells[11], cells[12]] = [odsCode, name, opened, closed, status];
  return cells;
}

describe('a row of a report', () => {
  it.each([
    [
      'a trust, which has no status',
      row('R0Z', 'HARBOUR NHS FOUNDATION TRUST', '20060401'),
      {
        odsCode: 'R0Z',
        name: 'HARBOUR NHS FOUNDATION TRUST',
        openedOn: '2006-04-01',
        closedOn: null,
        isClosed: false,
      },
    ],
    [
      'a practice that has closed',
      row('A99001', 'THE QUAY SURGERY', '19740401', '20240331', 'INACTIVE'),
      { openedOn: '1974-04-01', closedOn: '2024-03-31', isClosed: true },
    ],
    [
      'the status of the files before',
      row('A99002', 'DOCK SURGERY', '19740401', '', 'C'),
      { isClosed: true },
    ],
    ['a dormant practice', row('A99003', 'PIER SURGERY', '19740401', '', 'D'), { isClosed: false }],
    ['a code with space around it', row(' R0Z ', ' HARBOUR '), { odsCode: 'R0Z', name: 'HARBOUR' }],
    ['a branch surgery, whose code has eight digits', row('G81001001', 'BRANCH'), { odsCode: 'G81001001' }],
    ['a date that is none', row('R0Z', 'HARBOUR', '31/03/2024'), { openedOn: '31/03/2024' }],
    ['headings', row('Organisation Code', 'Name'), { fault: expect.stringContaining('headings') }],
    ['another report', ['A99001', 'QWE', 'W'], { fault: expect.stringContaining('has 3 columns') }],
    [
      'a general practitioner',
      row('G8400003', 'SURNAME A'),
      { fault: expect.stringContaining('practitioner') },
    ],
  ])('%s', (_what, cells, expected) => {
    expect(publishedIn(cells)).toMatchObject(expected);
  });
});

describe('the remark', () => {
  const open = { openedOn: '1974-04-01', closedOn: null, isClosed: false };
  it.each([
    [open, null],
    [{ ...open, openedOn: null }, null],
    [{ ...open, closedOn: '2024-03-31' }, 'It closed on 31 March 2024.'],
    [{ ...open, closedOn: '2026-03-01', isClosed: true }, 'It closed on 1 March 2026.'],
    [{ ...open, closedOn: '2026-03-02' }, 'It closes on 2 March 2026.'],
    [{ ...open, isClosed: true }, 'It is closed.'],
    [{ ...open, openedOn: '2026-04-01' }, 'It opens on 1 April 2026.'],
    [{ ...open, openedOn: '2026-03-02' }, null],
  ])('on 2 March 2026, of %j: %s', (organisation, remark) => {
    expect(remarkOn(organisation, '2026-03-02')).toBe(remark);
  });
});

describe('the remark on a registration', () => {
  const published = {
    ...{ odsCode: 'R0Z', name: 'HARBOUR NHS TRUST', openedOn: '2006-04-01', closedOn: null, isClosed: false },
  };
  const closed = { ...published, closedOn: '2024-03-31' };
  it.each([
    ['Harbour NHS Trust', published, null],
    ['HARBOUR  NHS TRUST', published, null],
    ['Harbor Trust', published, 'The NHS publishes R0Z as HARBOUR NHS TRUST, and not as Harbor Trust.'],
    ['Harbour NHS Trust', closed, 'R0Z is HARBOUR NHS TRUST. It closed on 31 March 2024.'],
    ['Harbor Trust', closed, expect.stringMatching(/not as Harbor Trust\. It closed on 31 March 2024\.$/)],
  ])('under the name %s', (name, organisation, remark) => {
    expect(remarkOnRegistration(name, organisation, '2026-03-02')).toEqual(remark);
  });
});
