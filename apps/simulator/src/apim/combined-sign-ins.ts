import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';

const CODE_LIFE_MS = 300_000;
const STATE_LIFE_MS = 600_000;

/** A sign-in that APIM began for an application. */
export interface PendingSignIn {
  readonly apiKey: string;
  readonly redirectUri: string;
  /** The application's own. */
  readonly state: string;
}

/** The person whom CIS2 named, with the answer of its userinfo. */
export interface CombinedUser {
  readonly userId: string;
  readonly aal: number;
  readonly ial: number;
  readonly sid: string;
  readonly userinfo: unknown;
}

/** The states and codes of combined authentication. Each can be used once; a code lives for 300 s. */
export class CombinedSignIns {
  readonly #clock: Clock;
  readonly #pending = new Map<string, PendingSignIn & { expiresAtMs: number }>();
  readonly #codes = new Map<string, { apiKey: string; user: CombinedUser; expiresAtMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the state that APIM sends to CIS2. */
  begin(signIn: PendingSignIn): string {
    const state = randomBytes(24).toString('base64url');
    this.#pending.set(state, { ...signIn, expiresAtMs: this.#clock.nowMs() + STATE_LIFE_MS });
    return state;
  }

  takePending(state: string): PendingSignIn | undefined {
    const pending = this.#pending.get(state);
    this.#pending.delete(state);
    return pending !== undefined && pending.expiresAtMs > this.#clock.nowMs() ? pending : undefined;
  }

  issueCode(apiKey: string, user: CombinedUser): string {
    const code = randomBytes(24).toString('base64url');
    this.#codes.set(code, { apiKey, user, expiresAtMs: this.#clock.nowMs() + CODE_LIFE_MS });
    return code;
  }

  takeCode(apiKey: string, code: string): CombinedUser | undefined {
    const issued = this.#codes.get(code);
    if (issued?.apiKey !== apiKey) return undefined;
    this.#codes.delete(code);
    return issued.expiresAtMs > this.#clock.nowMs() ? issued.user : undefined;
  }

  clear(): void {
    this.#pending.clear();
    this.#codes.clear();
  }
}
