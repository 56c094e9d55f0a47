import { describe, expect, it } from 'vitest';
import {
  type ChainHead,
  chainsBehind,
  checkpointFileName,
  coveredHeads,
  headLines,
  nextHeads,
  parseHeadLines,
} from './checkpoint.js';

const head = (writer: string, seq: number, hash = `${writer}${String(seq)}`): ChainHead => ({
  writer,
  seq,
  hash,
});
const covered = coveredHeads([[head('a', 3), head('b', 7)], [head('a', 5)]]);

describe('the heads of the next checkpoint', () => {
  it.each<[string, ChainHead[], boolean, ChainHead[]]>([
    ['nothing moved', [head('a', 5), head('b', 7)], false, []],
    ['one chain moved', [head('a', 6), head('b', 7)], false, [head('a', 6)]],
    ['a chain is new', [head('a', 5), head('b', 7), head('c', 1)], false, [head('c', 1)]],
    ['the last row was replaced', [head('a', 5, 'x'), head('b', 7)], false, [head('a', 5, 'x')]],
    ['all are due', [head('a', 5), head('b', 7)], true, [head('a', 5), head('b', 7)]],
  ])('when %s', (_, heads, full, expected) => {
    expect(nextHeads(covered, heads, full)).toEqual(expected);
  });
});

describe('chains behind a checkpoint', () => {
  it.each<[string, ChainHead[], object[]]>([
    ['none where all stand still', [head('a', 5), head('b', 7)], []],
    ['none where they grew', [head('a', 9), head('b', 8), head('c', 1)], []],
    ['one that was cut', [head('a', 4), head('b', 7)], [{ writer: 'a', coveredSeq: 5, seq: 4 }]],
    ['one that was cut to nothing', [head('b', 7)], [{ writer: 'a', coveredSeq: 5, seq: null }]],
    [
      'one with another last row',
      [head('a', 5, 'other'), head('b', 7)],
      [{ writer: 'a', coveredSeq: 5, seq: 5 }],
    ],
  ])('are %s', (_, heads, expected) => {
    expect(chainsBehind(covered, heads)).toEqual(expected);
  });
});

describe('the lines of the heads', () => {
  it('are in the order of the writers, and read back', () => {
    const text = headLines([head('b', 7), head('a', 5)]);
    expect(text).toBe('a 5 a5\nb 7 b7\n');
    expect(parseHeadLines(text)).toEqual([head('a', 5), head('b', 7)]);
    expect(parseHeadLines(headLines([]))).toEqual([]);
  });

  it.each(['a\n', 'a 0 x\n', 'a 1 x y\n', 'a -1 x\n', '\n'])('are refused as %j', (text) => {
    expect(() => parseHeadLines(text)).toThrow('malformed');
  });
});

it('names files in the order of their sequence', () => {
  const names = [1, 9, 10, 1_000_000].map(checkpointFileName);
  expect(names.toSorted()).toEqual(names);
});
