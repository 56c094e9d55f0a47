import type { Acting } from '../http/access/principal.js';
import { AdminProblem } from '../http/problem.js';

/** @throws AdminProblem forbidden, for a service, which receives no notices */
export function personOf({ staffId }: Acting): string {
  if (staffId === null)
    throw new AdminProblem('forbidden', 'Only a person receives notices; sign in, or use a personal token.');
  return staffId;
}
