import { returnUrl } from '@gatehouse/domain/users/return-target';
import type { SignedInUser } from '@gatehouse/domain/users/id-token';
import type { Response } from 'express';
import type { LoginTokens, UserLogin } from '../../adapters/users/user-logins.js';
import type { UserAuthDeps } from './deps.js';
import { UserSignInRefused } from './user-sign-in-refused.js';

export interface UserOfLogin {
  readonly login: UserLogin;
  readonly user: SignedInUser;
  readonly tokens: LoginTokens;
}

/** Records that the user signed in, and sends their browser to the supplier with a code for the supplier's server. */
export async function returnToSupplier(
  { signedIn, logins }: Pick<UserAuthDeps, 'signedIn' | 'logins'>,
  { login, user, tokens }: UserOfLogin,
  response: Response,
): Promise<void> {
  await signedIn(login, user);
  const code = await logins.signedIn(login.id, user, tokens);
  if (code === null) throw new UserSignInRefused('state');
  const { returnTarget, supplierState: state } = login;
  response.status(303).setHeader('Location', returnUrl(returnTarget, { code, state })).end();
}
