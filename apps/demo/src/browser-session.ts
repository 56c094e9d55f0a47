import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Call, UserSession } from './gatehouse.js';

/** A sign-in that this browser has begun. */
export interface PendingLogin {
  readonly state: string;
  readonly codeVerifier: string;
}

/**
 * What this server remembers about a browser. The browser itself has only the id, in a cookie: handle, state and code
 * verifier are never in a URL, a page or the browser's storage.
 */
export interface BrowserSession {
  id: string;
  login: PendingLogin | null;
  user: (UserSession & { readonly handle: string }) | null;
  /** Calls to Gatehouse that no page has shown yet. */
  calls: Call[];
  lastSeenMs: number;
}

const LIFE_MS = 60 * 60_000;
const MAX_SESSIONS = 10_000;

export class BrowserSessions {
  readonly #byId = new Map<string, BrowserSession>();
  readonly #isSecure: boolean;
  readonly #cookieName: string;

  /** @param url a `__Host-` cookie needs https; all ports of localhost share their cookies, so the name says whose it is */
  constructor(url: string) {
    this.#isSecure = url.startsWith('https:');
    this.#cookieName = this.#isSecure ? '__Host-referwell' : 'referwell-demo';
  }

  of(request: IncomingMessage): BrowserSession {
    const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
    const prefix = `${this.#cookieName}=`;
    const id = cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length) ?? '';
    const session = this.#byId.get(id);
    if (session !== undefined && Date.now() - session.lastSeenMs < LIFE_MS) {
      session.lastSeenMs = Date.now();
      return session;
    }
    this.#byId.delete(id);
    return this.#add({ id: '', login: null, user: null, calls: [], lastSeenMs: Date.now() });
  }

  /** Gives the session a new id, so that nobody who knew the old one is signed in with it. */
  renew(session: BrowserSession): void {
    this.#byId.delete(session.id);
    this.#add(session);
  }

  cookie({ id }: BrowserSession): string {
    return `${this.#cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax${this.#isSecure ? '; Secure' : ''}`;
  }

  #add(session: BrowserSession): BrowserSession {
    session.id = randomBytes(32).toString('base64url');
    this.#byId.set(session.id, session);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > MAX_SESSIONS && oldest !== undefined) this.#byId.delete(oldest);
    return session;
  }
}
