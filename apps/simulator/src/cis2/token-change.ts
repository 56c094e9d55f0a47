import type { Json, SignatureKind, SigningKeys } from './signing-keys.js';

/** What is wrong with a token: members replaced or, where null, left out, and how it is signed. */
export interface TokenChange {
  readonly claims?: Json;
  readonly header?: Json;
  readonly signature?: SignatureKind;
}

/** A change of the ID tokens of the next sign-ins. */
export interface SignInChange extends TokenChange {
  readonly clientId?: string;
  readonly userId?: string;
  /** The number of sign-ins it applies to; 1 if left out. */
  readonly times?: number;
}

/** A signed token with what a test has changed in it. */
export function signChanged(keys: SigningKeys, header: Json, claims: Json, change: TokenChange): string {
  return keys.sign(changed(header, change.header), changed(claims, change.claims), change.signature);
}

const changed = (members: Json, change: Json = {}): Json =>
  Object.fromEntries(Object.entries({ ...members, ...change }).filter(([, value]) => value !== null));

/** The changes that wait for a sign-in. The oldest that matches is used. */
export class SignInChanges {
  #waiting: { readonly change: SignInChange; left: number }[] = [];

  add(change: SignInChange): void {
    this.#waiting.push({ change, left: change.times ?? 1 });
  }

  take(clientId: string, userId: string): TokenChange {
    const entry = this.#waiting.find(
      ({ change }) => (change.clientId ?? clientId) === clientId && (change.userId ?? userId) === userId,
    );
    if (entry === undefined) return {};
    entry.left -= 1;
    if (entry.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
    return entry.change;
  }

  clear(): void {
    this.#waiting = [];
  }
}
