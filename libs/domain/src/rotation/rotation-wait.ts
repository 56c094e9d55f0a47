/** Why a rotation waits, in words for the people who look after it. */
import { activatableAtMs } from '../registry/signing-key.js';
import { type NextStep, type Rotation, rotationDueMs } from './rotation.js';

/** @returns a sentence; null: the step is due now */
export function whyItWaits(rotation: Rotation, next: NextStep | null, nowMs: number): string | null {
  if (next === null) return NO_KEY;
  if (next.atMs <= nowMs) return null;
  if (next.step === 'remove') return ROLL_BACK;
  const key = rotation.keys.find(({ kid }) => kid === next.kid);
  const active = rotation.keys.find(({ state }) => state === 'ACTIVE');
  const dueMs = active === undefined ? 0 : rotationDueMs(rotation, active.activatedAtMs ?? 0);
  const confirmedAtMs = key?.confirmedAtMs ?? null;
  return confirmedAtMs !== null && activatableAtMs(confirmedAtMs, true) > dueMs ? JWKS_CACHE : NOT_DUE;
}

const NO_KEY = 'No key has signed yet. Create the first key and give its JWKS URL to NHS England.';
const ROLL_BACK = 'The retired key stays published for a day, so that you can roll back.';
const JWKS_CACHE =
  'NHS England may still have a copy of the JWKS without the next key. It keeps its copy for an hour.';
const NOT_DUE = 'The next key is ready. The key in use is not due yet.';
