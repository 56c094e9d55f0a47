/** The registry in memory, at most a second behind the database. */
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import { listenForChanges } from './notices.js';
import { registryReader, type RegistryChange } from './reader.js';

export type { RegistryChange } from './reader.js';

export interface RegistryOptions {
  readonly databaseUrl: string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Called when the database can't be reached or read; the snapshot stays, and its age grows. */
  readonly onError: (error: Error) => void;
  /** Called when the snapshot is known to match the database. */
  readonly onConfirmed?: () => void;
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
  /** Milliseconds since the snapshot was last known to match the database. */
  age(): number;
  /** @returns a function that ends the subscription */
  onChange(listener: (change: RegistryChange) => void): () => void;
  close(): Promise<void>;
}

/** Finds changes whose notice was lost, and confirms the snapshot that `age` counts from. */
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

  // Times are taken before the query: what is committed later may be missing from its result.
  let confirmedAt = now();
  let { state } = await reader.read(null).catch(async (error: unknown) => {
    await reader.close();
    throw error;
  });

  const synchronise = async () => {
    const startedAt = now();
    const { state: next, change } = await reader.read(state);
    state = next;
    confirmedAt = Math.max(confirmedAt, startedAt);
    if (change !== null) notify(change);
  };
  const notify = (change: RegistryChange) => {
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
    const startedAt = now();
    const version = await reader.version();
    if (version === state.snapshot.version) confirmedAt = Math.max(confirmedAt, startedAt);
    else await sync();
  };
  let confirming = false;
  let checkAgain = false;
  const check = async () => {
    checkAgain = true;
    if (confirming) return;
    confirming = true;
    try {
      while (checkAgain && !closed) {
        checkAgain = false;
        await confirm().then(options.onConfirmed, onError);
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
