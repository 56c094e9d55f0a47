import type { RouteName } from '@gatehouse/contracts/routes';
import type { ReactNode } from 'react';

/** An action for several rows of a list at once. */
export interface BulkAction<T> {
  readonly route: RouteName;
  readonly label: string;
  /** The name of a row. */
  readonly name: (row: T) => string;
  /** The environment of a row; left out: it counts in all of them. */
  readonly environment?: (row: T) => string;
  /** What all of them would have meant lately. */
  readonly atStake?: (rows: readonly T[]) => ReactNode;
  /** The request for a row, without its reason; null if the action does not apply to it. */
  readonly request: (row: T) => {
    readonly params?: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, unknown>>;
  } | null;
}
