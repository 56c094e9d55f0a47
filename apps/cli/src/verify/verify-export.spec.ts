import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, rowHash, subjectsHash } from './canonical.js';
import { verifyExport, type VerifyReport } from './verify-export.js';

interface Row {
  type: 'row';
  writer: string;
  seq: number;
  prevHash: string;
  hash: string;
  record: Record<string, unknown>;
  subjects?: Record<string, string>[];
}

const ZERO_HASH = '0'.repeat(64);
const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Chains records of one writer, each [kind, attempt, more fields]. */
function chainOf(writer: string, records: readonly (readonly [string, string, object?])[]): Row[] {
  let prevHash = ZERO_HASH;
  return records.map(([kind, attemptId, more], at) => {
    const seq = at + 1;
    const subjects =
      kind === 'OUTCOME' && seq % 4 === 0
        ? [1, 2].map((each) => ({
            odsCode: 'R69',
            kind: 'ubrn',
            keyId: writer,
            hash: hex(`${String(seq)}${String(each)}`),
            sealedSha256: hex(String(each)),
          }))
        : undefined;
    const digest = subjects === undefined ? {} : { subjectsDigest: subjectsHash(subjects) };
    const record = {
      kind,
      attemptId,
      startedAtMs: 1_000,
      atMs: 1_000 + seq,
      writer,
      seq,
      ...digest,
      ...more,
    };
    const row: Row = { type: 'row', writer, seq, prevHash, hash: rowHash(prevHash, record), record };
    if (subjects !== undefined) row.subjects = subjects;
    prevHash = row.hash;
    return row;
  });
}

function exportOf(
  chains: readonly (readonly Row[])[],
  state = 'closed',
  window: [number | null, number | null] = [null, null],
): object[] {
  const sections = chains.flatMap((rows) => {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return [];
    const head = { seq: last.seq, hash: last.hash };
    return [
      { type: 'writer', writer: first.writer, state, head, fromSeq: first.seq, toSeq: last.seq },
      ...rows,
    ];
  });
  const [fromMs, toMs] = window;
  const rows = chains.reduce((sum, each) => sum + each.length, 0);
  return [
    { type: 'export', format: 'gatehouse-audit/1', fromMs, toMs },
    ...sections,
    { type: 'end', writers: chains.length, rows },
  ];
}

async function verify(lines: readonly (object | string)[]): Promise<VerifyReport> {
  async function* each(): AsyncGenerator<string> {
    for (const line of lines)
      yield await Promise.resolve(typeof line === 'string' ? line : JSON.stringify(line));
  }
  return verifyExport(each());
}

async function faultsOf(lines: readonly (object | string)[]): Promise<string[]> {
  return (await verify(lines)).faults.map(({ what }) => what);
}

const [W1, W2] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

function twoChains(): [Row[], Row[]] {
  const ids = Array.from({ length: 8 }, () => randomUUID());
  const attemptId = (at: number): string => ids[at] ?? '';
  const swept = randomUUID();
  return [
    chainOf(W1, [
      ['INTENT', attemptId(0)],
      ['INTENT', attemptId(1), { odsCode: 'R69', steps: [{ step: 'grant', ok: true }] }],
      ['OUTCOME', attemptId(0), { outcome: 'COMPLETED' }],
      ['OUTCOME', attemptId(1), { outcome: 'FAILED' }],
      ['END', attemptId(1), { delivery: 'aborted' }],
      ['DENIED', attemptId(2), { outcome: 'REFUSED' }],
      ['INTENT', swept],
    ]),
    chainOf(W2, [
      ['SYSTEM', attemptId(3), { event: 'KEY_STATE', facts: { é: '€', list: [1, null] } }],
      ['INTENT', attemptId(4)],
      ['OUTCOME', swept, { outcome: 'UNKNOWN' }],
      ['OUTCOME', attemptId(4), { outcome: 'NOT_SENT' }],
    ]),
  ];
}

describe('the canonical form and hashes', () => {
  it('are those of the example in docs/audit.md', () => {
    const keyId = '00000000-0000-4000-8000-00000000000b';
    const first = {
      ...{
        facts: { é: '€ "q" \\ \n\u0001', a: [true, null, -7], B: {} },
        seq: 1,
        kind: 'SYSTEM',
        event: 'KEY_STATE',
      },
      ...{
        attemptId: '00000000-0000-4000-8000-00000000000a',
        startedAtMs: 1795305600000,
        atMs: 1795305600001,
        writer: W1,
      },
    };
    expect(canonicalText(first)).toMatch(/^\{"atMs":1795305600001,"attemptId":/);
    const one = rowHash(ZERO_HASH, first);
    expect(one).toBe('9fd956491d1346557b37ed9115ef3fb7e721d9313615309d243e707422ca162f');
    const second = {
      ...{ facts: {}, seq: 2, kind: 'SYSTEM', event: 'KEY_STATE', writer: W1 },
      ...{
        attemptId: '00000000-0000-4000-8000-00000000000c',
        startedAtMs: 1795305600002,
        atMs: 1795305600002,
      },
    };
    expect(rowHash(one, second)).toBe('c5be4dbf4d91b1018db41c5206c63b3966b5898f9e832122400f3b50b029cec6');
    const sealedSha256 = 'a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222';
    const subjects = [
      { odsCode: 'R69', kind: 'ubrn', keyId, hash: '11'.repeat(32), sealedSha256: '22'.repeat(32) },
      { odsCode: 'R69', kind: 'nhs-number', keyId, hash: '33'.repeat(32), sealedSha256 },
    ];
    expect(subjectsHash(subjects)).toBe('a2136f90ca0871e756cad69a05bbe0bdd70773b33deb5345d7f2d0721dd9bfca');
  });
});

describe('an untouched export', () => {
  it('has no fault', async () => {
    const report = await verify(exportOf(twoChains()));
    expect(report).toMatchObject({
      ok: true,
      whole: true,
      writers: 2,
      rows: 11,
      attempts: 6,
      open: 0,
      faults: [],
    });
  });

  it('may have unfinished attempts of a live writer, which are counted, but of no other', async () => {
    const chain = chainOf(W1, [['INTENT', randomUUID()]]);
    expect(await verify(exportOf([chain], 'live'))).toMatchObject({ ok: true, open: 1 });
    expect(await faultsOf(exportOf([chain], 'swept'))).toEqual([
      expect.stringContaining('has an INTENT and no OUTCOME'),
    ]);
  });

  it('limited to a time window may lack rows of attempts that began outside it', async () => {
    const inside = randomUUID();
    const rows = chainOf(W1, [
      ['INTENT', randomUUID(), { startedAtMs: 1 }],
      ['OUTCOME', randomUUID(), { startedAtMs: 2, outcome: 'COMPLETED' }],
      ['INTENT', inside],
      ['OUTCOME', inside, { outcome: 'COMPLETED' }],
    ]).slice(1);
    expect(await verify(exportOf([rows], 'closed', [900, 1_100]))).toMatchObject({
      ok: true,
      whole: false,
      faults: [],
    });
    expect(await faultsOf(exportOf([rows]))).not.toEqual([]);
  });
});

describe('the verifier', () => {
  const attempt = randomUUID();
  it.each<[string, [string, string, object?][], string]>([
    ['an INTENT without OUTCOME', [['INTENT', attempt]], 'has an INTENT and no OUTCOME'],
    ['an OUTCOME without INTENT', [['OUTCOME', attempt]], 'has an OUTCOME and no INTENT'],
    [
      'two OUTCOMEs',
      [
        ['INTENT', attempt],
        ['OUTCOME', attempt],
        ['OUTCOME', attempt],
      ],
      'has a second OUTCOME',
    ],
    [
      'an END without OUTCOME',
      [
        ['INTENT', attempt],
        ['END', attempt],
      ],
      'has an END and no OUTCOME',
    ],
    [
      'an END before its OUTCOME',
      [
        ['INTENT', attempt],
        ['END', attempt],
        ['OUTCOME', attempt],
      ],
      'comes before its OUTCOME',
    ],
    [
      'an OUTCOME before its INTENT',
      [
        ['OUTCOME', attempt],
        ['INTENT', attempt],
      ],
      'comes before its INTENT',
    ],
    [
      'a rejected request that was sent nevertheless',
      [
        ['DENIED', attempt],
        ['INTENT', attempt],
        ['OUTCOME', attempt],
      ],
      'has a DENIED or SYSTEM row and other rows too',
    ],
    [
      'rows that disagree about when the attempt began',
      [
        ['INTENT', attempt],
        ['OUTCOME', attempt, { startedAtMs: 1_001 }],
      ],
      'different start times',
    ],
    ['a kind that does not exist', [['RUMOUR', attempt]], 'the kind of the record is unknown'],
  ])('reports %s, although the chain is sound', async (_, records, expected) => {
    const faults = await faultsOf(exportOf([chainOf(W1, records)]));
    expect(faults).toEqual(expect.arrayContaining([expect.stringContaining(expected)]));
  });

  it('reports an OUTCOME other than UNKNOWN in the chain of another writer', async () => {
    const chains = [
      chainOf(W1, [['INTENT', attempt]]),
      chainOf(W2, [['OUTCOME', attempt, { outcome: 'NOT_SENT' }]]),
    ];
    expect(await faultsOf(exportOf(chains))).toEqual([expect.stringContaining('it may only be UNKNOWN')]);
  });

  it('reports line, writer and sequence number of a fault', async () => {
    const [one, two] = twoChains();
    const third = one[2];
    if (third === undefined) throw new Error('no third row');
    third.record['outcome'] = 'FAILED';
    const report = await verify(exportOf([one, two]));
    expect(report.faults).toEqual([
      { line: 5, writer: W1, seq: 3, what: 'the record does not match its hash' },
    ]);
  });

  it('reports a gap, although the rows around it were chained again', async () => {
    const rows = chainOf(W1, [
      ['SYSTEM', randomUUID()],
      ['SYSTEM', randomUUID()],
    ]);
    const last = rows[1];
    if (last === undefined) throw new Error('no second row');
    last.seq = 3;
    last.record['seq'] = 3;
    last.hash = rowHash(last.prevHash, last.record);
    expect(await faultsOf(exportOf([rows]))).toEqual([expect.stringContaining('row 2 was expected')]);
  });

  it('reports a changed row, although the rows after it were chained again for a while', async () => {
    const [one, two] = twoChains();
    let prevHash = one[1]?.prevHash ?? '';
    for (const row of one.slice(1, 4)) {
      row.record['atMs'] = 7;
      row.prevHash = prevHash;
      prevHash = row.hash = rowHash(prevHash, row.record);
    }
    expect(await faultsOf(exportOf([one, two]))).toEqual([
      'the previous hash is not the hash of the row before it',
    ]);
  });

  it('reports a chain that was rewritten to its end, because the head that the writer left no longer matches', async () => {
    const lines = exportOf(twoChains());
    const changed = JSON.parse(JSON.stringify(lines)) as Row[];
    const rows = changed.filter((line) => line.writer === W1 && line.type === 'row');
    let prevHash = ZERO_HASH;
    for (const row of rows) {
      row.record['atMs'] = 7;
      row.prevHash = prevHash;
      prevHash = row.hash = rowHash(prevHash, row.record);
    }
    expect(await faultsOf(changed)).toEqual([
      'the hash of the last row is not the hash of the head of the chain',
    ]);
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ['is empty', () => []],
    ['is cut off', (lines) => lines.slice(0, -1)],
    ['has lost its beginning', (lines) => lines.slice(1)],
    ['goes on after its end', (lines) => [...lines, lines.at(-2) ?? '']],
    ['has a line that is not JSON', (lines) => [...lines.slice(0, 4), '{', ...lines.slice(5)]],
    [
      'has a member twice',
      (lines) => lines.map((line, at) => (at === 3 ? line.replace('{', '{"seq":1,') : line)),
    ],
    [
      'has an unknown member',
      (lines) => lines.map((line, at) => (at === 3 ? line.replace('}', '},"more":1') : line)),
    ],
    [
      'is of another format',
      (lines) => lines.map((line) => line.replace('gatehouse-audit/1', 'gatehouse-audit/9')),
    ],
    [
      'has lost a whole writer',
      (lines) => lines.filter((line) => !line.includes(W2) || line.includes('"end"')),
    ],
    ['has a writer twice', (lines) => [...lines.slice(0, -1), ...lines.slice(1)]],
  ])('reports an export that %s', async (_, change) => {
    const lines = exportOf(twoChains()).map((line) => JSON.stringify(line));
    expect((await verify(change(lines))).ok).toBe(false);
  });

  it('detects any row that is changed, deleted, repeated or swapped with another', async () => {
    const index = fc.nat({ max: 1_000 });
    const mutation = fc.oneof(
      fc.record({ how: fc.constant('delete' as const), a: index, b: index }),
      fc.record({ how: fc.constant('double' as const), a: index, b: index }),
      fc.record({ how: fc.constant('swap' as const), a: index, b: index }),
      fc.record({ how: fc.constant('edit' as const), a: index, b: index }),
      fc.record({ how: fc.constant('rehash' as const), a: index, b: index }),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async ({ how, a, b }) => {
        const lines = exportOf(twoChains());
        const rows = lines.flatMap((line, at) => ('record' in line ? [at] : []));
        const [at, other] = [rows[a % rows.length] ?? 0, rows[b % rows.length] ?? 0];
        fc.pre(how !== 'swap' || at !== other);
        const [row, second] = [lines[at] as Row, lines[other] as Row];
        if (how === 'delete') lines.splice(at, 1);
        if (how === 'double') lines.splice(other, 0, row);
        if (how === 'swap') [lines[at], lines[other]] = [second, row];
        if (how === 'edit') lines[at] = edited(row, b);
        if (how === 'rehash') {
          const changed = edited(row, b, 'record');
          lines[at] = { ...changed, hash: rowHash(changed.prevHash, changed.record) };
        }
        expect((await verify(lines)).ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The row with one of its leaves changed. */
function edited(row: Row, which: number, within?: 'record'): Row {
  const copy = structuredClone(row);
  const leaves: [Record<string, unknown>, string][] = [];
  const walk = (value: object): void => {
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'object' && inner !== null) walk(inner as object);
      else leaves.push([value as Record<string, unknown>, key]);
    }
  };
  walk(within === undefined ? copy : copy.record);
  const [holder, key] = leaves[which % leaves.length] ?? [copy.record, 'kind'];
  const value = holder[key];
  if (typeof value === 'number') holder[key] = value + 1;
  else if (typeof value === 'string') holder[key] = value.slice(0, -1) + (value.endsWith('1') ? '2' : '1');
  else holder[key] = value === true ? false : true;
  return copy;
}
