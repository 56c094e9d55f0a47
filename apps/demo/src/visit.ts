import type { BrowserSession } from './browser-session.js';
import type { GatehouseAnswer, GatehouseRequest } from './gatehouse.js';
import type { Html } from './html.js';
import type { Settings } from './settings.js';

/** One request of a browser, as the pages see it. */
export interface Visit {
  readonly settings: Settings;
  readonly session: BrowserSession;
  /** The named groups of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Empty for GET. */
  readonly form: FormData;
  /** Calls Gatehouse for the user who is signed in. @throws Rejection */
  readonly send: (request: GatehouseRequest) => Promise<GatehouseAnswer>;
  /** Gives the browser's session a new id, as who is signed in changes. */
  readonly renewSession: () => void;
}

export type Answer =
  | { readonly title: string; readonly body: Html; readonly status?: number }
  | { readonly redirectTo: string };

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** Whether the page is there for people who haven't signed in. */
  readonly isPublic?: boolean;
  answer(visit: Visit): Promise<Answer> | Answer;
}

/** The text of a field; empty if it is missing. */
export function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Who is signed in. The server answers only public pages to anybody else. */
export function signedIn({ session }: Visit): NonNullable<BrowserSession['user']> {
  if (session.user === null) throw new Error('nobody is signed in');
  return session.user;
}
