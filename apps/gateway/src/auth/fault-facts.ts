import { ProviderFault } from '../adapters/people/openid/provider-fault.js';
import { SignInRefused } from './sign-in-refused.js';

/** What the log says of a sign-in that failed. */
export function factsOf(thrown: unknown): object {
  if (thrown instanceof SignInRefused) return thrown.staffId === null ? {} : { staffId: thrown.staffId };
  if (!(thrown instanceof ProviderFault)) return { err: thrown };
  const { message: reason, said } = thrown;
  if (said === null) return { reason };
  return { reason, providerError: said.error, providerErrorDescription: said.description };
}
