import type { World } from '../world.js';

export interface ControlCall {
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface ControlRoute {
  readonly method: string;
  readonly path: RegExp;
  run(world: World, call: ControlCall): unknown;
}
