/** Who is signed in: asked for once and kept until it ends. */
import { routes } from '@gatehouse/contracts/routes';
import { type SessionView, session } from '@gatehouse/contracts/staff/staff-resources';
import { send } from './send.js';

let asked: Promise<SessionView> | null = null;

/** @throws ProblemError 401 if nobody is signed in */
export function currentSession(): Promise<SessionView> {
  asked ??= send(routes.sessionShow, {})
    .then(({ body }) => session.parse(body))
    .catch((error: unknown) => {
      asked = null;
      throw error;
    });
  return asked;
}

export function forgetSession(): void {
  asked = null;
}

/** Ends it at the gateway; where none is known there is nothing to end. */
export async function endSession(): Promise<void> {
  if (asked === null) return;
  const { csrfToken } = await asked;
  asked = null;
  await send(routes.sessionEnd, {}, csrfToken);
}
