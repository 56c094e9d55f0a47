/** Reads the log files that nobody has read yet, and keeps the signatures that have no record in the audit trail. */
import type { LoggedSignature } from '@gatehouse/domain/signatures/cloudtrail';
import { dayAfter, daysToRead, DECIDED_AFTER_MS, isOver } from '@gatehouse/domain/signatures/log-watch';
import { CLOCK_TOLERANCE_MS } from '@gatehouse/domain/signatures/reconcile';
import { recordedKeys, type Written } from '../../adapters/audit/read/signatures.js';
import type { LogFile } from '../../adapters/signatures/log-place.js';
import { MAX_FILE_BYTES } from '../../adapters/signatures/read-log-file.js';
import { keepFile, moveDay, unreadOf, type Watch } from '../../adapters/signatures/watch-rows.js';
import type { SignatureWatchDeps } from './watch-deps.js';

type ReadDeps = Pick<SignatureWatchDeps, 'place' | 'reader' | 'db' | 'trail' | 'now' | 'signal'>;

export interface LogRead {
  /** Whether nothing is left that could be read now. */
  readonly isComplete: boolean;
  /** Why a file, or the place, could not be reached; null: all could. */
  readonly fault: Error | null;
}

interface Reading {
  readonly watch: Watch;
  readonly keys: ReadonlySet<string>;
  /** Files that this run may still read. */
  left: number;
  readonly faults: Error[];
}

/** The next run goes on. */
const MOST_FILES = 500;
/** Then it is the place that is away, and not a file. */
const MOST_FAULTS = 5;

export async function readLog(deps: ReadDeps, watch: Watch, keys: ReadonlySet<string>): Promise<LogRead> {
  const reading: Reading = { watch, keys, left: MOST_FILES, faults: [] };
  let first = watch.day;
  try {
    for (const day of daysToRead(watch.day, deps.now())) {
      if (!(await readDay(deps, reading, day)))
        return { isComplete: false, fault: reading.faults[0] ?? null };
      if (reading.faults.length > 0 || day !== first || !isOver(day, deps.now())) continue;
      await moveDay(deps.db, day, dayAfter(day));
      first = dayAfter(day);
    }
    return { isComplete: reading.faults.length === 0, fault: reading.faults[0] ?? null };
  } catch (error) {
    return { isComplete: false, fault: errorOf(error) };
  }
}

/** @returns false if this run may read no more */
async function readDay(deps: ReadDeps, reading: Reading, day: string): Promise<boolean> {
  for await (const files of deps.place.files(day, deps.signal)) {
    const names = await unreadOf(
      deps.db,
      files.map(({ name }) => name),
    );
    for (const file of files.filter(({ name }) => names.has(name))) {
      if (deps.signal.aborted || reading.left === 0 || reading.faults.length === MOST_FAULTS) return false;
      reading.left -= 1;
      // A file that can't be fetched holds up no others, and is tried again by the next run.
      await readFile(deps, reading, file).catch((error: unknown) => reading.faults.push(errorOf(error)));
    }
  }
  return true;
}

async function readFile(deps: ReadDeps, { watch, keys }: Reading, { name, bytes }: LogFile): Promise<void> {
  const { place, reader, db, trail, now, signal } = deps;
  const read =
    bytes > MAX_FILE_BYTES
      ? { fault: `it is larger than ${String(MAX_FILE_BYTES / 1_048_576)} MiB` }
      : await reader.read({ bytes: await place.read(name, signal), keys: [...keys] });
  if ('fault' in read) {
    await keepFile(db, { name, fault: read.fault, signatures: [], unmatched: [] }, now());
    return;
  }
  const { signatures } = read;
  const compared = signatures.filter(({ atMs }) => atMs >= watch.sinceMs);
  const recorded = await recordedKeys(
    trail,
    compared.map(({ requestId }) => requestId),
    writtenFor(compared),
  );
  const unmatched = compared.filter(({ requestId, key }) => recorded.get(requestId) !== key);
  await keepFile(db, { name, fault: null, signatures, unmatched }, now());
}

const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** What is recorded later than this is found when the signature is decided on. */
function writtenFor(signatures: readonly LoggedSignature[]): Written {
  const times = signatures.map(({ atMs }) => atMs).sort((one, other) => one - other);
  return { fromMs: (times[0] ?? 0) - CLOCK_TOLERANCE_MS, toMs: (times.at(-1) ?? 0) + DECIDED_AFTER_MS };
}
