import type { BrokenRule } from '../errors.js';

/**
 * Whether an ID token is one of the older Care Identity Service (CIS1), which e-RS does not take. Its tokens name an
 * issuer under `/cis1/`, or the realm `/CIS1`. The user's smartcard works through CIS2 as well, so they are told.
 */
export function isOfCis1({ iss, realm }: { readonly iss?: unknown; readonly realm?: unknown }): boolean {
  if (typeof realm === 'string' && realm.toUpperCase() === '/CIS1') return true;
  return typeof iss === 'string' && /^https?:\/\/[^/?#]+\/cis1(\/|$)/i.test(iss);
}

/** The words for a supplier that brings one. */
export const CIS1_NOT_PERMITTED: BrokenRule = {
  text: 'The ID token is one of CIS1, which is not permitted for e-RS.',
  whatToDo: 'Let the user sign in through NHS CIS2. The same smartcard works there.',
  whoActs: 'caller',
};
