/** The session of the person signed in: read once, and kept until the gateway says that it has ended. */
import { routes } from '@gatehouse/contracts/routes';
import { type SessionView, session } from '@gatehouse/contracts/staff/staff-resources';
import { sendRequest } from './send.js';

let pending: Promise<SessionView> | null = null;
let ended = false;
let personId: string | null = null;

/** @throws ProblemError 401 if nobody is signed in */
export function currentSession(): Promise<SessionView> {
  pending ??= sendRequest(routes.sessionShow, {})
    .then(({ body }) => {
      const view = session.parse(body);
      personId = view.person.id;
      return view;
    })
    .catch((error: unknown) => {
      pending = null;
      throw error;
    });
  return pending;
}

/** The id of the person who is signed in, or was until now; null before that is known. */
export const signedInPerson = (): string | null => personId;

/** Forgets the session, which the gateway no longer accepts. The next call reads the one that a new sign-in has made. */
export function sessionEnded(): void {
  ended ||= pending !== null;
  pending = null;
}

/** Whether a session ended while this page was open. */
export const hasSessionEnded = (): boolean => ended;

/** Signs out at the gateway, unless nobody is signed in. */
export async function endSession(): Promise<void> {
  if (pending === null) return;
  const { csrfToken } = await pending;
  pending = null;
  await sendRequest(routes.sessionEnd, {}, csrfToken);
}
