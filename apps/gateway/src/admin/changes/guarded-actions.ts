import { type RouteContract, routes } from '@gatehouse/contracts/routes';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import {
  BEFORE_GUARDED_KEY,
  GUARDED_KEY,
  type GuardedAction,
  type GuardedInput,
  type GuardedRoute,
  type Preparation,
} from './guarded.js';

type AnyAction = GuardedAction<GuardedRoute>;
type AnyPreparation = Preparation<GuardedRoute>;

/** Every method marked as `Guarded`, by its route. Stops the start if a route has none. */
@Injectable()
export class GuardedActions implements OnModuleInit {
  private readonly actions = new Map<string, AnyAction>();
  private readonly preparations = new Map<string, AnyPreparation>();

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    for (const { instance, metatype } of this.discovery.getProviders()) {
      const prototype = (metatype as { prototype?: Record<string, AnyAction & AnyPreparation> } | null)
        ?.prototype;
      if (prototype === undefined) continue;
      for (const method of this.scanner.getAllMethodNames(prototype)) {
        const action = prototype[method];
        if (action === undefined) continue;
        const name = Reflect.getMetadata(GUARDED_KEY, action) as string | undefined;
        if (name !== undefined) this.actions.set(name, action.bind(instance));
        const prepared = Reflect.getMetadata(BEFORE_GUARDED_KEY, action) as string | undefined;
        if (prepared !== undefined) this.preparations.set(prepared, action.bind(instance));
      }
    }
    const missing = Object.entries<RouteContract>(routes)
      .filter(([name, { fourEyes }]) => fourEyes === true && !this.actions.has(name))
      .map(([name]) => name);
    if (missing.length > 0) throw new Error(`routes for four eyes without an action: ${missing.join(', ')}`);
  }

  of<N extends GuardedRoute>(name: N): GuardedAction<N> {
    return this.named(name) as unknown as GuardedAction<N>;
  }

  /** To be called before the transaction that carries the action out with the same input. */
  async prepare(name: string, input: GuardedInput<GuardedRoute>): Promise<void> {
    await this.preparations.get(name)?.(input);
  }

  /** @param name as a pending change keeps it */
  named(name: string): AnyAction {
    const action = this.actions.get(name);
    if (action === undefined) throw new Error(`no action ${name}`);
    return action;
  }
}
