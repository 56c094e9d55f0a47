/** The rules that a template must keep. */
import type { Rule as RuleOf } from '../../shared/rule.ts';
import { KEY_RULES } from './rules/keys.ts';
import { NETWORK_RULES } from './rules/network.ts';
import { RECORD_RULES } from './rules/records.ts';
import { SERVICE_RULES } from './rules/services.ts';
import type { Resources } from './template.ts';

export type Rule = RuleOf<Resources>;

export const RULES: readonly Rule[] = [...KEY_RULES, ...NETWORK_RULES, ...RECORD_RULES, ...SERVICE_RULES];
