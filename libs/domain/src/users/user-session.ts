import type { AssuranceLevel } from './id-token.js';
import type { UserFunction, UserRole } from './roles.js';

/** In which role, and for whom, a user acts while a request does not say otherwise. */
export interface UserChoice {
  readonly odsCode: string;
  readonly businessFunction: UserFunction;
  /** 12 digits; only for a function that acts on behalf of somebody. */
  readonly onBehalfOfUserId: string | null;
}

/** A signed-in healthcare worker at a supplier's product, as a decision needs to know them. Holds no token and no name. */
export interface UserSession {
  /** A UUID; never the handle, which is a secret. */
  readonly id: string;
  /** Grows whenever the roles, the choice or the end of the session change. */
  readonly version: number;
  /** The client that opened the session, and the only one that may use it. */
  readonly clientId: string;
  readonly environment: string;
  readonly product: string;
  /** In combined authentication, the one organisation to act for; null: any that is granted. */
  readonly onlyOdsCode: string | null;
  /** 12 digits: the `sub` of CIS2. */
  readonly userId: string;
  /** Of this authentication: a refresh of tokens never raises it. */
  readonly authenticationLevel: AssuranceLevel;
  readonly identityLevel: 3;
  /** Epoch ms, as the next two. */
  readonly authenticatedAtMs: number;
  readonly lastActiveAtMs: number;
  readonly endedAtMs: number | null;
  /** The answer of A030. Null: it has not been read yet, and only A030 may be called. */
  readonly roles: readonly UserRole[] | null;
  /** Null: nothing has been chosen yet. */
  readonly choice: UserChoice | null;
}
