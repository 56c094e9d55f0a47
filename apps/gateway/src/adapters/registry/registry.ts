/** The registry in memory, kept within a second of the database (design: snapshot sharded by organisation). */
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import { listenForChanges } from './notices.js';
import { registryReader, type RegistryChange } from './reader.js';

export type { RegistryChange } from './reader.js';

export interface RegistryOptions {
  readonly databaseUrl: string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Failures to reach or read the database; the snapshot stays and its age grows. */
  readonly onError: (error: Error) => void;
  readonly pollMs?: number;
}

export interface Registry {
  /** The latest snapshot; never waits, never throws. */
  current(): Snapshot;
  /**
   * A snapshot of at least this version. Calls at the same time share one reading.
   * @throws if the database can't be read, or doesn't have that version
   */
  refresh(minVersion: number): Promise<Snapshot>;
  /** Milliseconds since the snapshot was last known to be what the database held. */
  age(): number;
  /** @returns a function that ends the subscription */
  onChange(listener: (change: RegistryChange) => void): () => void;
  close(): Promise<void>;
}

/** Both a fall-back for lost notices and the confirmation that `age` counts from. */
const POLL_MS = 500;

/** Loads the whole registry, then follows it. @throws if the first load fails */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { databaseUrl, now = () => performance.now(), pollMs = POLL_MS } = options;
  const listeners = new Set<(change: RegistryChange) => void>();
  let closed = false;
  const onError = (error: unknown) => {
    if (!closed) options.onError(error instanceof Error ? error : new Error(String(error)));
  };
  const reader = registryReader(databaseUrl, onError);

  // Times are taken before the question is asked: whatever is committed later may be missing from the answer.
  let confirmedAt = now();
  let { state } = await reader.read(null).catch(async (error: unknown) => {
    await reader.close();
    throw error;
  });

  const synchronise = async () => {
    const askedAt = now();
    const { state: next, change } = await reader.read(state);
    state = next;
    confirmedAt = Math.max(confirmedAt, askedAt);
    if (change !== null) tell(change);
  };
  const tell = (change: RegistryChange) => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        onError(error);
      }
    }
  };
  let reading: Promise<void> | null = null;
  const sync = () => (reading ??= synchronise().finally(() => (reading = null)));

  const confirm = async () => {
    const askedAt = now();
    const version = await reader.version();
    if (version === state.snapshot.version) confirmedAt = Math.max(confirmedAt, askedAt);
    else await sync();
  };
  let confirming = false;
  let askAgain = false;
  const check = async () => {
    askAgain = true;
    if (confirming) return;
    confirming = true;
    try {
      while (askAgain && !closed) {
        askAgain = false;
        await confirm().catch(onError);
      }
    } finally {
      confirming = false;
    }
  };

  const notices = listenForChanges(databaseUrl, () => void check(), onError);
  const timer = setInterval(() => void check(), pollMs);
  return {
    current: () => state.snapshot,
    refresh: async (minVersion) => {
      // The reading under way may have begun before that version was committed; the next one can't have.
      for (let tries = 0; tries < 2 && state.snapshot.version < minVersion; tries += 1) await sync();
      if (state.snapshot.version < minVersion)
        throw new Error(`The registry is at version ${state.snapshot.version}; ${minVersion} was asked for.`);
      return state.snapshot;
    },
    age: () => now() - confirmedAt,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      clearInterval(timer);
      await notices.close();
      await reading?.catch(() => undefined);
      await reader.close();
    },
  };
}
