/** Who sent a request of the admin API, and what they may do. */
import {
  type Permission,
  type Powers,
  type Reach,
  reaches,
  reachOf,
} from '@gatehouse/domain/governance/permissions';
import type { StaffSession } from '../../../adapters/people/staff-sessions.js';
import { AdminProblem, notFound } from '../problem.js';
import type { PersonId } from '../transactions.js';

export interface Principal extends Powers {
  /** As named in registry_change and in the audit trail. */
  readonly actor: string;
  /** The person, as their identity provider knows them; null: a service. */
  readonly person: PersonId | null;
  /** From where: the session or token, and the address. */
  readonly origin: string;
  /** Null: a service's token. Only a person decides on somebody else's request. */
  readonly staffId: string | null;
  readonly sessionId: string | null;
  /** Null: the request came with a token. */
  readonly session: StaffSession | null;
  readonly tokenId: string | null;
}

/** What a handler is given: the principal, and how far the route's permission reaches for them. */
export interface Acting extends Principal {
  readonly reach: Reach;
}

/** Who changes the registry, from where and why, as the registry records it. */
export function changeBy({ actor, person, origin }: Principal, reason: string | undefined) {
  return { actor, people: person === null ? [] : [person], origin, reason };
}

/** Answers for what is out of reach as if it did not exist. @throws AdminProblem not-found */
export function requireReach(reach: Reach, odsCodes: readonly string[], what: string): void {
  if (!reaches(reach, odsCodes)) throw notFound(what);
}

/** For what concerns every organisation. @throws AdminProblem forbidden */
export function requireNoLimit(reach: Reach, what: string): void {
  if (reach !== 'all') {
    throw new AdminProblem(
      'forbidden',
      `${what} concerns every organisation, and your role covers only some of them. Ask a colleague whose role has no limit.`,
    );
  }
}

export function mayDo(principal: Principal, permission: Permission): boolean {
  return reachOf(principal, permission) !== null;
}
