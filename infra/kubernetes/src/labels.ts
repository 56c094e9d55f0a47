/** The labels by which Services, NetworkPolicies and people find pods. */
import type { Role } from '../../shared/roles.ts';

const APPLICATION = { 'app.kubernetes.io/name': 'gatehouse' };
const COMPONENT = 'app.kubernetes.io/component';
export type Component = Role | 'migrate';

export const nameOf = (component: Component): string => `gatehouse-${component}`;
export const labelsOf = (component: Component): Record<string, string> => ({
  ...APPLICATION,
  [COMPONENT]: component,
});
/** What a Kubernetes object is selected by that has pods. */
export const selectorOf = (component: Component) => ({ matchLabels: labelsOf(component) });
/** All processes that have a status listener. */
export const everyRole = (roles: readonly Role[]) => ({
  matchLabels: APPLICATION,
  matchExpressions: [{ key: COMPONENT, operator: 'In', values: [...roles] }],
});
