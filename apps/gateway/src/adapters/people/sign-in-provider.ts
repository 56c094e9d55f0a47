import type { SignInSecrets } from './openid/openid-provider.js';

/** One way to sign people in: where their browser is sent, and what its callback proves. */
export interface SignInProvider<Proven = unknown> {
  /** A sign-in that began under this name can't be finished under another. */
  readonly name: string;
  /** @throws ProviderFault if nobody can be sent there now */
  authorizationUrl(secrets: SignInSecrets): Promise<string>;
  /**
   * Exchanges the code of a callback, whose state was compared. A code can be used once.
   * @throws ProviderFault if the provider reports an error, or what it says is not accepted
   */
  finish(callback: URLSearchParams, secrets: SignInSecrets): Promise<Proven>;
}
