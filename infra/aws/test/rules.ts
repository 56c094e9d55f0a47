/** The rules that a template must keep, each with a fault to plant that breaks it and nothing else. */
import { KEY_RULES } from './rules/keys.ts';
import { NETWORK_RULES } from './rules/network.ts';
import { RECORD_RULES } from './rules/records.ts';
import { SERVICE_RULES } from './rules/services.ts';
import type { Resources } from './template.ts';

export interface Rule {
  readonly name: string;
  /** In words; none when the rule is kept. */
  readonly faultsIn: (resources: Resources) => string[];
  readonly plant: (resources: Resources) => void;
}

export const RULES: readonly Rule[] = [...KEY_RULES, ...NETWORK_RULES, ...RECORD_RULES, ...SERVICE_RULES];
