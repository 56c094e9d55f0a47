/** What a failed step of a rotation means for those who read of it: who must act, and what happens until then. */
import { TOKEN_REFUSALS } from '../apim/token-refusal.js';
import type { WhoActs } from '../errors.js';
import type { RotatingKey, RotationStep } from './rotation.js';

export interface RotationFailure {
  readonly whoActs: WhoActs;
  /** What goes on meanwhile, and what Gatehouse does by itself. */
  readonly meanwhile: string;
}

/**
 * @param cause as the step recorded it; that of a canary says what is wrong in the words of `TOKEN_REFUSALS`
 * @param keys those of the owner, as they are now
 */
export function rotationFailure(
  step: RotationStep,
  cause: string,
  keys: readonly Pick<RotatingKey, 'kid' | 'state'>[],
): RotationFailure {
  return { whoActs: whoActs(step, cause), meanwhile: meanwhile(step, keys) };
}

function whoActs(step: RotationStep, cause: string): WhoActs {
  if (step !== 'prove') return 'operator';
  const refusal = Object.values(TOKEN_REFUSALS).find(({ whatIsWrong }) => cause.includes(whatIsWrong));
  return refusal?.whoActs ?? 'operator';
}

const AGAIN = 'Gatehouse tries the step again by itself: you need not start anything.';

function meanwhile(step: RotationStep, keys: readonly Pick<RotatingKey, 'kid' | 'state'>[]): string {
  if (step === 'remove' || step === 'disable') return `The key in question no longer signs. ${AGAIN}`;
  const active = keys.find(({ state }) => state === 'ACTIVE');
  return active === undefined
    ? `No key signs, so calls are refused. ${AGAIN}`
    : `Key ${active.kid} goes on signing, and no call is refused. ${AGAIN}`;
}
