import { describe, expect, it } from 'vitest';
import type { EvidencePack } from '../evidence-pack.js';
import type { Block } from './blocks.js';
import { evidenceDocument } from './evidence-document.js';
import { decidedInWords, monthInWords, timeInWords, valueInWords } from './words.js';

const by = (at: string, reason: string | null = null) => ({ at, by: 'Priya, approved by Gita', reason });
const START = '2026-07-02T09:03:00Z';
const pack: EvidencePack = {
  format: 'gatehouse-evidence/1',
  organisation: { odsCode: 'R69', name: 'Example NHS Trust', stateAtStart: null, stateAtEnd: 'active' },
  period: {
    from: '2026-07-01',
    until: '2026-07-31',
    fromInstant: '2026-06-30T23:00:00Z',
    untilInstant: '2026-07-31T23:00:00Z',
  },
  owners: [],
  applications: [
    {
      ...{ id: 'a1', product: 'ReferWell', environment: 'prod', accessMode: 'application-restricted' },
      ...{ capability: 'provider', apimApplicationId: null, stateAtStart: null, stateAtEnd: 'live' },
      serves: [{ since: by(START), until: null }],
      asids: [{ asid: '200000000001', sharedWith: [], since: by(START, 'moved'), until: null }],
      messageSets: [{ name: 'provider-read', since: by(START, 'it reads its worklist'), until: null }],
    },
  ],
  messageSets: [],
  signingKeys: [],
  writeExceptions: [],
  approvals: { fourEyes: [], requests: [], emergencyStops: [], keyEmergencies: [] },
  changes: [],
  traffic: {
    attempts: [
      { month: '2026-07', environment: 'prod', interaction: 'A005', outcome: 'COMPLETED', count: 18_000 },
    ],
    failures: [],
    refusals: [{ month: '2026-07', code: 'GW_GRANT', count: 1 }],
  },
  trail: {
    count: 0,
    first: null,
    last: null,
    closing: null,
    foundBehind: [],
    headsCompared: 0,
    headsDiffering: [],
  },
  notIncluded: ['Single requests.'],
};
const made = { at: '2026-08-01T11:03:00Z', by: 'Gita' };
const change = (key: string) => ({
  ...by(START),
  ...{ version: 1, people: [], table: 'application', key, what: 'changed' as const },
  fields: [{ name: 'state', before: 'draft', after: 'live' }, { name: 'api_key' }],
});

const textOf = (block: Block): string =>
  block.kind === 'table' ? block.rows.map((row) => row.join(' | ')).join('\n') : block.text;
const documentText = (changes: Partial<EvidencePack> = {}): string =>
  evidenceDocument({ ...pack, ...changes }, made)
    .blocks.map(textOf)
    .join('\n');

describe('the document of an evidence pack', () => {
  it('has a title, a language and a foot that name organisation and period', () => {
    expect(evidenceDocument(pack, made)).toMatchObject({
      title: 'Evidence pack: Example NHS Trust (R69), 1 July 2026 to 31 July 2026',
      language: 'en-GB',
      footer: 'Example NHS Trust (R69), 1 July 2026 to 31 July 2026',
    });
  });

  it.each([
    ['who made it, and when', 'Made | 1 August 2026, 12:03, by Gita'],
    [
      'an ASID with the reason',
      '200000000001 | – | 2 July 2026, 10:03, by Priya, approved by Gita. Reason: moved.',
    ],
    [
      'a message set and why',
      'provider-read | 2 July 2026, 10:03, by Priya, approved by Gita. Reason: it reads its worklist.',
    ],
    ['traffic in counts', 'July 2026 | prod | A005 | completed | 18,000'],
    ['a rejection with its meaning', 'July 2026 | GW_GRANT | '],
    ['that nobody was appointed', 'Nobody was appointed in the period.'],
    ['that the end is not covered yet', 'None yet: the end of the period is not covered'],
    ['what it can’t show', 'Single requests.'],
  ])('says %s', (_, text) => {
    expect(documentText()).toContain(text);
  });

  it('says of a change who made it and what became of each field, and no secret', () => {
    expect(documentText({ changes: [change('a1')] })).toContain(
      '2 July 2026, 10:03, by Priya, approved by Gita | Application changed: a1 | state: draft became live; api key: not shown | –',
    );
  });

  it('says how many changes are in the other file if they are too many to print', () => {
    const changes = Array.from({ length: 2_003 }, (_, index) => change(String(index)));
    const text = documentText({ changes });
    expect(text).toContain('Application changed: 1999 ');
    expect(text).not.toContain('Application changed: 2000 ');
    expect(text).toContain('The other 3 changes of the period are in evidence.json.');
  });

  it('has one column for each cell', () => {
    const { blocks } = evidenceDocument({ ...pack, changes: [change('a1')] }, made);
    for (const block of blocks)
      if (block.kind === 'table')
        for (const row of block.rows) expect(row, block.summary).toHaveLength(block.columns.length);
  });
});

it.each([
  ['in winter', timeInWords('2026-11-28T12:03:59Z'), '28 November 2026, 12:03'],
  ['in summer', timeInWords('2026-07-01T23:30:00Z'), '2 July 2026, 00:30'],
  ['that is missing', timeInWords(null), '–'],
  ['of a month', monthInWords('2026-03'), 'March 2026'],
  [
    'with a reason that ends with a stop',
    decidedInWords({ at: START, by: 'Gita', reason: 'Agreed.' }),
    '2 July 2026, 10:03, by Gita. Reason: Agreed.',
  ],
  ['as a value', valueInWords('2026-11-28T12:03:59.000Z'), '28 November 2026, 12:03'],
  ['as an empty list', valueInWords([]), 'nothing'],
  ['as no', valueInWords(false), 'no'],
])('a time or value %s', (_, words, expected) => {
  expect(words).toBe(expected);
});
