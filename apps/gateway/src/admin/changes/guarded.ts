/** Routes whose change may need a second person (`fourEyes` in the contract), and what carries each of them out. */
import type { InputOf, RouteName, routes } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { SetMetadata } from '@nestjs/common';
import type { RouteAnswer } from '../http/route/route.js';
import type { Change, Transaction } from '../http/transactions.js';

export const GUARDED_KEY = 'gatehouse:guarded';
export const BEFORE_GUARDED_KEY = 'gatehouse:before-guarded';

type Routes = typeof routes;

export type GuardedRoute = {
  [N in RouteName]: Routes[N] extends { readonly fourEyes: true } ? N : never;
}[RouteName];

/** Without entity tags once a change is approved: then the diff that was approved must still be the same. */
export interface GuardedInput<N extends GuardedRoute> extends Pick<InputOf<N>, 'params' | 'body'> {
  readonly ifMatch?: readonly string[] | undefined;
}

type Result<N extends GuardedRoute> = Routes[N] extends { readonly ndjson: true } ? unknown : RouteAnswer<N>;

/** Runs twice where somebody must approve it, so it does nothing outside its transaction. */
export type GuardedAction<N extends GuardedRoute, R = Result<N>> = (
  transaction: Transaction,
  change: Change,
  input: GuardedInput<N>,
  reach: Reach,
) => Promise<R>;

/** What a guarded route does before its transaction begins: calls of KMS, for which nobody else may wait. */
export type Preparation<N extends GuardedRoute> = (input: GuardedInput<N>) => Promise<void>;

export function BeforeGuarded<N extends GuardedRoute>(name: N) {
  return <P extends Preparation<N>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<P>,
  ): void => {
    SetMetadata(BEFORE_GUARDED_KEY, name)(target, key, descriptor);
  };
}

/** Marks the method of a provider that carries out a guarded route: at once, or once it is approved. */
export function Guarded<N extends GuardedRoute>(name: N) {
  return <A extends GuardedAction<N>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<A>,
  ): void => {
    SetMetadata(GUARDED_KEY, name)(target, key, descriptor);
  };
}
