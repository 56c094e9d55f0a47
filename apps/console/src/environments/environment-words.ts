/** Where somebody is, and where a change counts, in words. */
import type { SessionView } from '@gatehouse/contracts/staff/staff-resources';
import { listed } from '../parts/words.js';

export type Environment = Pick<SessionView['environments'][number], 'name' | 'isServed' | 'isProduction'>;

/** What the bar names: production first, because on a narrow screen there is room for one name alone. */
export function servedEnvironments<E extends Environment>(environments: readonly E[]): E[] {
  return environments
    .filter(({ isServed }) => isServed)
    .toSorted((one, other) => Number(other.isProduction) - Number(one.isProduction));
}

interface Place {
  readonly isProduction: boolean;
  readonly text: string;
}

/**
 * What a dangerous dialog says of where it counts.
 * @param names of the environments it is about; none: it is about no environment, or about all of them
 */
export function placeOf(names: readonly string[], environments: readonly Environment[]): Place {
  const places = names.length === 0 ? environments.map(({ name }) => name) : names;
  const isProduction = environments.some((each) => each.isProduction && places.includes(each.name));
  const text = `${isProduction ? 'Production: this' : 'This'} takes effect in ${listed(places)}.`;
  return { isProduction, text };
}
