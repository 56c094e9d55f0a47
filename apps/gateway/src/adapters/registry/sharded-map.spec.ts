import { expect, it } from 'vitest';
import { ShardedMap } from './sharded-map.js';

const keys = Array.from({ length: 5_000 }, (_, n) => `X${n}`);

it('is a map', () => {
  const map = ShardedMap.of(keys.map((key) => [key, key.length] as const));
  expect(map.size).toBe(5_000);
  expect(map.get('X42')).toBe(3);
  expect([map.has('X42'), map.has('Y42'), map.get('Y42')]).toEqual([true, false, undefined]);
  expect(new Map(map)).toEqual(new Map(keys.map((key) => [key, key.length])));
  expect([...map.keys()].sort()).toEqual([...keys].sort());
  expect([...map.values()]).toHaveLength(5_000);
  let seen = 0;
  map.forEach((value, key) => (seen += Number(key.length === value)));
  expect(seen).toBe(5_000);
});

it('a successor has the given changes, and its predecessor stays as it was', () => {
  const before = ShardedMap.of(keys.map((key): [string, number] => [key, 1]));
  const after = before.with(
    ['X1', 'X2', 'none'],
    [
      ['X2', 2],
      ['X3', 2],
      ['new', 2],
    ],
  );
  expect([after.size, before.size]).toEqual([5_000, 5_000]);
  expect(['X1', 'X2', 'X3', 'new', 'X4'].map((key) => after.get(key))).toEqual([undefined, 2, 2, 2, 1]);
  expect(['X1', 'X2', 'X3', 'new', 'X4'].map((key) => before.get(key))).toEqual([1, 1, 1, undefined, 1]);
});

it('spreads the keys of a registry evenly', () => {
  const { shards } = ShardedMap.of(keys.map((key): [string, number] => [key, 1])) as unknown as {
    shards: Map<string, number>[];
  };
  expect(Math.max(...shards.map((shard) => shard.size))).toBeLessThan(5 * (5_000 / shards.length));
});
