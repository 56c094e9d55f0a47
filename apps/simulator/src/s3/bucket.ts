import { randomBytes } from 'node:crypto';

export interface Version {
  readonly id: string;
  readonly modifiedMs: number;
  /** Null: a delete marker. */
  readonly body: Buffer | null;
  /** Until then nobody can delete this version, whatever their rights; null: it is not locked. */
  readonly retainUntilMs: number | null;
}

/** A bucket with versions, and with object lock in compliance mode if it retains anything. Kept in memory. */
export class Bucket {
  readonly #versions = new Map<string, Version[]>();
  readonly #retainMs: number;

  constructor(retainMs: number) {
    this.#retainMs = retainMs;
  }

  put(key: string, body: Buffer, nowMs: number): Version {
    return this.#add(key, body, nowMs, this.#retainMs === 0 ? null : nowMs + this.#retainMs);
  }

  /** A delete without a version removes nothing: it puts a marker before what is there. */
  mark(key: string, nowMs: number): Version {
    return this.#add(key, null, nowMs, null);
  }

  #add(key: string, body: Buffer | null, nowMs: number, retainUntilMs: number | null): Version {
    const version = { id: randomBytes(16).toString('hex'), modifiedMs: nowMs, body, retainUntilMs };
    this.#versions.set(key, [version, ...this.versionsOf(key)]);
    return version;
  }

  remove(key: string, id: string): void {
    this.#versions.set(
      key,
      this.versionsOf(key).filter((version) => version.id !== id),
    );
  }

  /** The newest first. */
  versionsOf(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** Whether a read without a version finds it: the newest is no delete marker. */
  isThere(key: string): boolean {
    const newest = this.versionsOf(key)[0];
    return newest !== undefined && newest.body !== null;
  }

  /** In their order. */
  keys(prefix: string): string[] {
    return [...this.#versions.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}

const TEN_YEARS_MS = 10 * 365 * 86_400_000;

/** The buckets of the simulated account. */
export function createBuckets(): ReadonlyMap<string, Bucket> {
  return new Map([
    ['gatehouse-checkpoints', new Bucket(TEN_YEARS_MS)],
    ['gatehouse-unlocked', new Bucket(0)],
  ]);
}
