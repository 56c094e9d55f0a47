/**
 * Archives each month of the audit trail once it is over (docs/audit.md, "Archive"; ADR 87): the records of every chain, with
 * the sealed identifiers, in compressed objects and a manifest, stored in each place of checkpoints. A copy is recorded once it
 * was read back, and the month once every place has all of it. Nothing is removed from the database.
 * What is stored is fixed in a plan first, so that every run, and every worker, makes the same objects.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { archiveLine, endOfLines, type Hashing } from '@gatehouse/domain/audit/archive/archive-lines';
import {
  archiveFolder,
  type ArchivedChain,
  type ArchiveObject,
  type ArchivePlan,
  faultOfObjects,
  FIRST_ARCHIVE,
  manifestFile,
  manifestText,
  objectFile,
  planOfManifest,
  recordsIn,
} from '@gatehouse/domain/audit/archive/archive-manifest';
import { dueAtMs, obstacleOf } from '@gatehouse/domain/audit/archive/archive-month';
import type { Position } from '@gatehouse/domain/audit/chain-check';
import { keepLines, sha256Of } from '../../adapters/audit/archive/archive-place.js';
import type { ArchiveSource } from '../../adapters/audit/archive/archive-source.js';
import type { ArchiveStore } from '../../adapters/audit/archive/archive.store.js';
import type { Covered } from '../../adapters/audit/checkpoints/checkpoint.store.js';
import { keep, type Place, PlaceConflict } from '../../adapters/audit/checkpoints/place.js';
import { systemEvent } from '../../adapters/audit/system-event.js';

export interface TrailArchiveDeps {
  readonly store: ArchiveStore;
  readonly source: ArchiveSource;
  readonly places: readonly Place[];
  readonly covered: () => Promise<Covered>;
  readonly hashing: Hashing;
  /** Of Gatehouse. */
  readonly version: string;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  readonly log: Record<'info' | 'error', (fields: object, message: string) => void>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly signal: AbortSignal;
  /** Of one object; a page more than these bytes at most. For tests. */
  readonly most?: { readonly records: number; readonly bytes: number };
}

/** Then the run ends, and the next one goes on. The job's own limit is ten minutes longer. */
const BUDGET_MS = 20 * 60_000;
/** While a worker stores one object, no other worker archives. */
const HOLD_MS = 5 * 60_000;
const MOST = { records: 5_000, bytes: 8 * 1024 * 1024 };

export async function run(deps: TrailArchiveDeps): Promise<void> {
  const { store, places, log, now, monotonicNow, signal } = deps;
  if (!(await store.hold(now(), HOLD_MS))) return;
  const endMs = monotonicNow() + BUDGET_MS;
  let failing: string | null = null;
  try {
    const goesOn = async (): Promise<boolean> =>
      !signal.aborted && monotonicNow() < endMs && (await store.hold(now(), HOLD_MS));
    for (let more = true; more;) {
      const plan = (await store.unfinished(namesOf(places))) ?? (await planNext(deps));
      more = plan !== null && (await archive(deps, plan, goesOn));
    }
    for (const place of places) await lookForReplaced(place);
  } catch (error) {
    failing = error instanceof Error ? error.message : String(error);
    log.error({ err: error }, 'the audit trail could not be archived');
  } finally {
    await store.release(now(), failing);
  }
}

/** @throws Error that says what keeps a month from being archived which is due */
async function planNext(deps: TrailArchiveDeps): Promise<ArchivePlan | null> {
  const { store, source, covered, places, version, now } = deps;
  const newest = await store.newest();
  const month = await source.nextMonth(newest?.month ?? null);
  const nowMs = now();
  if (month === null || nowMs < dueAtMs(month)) return null;
  // An OUTCOME that is written after this look can't be of this month, unless an attempt is open now.
  const oldestOpenMs = await source.oldestOpen();
  // What is covered is read first: a chain that grows in between must not look as if it stood behind.
  const checkpoint = await covered();
  const chains = await source.chains(month);
  const obstacle = obstacleOf(month, { nowMs, oldestOpenMs, chains, covered: checkpoint.heads });
  if (obstacle !== null) throw new Error(`${month} is not archived yet: ${obstacle}`);
  const plan = (await planIn(places, month)) ?? {
    ...{ month, plannedAtMs: nowMs, gatehouse: version, chains },
    previous: newest?.manifest ?? FIRST_ARCHIVE,
    checkpoint: { sequence: checkpoint.sequence, sha256: checkpoint.hash },
  };
  return (await store.addPlan(plan)) ? plan : null;
}

/** A place has the archive already if the database was restored to a time before it. */
async function planIn(places: readonly Place[], month: string): Promise<ArchivePlan | null> {
  for (const place of places) {
    const manifest = await place.read(manifestFile(month));
    if (manifest !== null) return planOfManifest(month, manifest);
  }
  return null;
}

/** Makes what is missing of the archive. False: the run's time is over, or another worker archives. */
async function archive(
  deps: TrailArchiveDeps,
  plan: ArchivePlan,
  goesOn: () => Promise<boolean>,
): Promise<boolean> {
  for (const chain of plan.chains) if (!(await archiveChain(deps, plan, chain, goesOn))) return false;
  await finish(deps, plan);
  return true;
}

async function archiveChain(
  deps: TrailArchiveDeps,
  { month }: ArchivePlan,
  chain: ArchivedChain,
  goesOn: () => Promise<boolean>,
): Promise<boolean> {
  const { store, places, monotonicNow } = deps;
  let end: Position = { seq: chain.fromSeq - 1, hash: chain.prevHash };
  for (const object of await store.objects(month, chain.writer)) {
    const lacking = await placesWithout(deps, month, object.file);
    if (lacking.length > 0) {
      if (!(await goesOn())) return false;
      const made = await makeObject(deps, month, chain, end, object.toSeq);
      if (made.object.sha256 !== object.sha256)
        throw new Error(`the records of ${object.file} are not those that were archived before`);
      await storeObject(deps, month, made, lacking);
    }
    end = { seq: object.toSeq, hash: object.hash };
  }
  while (end.seq < chain.toSeq) {
    if (!(await goesOn())) return false;
    const beganMs = monotonicNow();
    const made = await makeObject(deps, month, chain, end, null);
    if (!(await store.addObject(month, made.object))) return false;
    await storeObject(deps, month, made, places);
    end = { seq: made.object.toSeq, hash: made.object.hash };
    // Half of the time is left to requests.
    if (end.seq < chain.toSeq) await pause(monotonicNow() - beganMs);
  }
  return true;
}

interface MadeObject {
  readonly object: ArchiveObject;
  readonly text: string;
}

/**
 * Reads the records after a position and checks that they are what was written.
 * @param toSeq the last one of an object that is known; null: as many as an object takes
 */
async function makeObject(
  { source, hashing, most = MOST }: TrailArchiveDeps,
  month: string,
  { writer, toSeq: lastOfChain }: ArchivedChain,
  after: Position,
  toSeq: number | null,
): Promise<MadeObject> {
  const last = toSeq ?? Math.min(lastOfChain, after.seq + most.records);
  const pages: string[] = [];
  let [end, bytes] = [after, 0];
  while (end.seq < last && (toSeq !== null || bytes < most.bytes)) {
    const page = await source.records({ writer, fromSeq: end.seq + 1, toSeq: last });
    const lines = page.map(archiveLine);
    const seq = end.seq + Math.max(1, lines.length);
    end = { seq, hash: endOfLines(lines, { writer, after: end, toSeq: seq }, hashing) };
    const text = `${lines.join('\n')}\n`;
    bytes += Buffer.byteLength(text);
    pages.push(text);
  }
  const stretch = { writer, fromSeq: after.seq + 1, toSeq: end.seq };
  const text = pages.join('');
  return {
    text,
    object: {
      ...{ ...stretch, file: objectFile(month, stretch), prevHash: after.hash, hash: end.hash },
      ...{ bytes, sha256: sha256Of(text) },
    },
  };
}

/** A copy is recorded once it was read back and is what was stored. */
async function storeObject(
  { store, now }: TrailArchiveDeps,
  month: string,
  { object, text }: MadeObject,
  places: readonly Place[],
): Promise<void> {
  for (const place of places) {
    const version = await keepLines(place, object, text);
    await store.addCopy({ month, place: place.name, file: object.file, version }, now());
  }
}

/** Stores the manifest, once every place has every object that it names, and then records the month. */
async function finish(deps: TrailArchiveDeps, plan: ArchivePlan): Promise<void> {
  const { store, places, audit, log, now } = deps;
  const { month, checkpoint } = plan;
  const objects = await store.objects(month);
  const fault = faultOfObjects(plan, objects);
  if (fault !== null) throw new Error(`the archive of ${month} is not whole: ${fault}`);
  const manifest = manifestText(plan, objects);
  for (const place of places) {
    const version = await keep(place, manifestFile(month), manifest);
    await store.addCopy({ month, place: place.name, file: manifestFile(month), version }, now());
  }
  const archived = {
    ...{ month, archivedAtMs: now(), objects: objects.length, manifest: sha256Of(manifest) },
    ...{ records: recordsIn(plan.chains), bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0) },
  };
  if (!(await store.addArchive(archived))) return;
  const { records, objects: count, manifest: sha256 } = archived;
  log.info({ month, records, objects: count }, 'a month of the audit trail has been archived');
  await audit.system(
    systemEvent('TRAIL_ARCHIVED', now(), {
      ...{ month, records, objects: count, manifestSha256: sha256, checkpoint: checkpoint.sequence },
    }),
  );
}

async function placesWithout(
  { store, places }: TrailArchiveDeps,
  month: string,
  file: string,
): Promise<Place[]> {
  const having = await store.placesOf(month, file);
  return places.filter(({ name }) => !having.has(name));
}

/** @throws PlaceConflict if there is a newer version of what was archived, or it was deleted */
async function lookForReplaced(place: Place): Promise<void> {
  const [first = '', ...more] = await place.replacedAfter(ARCHIVES, ARCHIVES);
  if (first === '') return;
  const others = more.length === 0 ? '' : ` and ${String(more.length)} more`;
  throw new PlaceConflict(`${first}${others}: there is a newer version, or it was deleted`);
}

const ARCHIVES = archiveFolder('').slice(0, -1);

const namesOf = (places: readonly Place[]): string[] => places.map(({ name }) => name);
