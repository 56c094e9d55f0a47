import type { PersonInput } from '../people/person.js';
import type { UserRole } from '../ers/records/data.js';
import { objectBody } from './control-body.js';
import { ControlError } from './control-error.js';
import type { ControlRoute } from './control-route.js';

/** Who can sign in, and what e-RS lets them do. */
export const PEOPLE_ROUTES: readonly ControlRoute[] = [
  { method: 'GET', path: /^\/people$/, run: (world) => world.people.list() },
  {
    method: 'PUT',
    path: /^\/people\/([^/]+)$/,
    run: (world, { params: [userId = ''], body }) => {
      if (!/^\d{12}$/.test(userId)) throw new ControlError(400, 'a user id has 12 digits');
      return world.people.put(userId, objectBody<PersonInput>(body));
    },
  },
  {
    method: 'PUT',
    path: /^\/users\/([^/]+)$/,
    run: (world, { params: [userId = ''], body }) => {
      const { roles, onBehalfOf } = objectBody<{ roles: UserRole[]; onBehalfOf?: string[] }>(body);
      world.ers.users.set(userId, roles);
      if (onBehalfOf !== undefined) world.ers.onBehalfOf.set(userId, onBehalfOf);
    },
  },
];
