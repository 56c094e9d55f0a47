/** Somebody signed in at CIS2 for a client. */
export interface SignIn {
  readonly sid: string;
  readonly clientId: string;
  readonly userId: string;
  readonly authTimeMs: number;
  /** The authentication assurance level reached, and the acr value that was requested. */
  readonly aal: number;
  readonly acr: string;
  endedAtMs?: number;
}

/** The sign-ins since the last reset, by the grant of the provider. */
export class SignIns {
  readonly #byGrant = new Map<string, SignIn>();

  add(grantId: string, signIn: SignIn): void {
    this.#byGrant.set(grantId, signIn);
  }

  ofGrant(grantId: string): SignIn | undefined {
    return this.#byGrant.get(grantId);
  }

  list(): SignIn[] {
    return [...this.#byGrant.values()];
  }

  clear(): void {
    this.#byGrant.clear();
  }
}
