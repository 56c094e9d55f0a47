import type { Provider } from 'oidc-provider';
import { Cis2Clients } from './clients.js';
import { SigningKeys } from './signing-keys.js';
import { SignIns } from './sign-ins.js';
import { SignInChanges } from './token-change.js';

/** The scopes and acr values that CIS2 knows. */
export const SCOPES = ['openid', 'profile', 'email', 'nhsperson', 'nationalrbacaccess', 'associatedorgs'];
export const DEFAULT_ACR = 'AAL3_ANY';
export const ACR_VALUES = [DEFAULT_ACR, 'AAL2_OR_AAL3_ANY', 'AAL2_ANY'];

/** CIS2: its clients, keys and sign-ins, and the faults that a test has requested for the next sign-ins. */
export interface Cis2 {
  readonly clients: Cis2Clients;
  readonly keys: SigningKeys;
  readonly cis1Keys: SigningKeys;
  readonly signIns: SignIns;
  readonly changes: SignInChanges;
  /** Present once the listener has its address. */
  provider?: Provider;
}

export async function openCis2(stateDir: string): Promise<Cis2> {
  const [keys, cis1Keys] = await SigningKeys.createTwo();
  return {
    clients: await Cis2Clients.open(stateDir),
    keys,
    cis1Keys,
    signIns: new SignIns(),
    changes: new SignInChanges(),
  };
}
