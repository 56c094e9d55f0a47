const SHARDS = 256;
type Shard<V> = ReadonlyMap<string, V>;

/**
 * A map that is never changed, only succeeded by another. The successor shares all shards but those it differs in:
 * one change in a registry of 100,000 applications copies some hundred entries instead of all, which would hold up
 * every request for tens of milliseconds.
 */
export class ShardedMap<V> implements ReadonlyMap<string, V> {
  readonly size: number;

  private constructor(private readonly shards: readonly Shard<V>[]) {
    this.size = shards.reduce((sum, shard) => sum + shard.size, 0);
  }

  static of<V>(entries: Iterable<readonly [string, V]>): ShardedMap<V> {
    return new ShardedMap<V>(Array.from({ length: SHARDS }, () => new Map())).with([], entries);
  }

  /** This map without the keys in `gone` and then with all of `present`. */
  with(gone: Iterable<string>, present: Iterable<readonly [string, V]>): ShardedMap<V> {
    const shards = [...this.shards];
    const copies = new Map<number, Map<string, V>>();
    const own = (key: string) => {
      const at = shardOf(key);
      const copy = copies.get(at) ?? new Map(shards[at]);
      copies.set(at, copy);
      shards[at] = copy;
      return copy;
    };
    for (const key of gone) own(key).delete(key);
    for (const [key, value] of present) own(key).set(key, value);
    return new ShardedMap(shards);
  }

  get(key: string): V | undefined {
    return this.shards[shardOf(key)]?.get(key);
  }

  has(key: string): boolean {
    return this.shards[shardOf(key)]?.has(key) ?? false;
  }

  *entries(): MapIterator<[string, V]> {
    for (const shard of this.shards) yield* shard;
    return undefined;
  }

  *keys(): MapIterator<string> {
    for (const shard of this.shards) yield* shard.keys();
    return undefined;
  }

  *values(): MapIterator<V> {
    for (const shard of this.shards) yield* shard.values();
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this) callback(value, key, this);
  }
}

/** FNV-1a: spreads ODS codes, UUIDs and key ids alike. */
function shardOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 24) ^ (hash & 0xff);
}
