import { reason as reasonShape } from '@gatehouse/contracts/registry/identifiers';
import { faultOfValue } from './faults.js';

interface GivenReason {
  readonly reason: string;
  /** What is wrong with it; null: nothing. */
  readonly fault: string | null;
}

/** The reason in a form. */
export function givenReason(form: HTMLFormElement, presence: 'required' | 'optional'): GivenReason {
  const given = new FormData(form).get('reason');
  const reason = typeof given === 'string' ? given.trim() : '';
  if (reason !== '') return { reason, fault: faultOfValue(reasonShape, reason) };
  return { reason, fault: presence === 'required' ? 'Enter the reason' : null };
}
