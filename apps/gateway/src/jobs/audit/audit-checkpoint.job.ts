/**
 * Makes signed checkpoints of the audit trail and stores them outside the database (docs/audit.md, "Checkpoints"). If KMS
 * or a place is away, nothing is refused; the next run goes on where this one stopped.
 */
import {
  type ChainBehind,
  chainsBehind,
  checkpointFile,
  checkpointFileName,
  FULL_EVERY_MS,
  nextHeads,
} from '@gatehouse/domain/audit/checkpoint';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import type { CheckpointSigner } from '../../adapters/audit/checkpoints/checkpoint-signer.js';
import type { CheckpointStore } from '../../adapters/audit/checkpoints/checkpoint.store.js';
import { keep, type Place, PlaceConflict, readFrom } from '../../adapters/audit/checkpoints/place.js';
import { systemEvent } from '../../adapters/audit/system-event.js';

export interface AuditCheckpointDeps {
  readonly store: CheckpointStore;
  readonly signer: CheckpointSigner;
  readonly places: readonly Place[];
  readonly audit: { system(event: SystemEvent): Promise<void> };
  readonly outages: { failed(part: string, error: unknown): void; worked(part: string): void };
  readonly log: { error(fields: object, message: string): void };
  readonly now: () => number;
  /** How the trail stands after this run: checkpoints that found it behind, and copies that are missing. */
  readonly onDone: (counts: { readonly behind: number; readonly waiting: number }) => void;
}

const OUTAGE = 'checkpoints';

export async function run(deps: AuditCheckpointDeps): Promise<void> {
  const { store, places, outages, log, onDone } = deps;
  try {
    for (const place of places) await takeBack(place, deps);
    await makeNext(deps);
    for (const place of places) await storeIn(place, store);
    for (const place of places) await lookForReplaced(place, deps);
    onDone(await store.counts(places.map(({ name }) => name)));
    outages.worked(OUTAGE);
  } catch (error) {
    if (error instanceof PlaceConflict)
      log.error({ err: error }, 'a stored checkpoint was replaced, or two databases share one place');
    outages.failed(OUTAGE, error);
  }
}

/**
 * A place that has a checkpoint which the database lacks was written by a database that had more: this one was restored,
 * or lost commits in a fail-over. Its checkpoints are taken back, so that the numbers go on and what is lost shows.
 */
async function takeBack(place: Place, { store, signer }: AuditCheckpointDeps): Promise<void> {
  let sequence = await store.latest();
  for (;;) {
    const files = await place.filesAfter(checkpointFileName(sequence));
    for (const file of files) {
      const checkpoint = await signer.read(await readFrom(place, file));
      if (checkpoint.sequence !== sequence + 1)
        throw new PlaceConflict(`${file} does not follow checkpoint ${String(sequence)}`);
      await store.add(checkpoint);
      sequence = checkpoint.sequence;
    }
    if (files.length === 0) return;
  }
}

async function makeNext({ store, signer, audit, log, now }: AuditCheckpointDeps): Promise<void> {
  // What is covered is read first: a chain that grows in between must not look as if it stood behind.
  const covered = await store.covered();
  const heads = await store.heads();
  const behind = chainsBehind(covered.heads, heads);
  const atMs = now();
  const full = behind.length > 0 || atMs - covered.lastFullAtMs >= FULL_EVERY_MS;
  const chosen = nextHeads(covered.heads, heads, full);
  // A checkpoint without heads says that a trail which had chains has none any more.
  if (chosen.length === 0 && behind.length === 0) return;
  const checkpoint = await signer.sign(
    { sequence: covered.sequence + 1, atMs, previous: covered.hash, full },
    chosen,
  );
  const isOurs = await store.add({ ...checkpoint, behind });
  if (!isOurs || behind.length === 0) return;
  log.error(
    { chains: behind.length, checkpoint: covered.sequence },
    'the audit trail is behind its last checkpoint',
  );
  await audit.system(trailBehind(covered.sequence, behind, atMs));
}

const CHAINS_NAMED = 100;

function trailBehind(checkpoint: number, behind: readonly ChainBehind[], atMs: number): SystemEvent {
  const chains = behind
    .slice(0, CHAINS_NAMED)
    .map(({ writer, coveredSeq, seq }) => ({ writer, coveredSeq, seq }));
  return systemEvent('TRAIL_BEHIND_CHECKPOINT', atMs, { checkpoint, count: behind.length, chains });
}

async function storeIn(place: Place, store: CheckpointStore): Promise<void> {
  for (;;) {
    const checkpoints = await store.missingIn(place.name);
    for (const { sequence, jws, heads } of checkpoints) {
      const version = await keep(place, checkpointFileName(sequence), checkpointFile(jws, heads));
      await store.stored(sequence, place.name, version);
    }
    if (checkpoints.length === 0) return;
  }
}

/** About a day of them; older ones were looked at then. */
const LOOKED_AT = 1_500;

async function lookForReplaced(place: Place, { store }: AuditCheckpointDeps): Promise<void> {
  const sequence = await store.latest();
  const replaced = await place.replacedAfter(
    checkpointFileName(Math.max(0, sequence - LOOKED_AT)),
    'checkpoint-',
  );
  if (replaced.length > 0)
    throw new PlaceConflict(`${replaced.join(', ')}: there is a newer version, or it was deleted`);
}
