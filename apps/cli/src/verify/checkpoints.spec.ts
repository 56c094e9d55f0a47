import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowHash } from './canonical.js';
import { type CheckpointFile, readPublicKeys } from './checkpoints.js';
import { verifyExport, type VerifyReport } from './verify-export.js';

interface Row {
  type: 'row';
  writer: string;
  seq: number;
  prevHash: string;
  hash: string;
  record: Record<string, unknown>;
}
/** The rows of each chain, by writer. */
type Trail = ReadonlyMap<string, Row[]>;

const ZERO_HASH = '0'.repeat(64);
const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const writerId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

function append(trail: Map<string, Row[]>, writer: string, note: string, more: object = {}): void {
  const rows = trail.get(writer) ?? [];
  const [seq, prevHash] = [rows.length + 1, rows.at(-1)?.hash ?? ZERO_HASH];
  const attemptId = `${writer}-${String(seq)}`;
  const record = {
    kind: 'SYSTEM',
    event: 'NOTE',
    facts: { note },
    attemptId,
    startedAtMs: 1,
    atMs: 2,
    writer,
    seq,
    ...more,
  };
  rows.push({ type: 'row', writer, seq, prevHash, hash: rowHash(prevHash, record), record });
  trail.set(writer, rows);
}

/** As somebody would who knows how the trail is hashed: every row follows from the one before. */
function chainAgain(rows: readonly Row[]): Row[] {
  let prevHash = ZERO_HASH;
  return rows.map((row, at) => {
    const seq = at + 1;
    const record = { ...row.record, seq };
    const hash = rowHash(prevHash, record);
    const again = { ...row, seq, record, prevHash, hash };
    prevHash = hash;
    return again;
  });
}

function checkpoint(
  sequence: number,
  previous: string,
  trail: Trail,
  changes: { key?: typeof own; claims?: object; lines?: string } = {},
): CheckpointFile {
  const heads = [...trail]
    .flatMap(([writer, rows]) =>
      rows.at(-1) === undefined ? [] : [`${writer} ${String(rows.length)} ${rows.at(-1)?.hash ?? ''}\n`],
    )
    .sort();
  const lines = heads.join('');
  const claims = {
    format: 'gatehouse-checkpoint/1',
    ...{ sequence, atMs: sequence * 60_000, previous, full: true, chains: heads.length },
    headsSha256: sha256(lines),
    ...changes.claims,
  };
  const signed = `${base64url({ alg: 'RS512', typ: 'gatehouse-checkpoint+jws', kid: 'key' })}.${base64url(claims)}`;
  const signature = sign('sha512', Buffer.from(signed), (changes.key ?? own).privateKey).toString(
    'base64url',
  );
  return {
    name: `checkpoint-${String(sequence).padStart(12, '0')}.txt`,
    text: `${signed}.${signature}\n${changes.lines ?? lines}`,
  };
}

const hashOf = ({ text }: CheckpointFile): string => sha256(text.slice(0, text.indexOf('\n')));

/** Three chains that grow, with a checkpoint after each step. */
function history(steps: number): { trail: Map<string, Row[]>; files: CheckpointFile[] } {
  const trail = new Map<string, Row[]>();
  const files: CheckpointFile[] = [];
  for (let step = 1; step <= steps; step += 1) {
    for (const writer of [1, 2, 3].slice(0, step).map(writerId))
      append(trail, writer, `step ${String(step)}`);
    const previous = files.at(-1);
    files.push(checkpoint(step, previous === undefined ? ZERO_HASH : hashOf(previous), trail));
  }
  return { trail, files };
}

function exportOf(trail: Trail): object[] {
  const chains = [...trail.values()].filter((rows) => rows.length > 0);
  const sections = chains.flatMap((rows) => {
    const { writer = '', seq = 0, hash = '' } = rows.at(-1) ?? {};
    return [
      { type: 'writer', writer, state: 'closed', head: { seq, hash }, fromSeq: 1, toSeq: seq },
      ...rows,
    ];
  });
  return [
    { type: 'export', format: 'gatehouse-audit/1', fromMs: null, toMs: null },
    ...sections,
    { type: 'end', writers: chains.length, rows: chains.flat().length },
  ];
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

function verify(
  trail: Trail,
  files: readonly CheckpointFile[],
  { keys = [own.publicKey], record }: { keys?: (typeof own.publicKey)[]; record?: string } = {},
): Promise<VerifyReport> {
  const lines = exportOf(trail).map((line) => JSON.stringify(line));
  return verifyExport(each(lines), { keys, files: each(files) }, record);
}

async function faultsOf(trail: Trail, files: readonly CheckpointFile[]): Promise<string[]> {
  return (await verify(trail, files)).faults.map(({ what }) => what);
}

describe('an export beside its checkpoints', () => {
  it('is verified where nothing was touched, though the chains have grown since', async () => {
    const { trail, files } = history(4);
    append(trail, writerId(2), 'later');
    expect(await verify(trail, files)).toMatchObject({
      ok: true,
      checkpoints: { checkpoints: 4, coveredToMs: 240_000, headsChecked: 9, headsOutside: 0 },
    });
  });

  it('is verified with a key that was in use before the present one', async () => {
    const { trail, files } = history(2);
    const [first = files[0]] = files;
    const second = checkpoint(2, first === undefined ? '' : hashOf(first), trail, { key: other });
    const keys = [own.publicKey, other.publicKey];
    expect((await verify(trail, files.with(1, second), { keys })).faults).toEqual([]);
  });

  it.each<[string, (rows: Row[]) => Row[], RegExp]>([
    ['cut', (rows) => rows.slice(0, -1), /is behind checkpoint 4, which covers row 4 .* ends at row 3/],
    ['cut to nothing', () => [], /is behind checkpoint 4.*the chain is gone/],
    [
      'cut and written again',
      (rows) =>
        chainAgain([
          ...rows.slice(0, -1),
          { ...(rows.at(-1) as Row), record: { ...rows.at(-1)?.record, facts: {} } },
        ]),
      /is not the one that checkpoint 4 covers: it was replaced/,
    ],
    [
      'shortened in the middle and chained again',
      (rows) => chainAgain(rows.toSpliced(1, 1)),
      /checkpoint 2 covers/,
    ],
  ])('shows a chain that was %s', async (_, tamper, fault) => {
    const { trail, files } = history(4);
    trail.set(writerId(1), tamper(trail.get(writerId(1)) ?? []));
    expect((await faultsOf(trail, files)).join('\n')).toMatch(fault);
  });

  it('says which rows an export of a time span has none of', async () => {
    const { trail, files } = history(3);
    const [header, , ...rest] = exportOf(new Map([[writerId(1), trail.get(writerId(1)) ?? []]]));
    const rows = (rest as Row[]).slice(1, 2);
    const { hash = '' } = trail.get(writerId(1))?.at(-1) ?? {};
    const part = [
      { ...header, fromMs: 0, toMs: 10 },
      { type: 'writer', writer: writerId(1), state: 'closed', head: { seq: 3, hash }, fromSeq: 2, toSeq: 2 },
      ...rows,
      { type: 'end', writers: 1, rows: 1 },
    ];
    const lines = part.map((line) => JSON.stringify(line));
    const report = await verifyExport(each(lines), { keys: [own.publicKey], files: each(files) });
    expect(report.faults).toEqual([]);
    expect(report.checkpoints).toMatchObject({ headsChecked: 1, headsOutside: 5 });
  });
});

describe('an archived month beside checkpoints that are newer', () => {
  it.each<[string, number | undefined, number, RegExp | null]>([
    ['is verified by those that were there when it was archived', 2, 2, null],
    ['has to have what these cover', 2, 1, /is behind checkpoint 2, which covers row 2 .* ends at row 1/],
    ['is like any other export if it does not name the newest one', undefined, 2, /is behind checkpoint 4/],
  ])('%s', async (_, newest, seq, fault) => {
    const { trail, files } = history(4);
    const rows = (trail.get(writerId(1)) ?? []).slice(0, seq);
    const { hash = '' } = rows.at(-1) ?? {};
    const lines = [
      { type: 'export', format: 'gatehouse-audit/1', fromMs: 0, toMs: 10, checkpoint: newest },
      { type: 'writer', writer: writerId(1), state: 'live', head: { seq, hash }, fromSeq: 1, toSeq: seq },
      ...rows,
      { type: 'end', writers: 1, rows: rows.length },
    ].map((line) => JSON.stringify(line));
    const report = await verifyExport(each(lines), { keys: [own.publicKey], files: each(files) });
    const faults = report.faults.map(({ what }) => what);
    if (fault === null) expect(faults).toEqual([]);
    else expect(faults).toEqual([expect.stringMatching(fault)]);
  });
});

describe('checkpoints that are not what they should be', () => {
  const { trail, files } = history(3);
  const [first, second, third] = files as [CheckpointFile, CheckpointFile, CheckpointFile];

  it.each<[string, CheckpointFile[], RegExp]>([
    ['one that is missing', [first, third], /checkpoint 2 was expected: files are missing/],
    ['the first that is missing', [second, third], /checkpoint 1 was expected/],
    [
      'one that another key signed',
      [checkpoint(1, ZERO_HASH, trail, { key: other })],
      /no key that was given signed it/,
    ],
    [
      'one with other heads',
      [{ ...first, text: first.text.replace(/ 1 /, ' 2 ') }],
      /its heads are not those that were signed/,
    ],
    [
      'one without a signature',
      [{ ...first, text: first.text.replace(/\.[^.\n]+\n/, '.\n') }],
      /no key that was given/,
    ],
    [
      'one under another name',
      [{ ...first, name: 'checkpoint-000000000002.txt' }],
      /is not that of its name/,
    ],
    [
      'one that does not follow',
      [first, checkpoint(2, 'f'.repeat(64), trail)],
      /does not follow from the checkpoint before/,
    ],
    [
      'one that declares another format',
      [checkpoint(1, ZERO_HASH, trail, { claims: { format: 'x' } })],
      /no key/,
    ],
    [
      'one with fewer heads than it declares',
      [checkpoint(1, ZERO_HASH, trail, { claims: { chains: 9 } })],
      /more or fewer heads/,
    ],
    ['an empty file', [{ ...first, text: '' }], /it is not a checkpoint/],
  ])('are reported: %s', async (_, given, fault) => {
    expect((await faultsOf(trail, given)).join('\n')).toMatch(fault);
  });

  it('need a key in PEM', () => {
    expect(() => readPublicKeys('no key')).toThrow('there is no public key in PEM');
    const pem = [own, other]
      .map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }))
      .join('');
    expect(readPublicKeys(pem)).toHaveLength(2);
  });
});

it('shows whatever was done to a row that a checkpoint covers', async () => {
  const kinds = ['edit', 'delete', 'swap', 'cut', 'insert', 'remove'] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      fc.boolean(),
      async (kind, chain, at, hidden) => {
        const { trail, files } = history(6);
        const rows = trail.get(writerId(chain)) ?? [];
        const index = at % rows.length;
        const row = rows[index] as Row;
        const edited = { ...row, record: { ...row.record, facts: { note: 'another' } } };
        const tampered = {
          edit: () => rows.with(index, edited),
          delete: () => rows.toSpliced(index, 1),
          swap: () => rows.with(index, rows.at(index - 1) as Row).with(index - 1, row),
          cut: () => rows.slice(0, index),
          insert: () => rows.toSpliced(index, 0, edited),
          remove: () => [],
        }[kind]();
        trail.set(writerId(chain), hidden ? chainAgain(tampered) : tampered);
        expect((await verify(trail, files)).ok).toBe(false);
      },
    ),
    { numRuns: 1_000, seed: 12, examples: [['edit', 1, 0, true]] },
  );
});

describe('one record', () => {
  const [W1, W2] = [writerId(1), writerId(2)];

  /** The checkpoint names row 4 of the first chain and row 2 of the second; rows 5 and 6 of the first come after it. */
  function recorded(): { trail: Map<string, Row[]>; files: CheckpointFile[] } {
    const trail = new Map<string, Row[]>();
    for (const note of ['a', 'b']) append(trail, W2, note);
    append(trail, W1, 'before');
    append(trail, W1, '', { kind: 'INTENT', attemptId: 'attempt', requestId: 'request', event: 'none' });
    append(trail, W1, 'between');
    append(trail, W1, '', { kind: 'OUTCOME', attemptId: 'attempt', requestId: 'request', event: 'none' });
    const files = [checkpoint(1, ZERO_HASH, trail)];
    append(trail, W1, '', { kind: 'END', attemptId: 'attempt', requestId: 'request', event: 'none' });
    append(trail, W1, 'later');
    return { trail, files };
  }
  const place = (seq: number): string => `${W1}:${String(seq)}`;
  const rowsOf = (trail: Trail): Row[] => trail.get(W1) ?? [];

  it('is covered by the first row at or after it that a checkpoint names', async () => {
    const { trail, files } = recorded();
    const [, intent] = rowsOf(trail);
    expect(await verify(trail, files, { record: place(2) })).toMatchObject({
      ok: true,
      record: {
        ...{ id: place(2), proved: true },
        records: [
          {
            ...{ kind: 'INTENT', attemptId: 'attempt', atMs: 2, writer: W1, seq: 2 },
            ...{ prevHash: intent?.prevHash, hash: intent?.hash, why: null },
            coveredBy: { checkpoint: 1, atMs: 60_000, seq: 4 },
          },
        ],
      },
    });
    expect((await verify(trail, files, { record: place(4) })).record?.records[0]?.coveredBy?.seq).toBe(4);
  });

  it.each(['attempt', 'request'])('is found with all others of its %s', async (record) => {
    const { trail, files } = recorded();
    const early = await verify(trail, files, { record });
    const kinds = early.record?.records.map(({ kind, coveredBy }) => [kind, coveredBy?.checkpoint]);
    expect(kinds).toEqual([
      ['INTENT', 1],
      ['OUTCOME', 1],
      ['END', undefined],
    ]);
    expect(early).toMatchObject({ ok: true, record: { proved: false } });
    const [first] = files;
    if (first !== undefined) files.push(checkpoint(2, hashOf(first), trail));
    expect(await verify(trail, files, { record })).toMatchObject({ ok: true, record: { proved: true } });
  });

  type Change = (given: { trail: Map<string, Row[]>; rows: Row[]; files: CheckpointFile[] }) => void;
  const edit = (rows: Row[], at: number): void => {
    rows[at] = { ...rows[at], record: { ...rows[at]?.record, startedAtMs: 7 } } as Row;
  };
  const faulty = /^something is wrong with it, or with its chain/;
  const none = /^no checkpoint names it or a later row/;
  const changes: [string, Change, RegExp][] = [
    ['it was edited', ({ rows }) => edit(rows, 1), faulty],
    [
      'it was edited, and the chain put right from there on',
      ({ trail, rows }) => {
        edit(rows, 1);
        trail.set(W1, chainAgain(rows));
      },
      faulty,
    ],
    ['a row after it was edited', ({ rows }) => edit(rows, 2), faulty],
    ['a row after it was left out', ({ rows }) => rows.splice(2, 1), faulty],
    [
      'two rows after it were swapped',
      ({ rows }) => rows.splice(2, 2, ...rows.slice(2, 4).toReversed()),
      faulty,
    ],
    [
      'a row after it is one of another chain',
      ({ trail, rows }) => rows.splice(2, 1, ...(trail.get(W2) ?? []).slice(0, 1)),
      faulty,
    ],
    [
      'the checkpoint is one of another chain',
      ({ trail, files }) => {
        const others = new Map([[W2, trail.get(W2) ?? []]]);
        files.splice(0, 1, checkpoint(1, ZERO_HASH, others));
      },
      none,
    ],
    [
      'the checkpoint is signed by another key',
      ({ trail, files }) => files.splice(0, 1, checkpoint(1, ZERO_HASH, trail, { key: other })),
      none,
    ],
    [
      'the checkpoint names another hash',
      ({ files }) => {
        const forged = new Map([[W1, chainAgain(rowsOf(recorded().trail).slice(1, 5))]]);
        files.splice(0, 1, checkpoint(1, ZERO_HASH, forged));
      },
      faulty,
    ],
    [
      'the export ends before the row that the checkpoint names',
      ({ trail, rows }) => trail.set(W1, chainAgain(rows.filter((_, at) => at === 0 || at === 2))),
      /^the next row of its chain that a checkpoint names is not in this export/,
    ],
  ];
  it.each(changes)('is not covered where %s', async (_, change, why) => {
    const { trail, files } = recorded();
    change({ trail, rows: rowsOf(trail), files });
    const { record } = await verify(trail, files, { record: place(2) });
    expect(record).toMatchObject({
      proved: false,
      records: [{ coveredBy: null, why: expect.stringMatching(why) }],
    });
  });

  it('is covered whatever is wrong elsewhere', async () => {
    const { trail, files } = recorded();
    edit(rowsOf(trail), 0);
    edit(rowsOf(trail), 4);
    edit(trail.get(W2) ?? [], 0);
    expect(await verify(trail, files, { record: place(2) })).toMatchObject({
      ok: false,
      record: { proved: true },
    });
  });

  it('is not proved where a second OUTCOME is, nor where there is none of this id', async () => {
    const { trail, files } = recorded();
    append(trail, W1, '', { kind: 'OUTCOME', attemptId: 'attempt', requestId: 'request', event: 'none' });
    files.push(checkpoint(2, files.map(hashOf)[0] ?? '', trail));
    const twice = await verify(trail, files, { record: 'attempt' });
    expect(twice.record?.records.map(({ coveredBy }) => coveredBy !== null)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(twice.record?.proved).toBe(false);
    expect((await verify(trail, files, { record: 'nobody' })).record).toEqual({
      ...{ id: 'nobody', proved: false, records: [] },
    });
  });

  it('is not covered across rows that left the database', async () => {
    const { trail } = recorded();
    const files = [checkpoint(1, ZERO_HASH, trail)];
    const [rows, removal] = [rowsOf(trail), writerId(9)];
    const [second, fourth, last] = [rows[1], rows[3], rows.at(-1)] as [Row, Row, Row];
    const lines = [
      { type: 'export', format: 'gatehouse-audit/1', fromMs: 0, toMs: 10 },
      { type: 'removal', month: '2026-01', removal, manifestSha256: ZERO_HASH, rangesSha256: ZERO_HASH },
      { type: 'writer', writer: W1, state: 'live', head: { seq: 6, hash: last.hash }, fromSeq: 1, toSeq: 6 },
      ...rows.slice(0, 2),
      {
        ...{ type: 'removed', writer: W1, removal, fromSeq: 3, toSeq: 4 },
        ...{ prevHash: second.hash, hash: fourth.hash },
      },
      ...rows.slice(4),
      { type: 'end', writers: 1, rows: 4 },
    ].map((line) => JSON.stringify(line));
    const given = () => ({ keys: [own.publicKey], files: each(files) });
    const before = await verifyExport(each(lines), given(), place(2));
    expect(before.record?.records[0]?.why).toMatch(/^the rows that follow it left the database/);
    const after = await verifyExport(each(lines), given(), place(6));
    expect(after.record).toMatchObject({ proved: true });
  });
});
