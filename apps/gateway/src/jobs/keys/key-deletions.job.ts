/**
 * Ends signing keys that nobody needs: takes the keys of retired owners out of use, disables removed ones, proposes one list
 * of deletions a month, and has KMS delete what two people approved. It is computed from rows: a run may be killed
 * anywhere, and the next one goes on.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import {
  DELETION_WAIT_DAYS,
  endStepOf,
  type EndStep,
  refusalOfDeletion,
} from '@gatehouse/domain/rotation/key-deletion';
import { systemEvent } from '../../adapters/audit/system-event.js';
import type { KeyDeletions, OwnedEndingKey } from '../../adapters/keys/key-deletions.js';
import type { Kms } from '../../adapters/kms/kms.js';

export interface KeyDeletionsDeps {
  readonly deletions: KeyDeletions;
  readonly kms: Pick<Kms, 'keyState' | 'disableKey' | 'scheduleDeletion' | 'cancelDeletion'>;
  /** Whether this process publishes the key. */
  readonly isServed: (kid: string) => boolean;
  /** Names of those that this deployment serves. */
  readonly environments: ReadonlySet<string>;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Between two keys. */
  readonly paceMs?: number;
}

/** Five keys a second: below what KMS takes of any of these calls. */
const PACE_MS = 200;
/** A run ends well before its time limit. */
const MOST_AT_ONCE = 500;
const DAY_MS = 86_400_000;

/** @throws the first error, once every key was tried */
export async function run(deps: KeyDeletionsDeps): Promise<void> {
  const { deletions, environments, now, signal, paceMs = PACE_MS } = deps;
  await deletions.propose(now());
  const due = (await deletions.read()).flatMap((key) => {
    const step = environments.has(key.environment) ? endStepOf(key, now()) : null;
    return step === null ? [] : [{ key, step }];
  });
  let failure: Error | undefined;
  for (const { key, step } of due.slice(0, MOST_AT_ONCE)) {
    if (signal.aborted) return;
    await take(deps, key, step).catch((error: unknown) => {
      failure ??= error instanceof Error ? error : new Error(String(error));
    });
    await pause(paceMs);
  }
  if (failure !== undefined) throw failure;
}

async function take(deps: KeyDeletionsDeps, key: OwnedEndingKey, step: EndStep): Promise<void> {
  const { deletions, now } = deps;
  switch (step) {
    case 'retire':
    case 'remove':
      if (await deletions.move(key, step, now())) await record(deps, key, { step });
      return;
    case 'disable':
      await disable(deps, key);
      return;
    case 'schedule':
      await schedule(deps, key);
      return;
    case 'cancel':
      await cancel(deps, key);
  }
}

async function disable(deps: KeyDeletionsDeps, key: OwnedEndingKey): Promise<void> {
  const { kms, deletions, now } = deps;
  const { state } = await kms.keyState(key.kmsKeyArn);
  if (state === 'Enabled') await kms.disableKey(key.kmsKeyArn);
  if (await deletions.noteDisabled(key, now())) await record(deps, key, { step: 'disable' });
}

async function schedule(deps: KeyDeletionsDeps, key: OwnedEndingKey): Promise<void> {
  const { kms, deletions, now } = deps;
  const { kid, kmsKeyArn } = key;
  const kmsKey = await kms.keyState(kmsKeyArn);
  const refusal = refusalOfDeletion({ isServed: deps.isServed(kid), kmsState: kmsKey.state });
  if (refusal !== null) {
    if (await deletions.drop(key, refusal, now())) await record(deps, key, { step: 'drop', cause: refusal });
    return;
  }
  // Noted before KMS is called: a cancellation meanwhile then finds what it has to take back.
  if (!(await deletions.begin(key, now() + DELETION_WAIT_DAYS * DAY_MS))) return;
  const deletesAtMs = await scheduleInKms(deps, kmsKeyArn);
  await record(deps, key, { step: 'schedule', deletesAt: new Date(deletesAtMs).toISOString() });
  if (!(await deletions.confirm(key, deletesAtMs, now()))) await cancel(deps, key);
}

/** A run that died, or one at the same time, may have scheduled it already. @returns when KMS deletes it, in epoch ms */
async function scheduleInKms({ kms, now }: KeyDeletionsDeps, kmsKeyArn: string): Promise<number> {
  try {
    return await kms.scheduleDeletion(kmsKeyArn, DELETION_WAIT_DAYS);
  } catch (error) {
    const { state, deletesAtMs } = await kms.keyState(kmsKeyArn);
    if (state === 'Gone') return now();
    if (state !== 'PendingDeletion' || deletesAtMs === null) throw error;
    return deletesAtMs;
  }
}

async function cancel(deps: KeyDeletionsDeps, key: OwnedEndingKey): Promise<void> {
  const { kms, deletions } = deps;
  const { state } = await kms.keyState(key.kmsKeyArn);
  if (state === 'PendingDeletion') await kms.cancelDeletion(key.kmsKeyArn);
  if (await deletions.noteCancelled(key)) await record(deps, key, { step: 'cancel', kmsState: state });
}

/** Of a deletion, with the list that two people approved. */
async function record(
  { audit, now }: KeyDeletionsDeps,
  { kid, environment, applicationId, odsCodes, deletionList }: OwnedEndingKey,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  const odsCode = odsCodes.length === 1 ? odsCodes[0] : undefined;
  await audit.system(
    systemEvent(
      'KEY_DELETION',
      now(),
      { ...facts, kid, environment, list: deletionList },
      {
        ...(applicationId === null ? {} : { applicationId }),
        ...(odsCode === undefined ? {} : { odsCode }),
      },
    ),
  );
}
