/** Which bindings a plan is about. */
import type { AsidPlanRequest } from '@gatehouse/contracts/asid-plan/planner-resources';
import type { WantedBinding } from '@gatehouse/domain/registry/asid-plan';

export type PlanScope = AsidPlanRequest & { readonly environments: readonly string[] };

type Access = Pick<WantedBinding, 'accessMode' | 'capability'>;

const EVERY_ACCESS: readonly Access[] = [
  { accessMode: 'user-restricted', capability: null },
  { accessMode: 'application-restricted', capability: 'referrer' },
  { accessMode: 'application-restricted', capability: 'provider' },
];

/** Every combination of what the scope names. */
export function combinationsOf(
  scope: PlanScope & { readonly products: readonly string[] },
  odsCodes: readonly string[],
): WantedBinding[] {
  const chosen = EVERY_ACCESS.filter((access) => isChosen(access, scope));
  return scope.environments.flatMap((environment) =>
    scope.products.flatMap((product) =>
      odsCodes.flatMap((odsCode) => chosen.map((access) => ({ environment, product, odsCode, ...access }))),
    ),
  );
}

/** User-restricted access has no capability, so a choice of capabilities does not exclude it. */
export function isChosen(
  { accessMode, capability }: Access,
  { accessModes, capabilities }: PlanScope,
): boolean {
  if (accessModes !== undefined && !accessModes.includes(accessMode)) return false;
  return capability === null || capabilities === undefined || capabilities.includes(capability);
}
