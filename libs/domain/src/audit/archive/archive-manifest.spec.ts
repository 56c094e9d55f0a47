import { describe, expect, it } from 'vitest';
import {
  type ArchivedChain,
  type ArchiveObject,
  type ArchivePlan,
  faultOfObjects,
  FIRST_ARCHIVE,
  manifestText,
  objectFile,
  planOfManifest,
} from './archive-manifest.js';

const [W1, W2] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const hash = (digit: number): string => String(digit).repeat(64);
const chain = (writer: string, changes: Partial<ArchivedChain> = {}): ArchivedChain => ({
  ...{ writer, state: 'live', head: { seq: 12, hash: hash(9) }, fromSeq: 3, toSeq: 9 },
  ...{ prevHash: hash(2), hash: hash(8), ...changes },
});
const PLAN: ArchivePlan = {
  ...{ month: '2026-11', plannedAtMs: 1_796_342_400_000, gatehouse: '1.2.3', previous: FIRST_ARCHIVE },
  checkpoint: { sequence: 42, sha256: hash(7) },
  chains: [chain(W2, { fromSeq: 1, toSeq: 4, prevHash: hash(0), hash: hash(4) }), chain(W1)],
};
function object(writer: string, fromSeq: number, toSeq: number, prev: number, own: number): ArchiveObject {
  const stretch = { writer, fromSeq, toSeq };
  return {
    ...{ ...stretch, file: objectFile('2026-11', stretch), prevHash: hash(prev), hash: hash(own) },
    ...{ bytes: 100, sha256: hash(own) },
  };
}
const OBJECTS = [object(W1, 6, 9, 5, 8), object(W2, 1, 4, 0, 4), object(W1, 3, 5, 2, 5)];
const [SECOND_OF_W1, OF_W2, FIRST_OF_W1] = OBJECTS as [ArchiveObject, ArchiveObject, ArchiveObject];

describe('the objects of an archive', () => {
  it.each<[string, readonly ArchiveObject[], string | null]>([
    ['have every record of the plan once, in any order', OBJECTS, null],
    ['lack the last one of a chain', [FIRST_OF_W1, OF_W2], `of chain ${W1} end at record 5, not 9`],
    ['lack the first one of a chain', [SECOND_OF_W1, OF_W2], 'does not begin with record 3'],
    ['lack a whole chain', [FIRST_OF_W1, SECOND_OF_W1], `of chain ${W2} end at record 0, not 4`],
    ['have one twice', [...OBJECTS, FIRST_OF_W1], 'does not begin with record 6'],
    [
      'have a chain more',
      [...OBJECTS, object('other', 1, 1, 0, 1)],
      'is of a chain that the archive does not',
    ],
    [
      'do not follow from the record before the stretch',
      [object(W1, 3, 5, 1, 5), SECOND_OF_W1, OF_W2],
      'does not follow from the record before it',
    ],
    [
      'do not follow one from the other',
      [FIRST_OF_W1, object(W1, 6, 9, 6, 8), OF_W2],
      'does not follow from the record before it',
    ],
    ['end with another record', [FIRST_OF_W1, object(W1, 6, 9, 5, 7), OF_W2], 'end with another record'],
    ['go beyond the plan', [FIRST_OF_W1, object(W1, 6, 10, 5, 8), OF_W2], 'end at record 10, not 9'],
  ])('%s', (_, objects, expected) => {
    const fault = faultOfObjects(PLAN, objects);
    if (expected === null) expect(fault).toBeNull();
    else expect(fault).toContain(expected);
  });
});

describe('a manifest', () => {
  it('is the same whatever the order, and names chains, objects and counts', () => {
    const text = manifestText(PLAN, OBJECTS);
    expect(manifestText({ ...PLAN, chains: PLAN.chains.toReversed() }, OBJECTS.toReversed())).toBe(text);
    expect(JSON.parse(text)).toEqual({
      ...{
        format: 'gatehouse-archive/1',
        month: '2026-11',
        plannedAtMs: PLAN.plannedAtMs,
        gatehouse: '1.2.3',
      },
      ...{ previous: FIRST_ARCHIVE, checkpoint: PLAN.checkpoint, records: 11, objects: 3 },
      chains: [
        {
          ...chain(W1),
          objects: [
            {
              ...{ file: `${W1}-000000000003-000000000005.ndjson.gz`, fromSeq: 3, toSeq: 5 },
              ...{ bytes: 100, sha256: hash(5) },
            },
            {
              ...{ file: `${W1}-000000000006-000000000009.ndjson.gz`, fromSeq: 6, toSeq: 9 },
              ...{ bytes: 100, sha256: hash(8) },
            },
          ],
        },
        {
          ...PLAN.chains[0],
          objects: [
            {
              ...{ file: `${W2}-000000000001-000000000004.ndjson.gz`, fromSeq: 1, toSeq: 4 },
              ...{ bytes: 100, sha256: hash(4) },
            },
          ],
        },
      ],
    });
  });

  it('gives the plan back, so that a restored database makes the same archive', () => {
    const text = manifestText(PLAN, OBJECTS);
    const plan = planOfManifest('2026-11', text);
    expect(plan).toEqual({ ...PLAN, chains: PLAN.chains.toReversed() });
    expect(manifestText(plan, OBJECTS)).toBe(text);
    expect(() => planOfManifest('2026-12', text)).toThrow('it is not a manifest of 2026-12');
  });
});
