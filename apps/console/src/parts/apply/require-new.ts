import { callRoute } from '../../api/call-route.js';
import { type FieldFault, ProblemError } from '../../api/problem-error.js';
import type { RequestOf } from '@gatehouse/contracts/routes';

const NOT_FOUND = 404;
const CONFLICT = 409;

/** Whether there is no such record. @throws ProblemError */
export function isMissing(show: () => Promise<unknown>): Promise<boolean> {
  return show().then(
    () => false,
    (error: unknown) => {
      if (error instanceof ProblemError && error.status === NOT_FOUND) return true;
      throw error;
    },
  );
}

/** A registry document changes what exists, so a form for something new must not name it. @throws ProblemError */
async function requireMissing(show: () => Promise<unknown>, fault: FieldFault): Promise<void> {
  if (!(await isMissing(show))) throw new ProblemError(CONFLICT, 'This name is taken.', [fault]);
}

export const requireNewClient = (params: RequestOf<'clientShow'>['params']): Promise<void> =>
  requireMissing(() => callRoute('clientShow', { params }), {
    pointer: '/name',
    detail: 'there is a client with this name already: add the grant on its page',
  });

export const requireNewMessageSet = (params: RequestOf<'messageSetShow'>['params']): Promise<void> =>
  requireMissing(() => callRoute('messageSetShow', { params }), {
    pointer: '/name',
    detail: 'there is a message set with this name already: change it on its page',
  });
