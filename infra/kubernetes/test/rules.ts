/** The rules that manifests must keep. */
import type { Rule as RuleOf } from '../../shared/rule.ts';
import type { KubernetesObject } from './manifests.ts';
import { NETWORK_RULES } from './rules/network.ts';
import { POD_RULES } from './rules/pods.ts';
import { ROLLING_RULES } from './rules/rolling.ts';
import { SECRET_RULES } from './rules/secrets.ts';

export type Rule = RuleOf<KubernetesObject[]>;

export const RULES: readonly Rule[] = [...POD_RULES, ...SECRET_RULES, ...ROLLING_RULES, ...NETWORK_RULES];
