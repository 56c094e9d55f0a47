import { describe, expect, it } from 'vitest';
import { tryRules } from '../../shared/rule.ts';
import { ROLES } from '../../shared/roles.ts';
import { collectorHosts, collectorsOf } from '../src/collectors.ts';
import { SIZES } from '../src/sizes.ts';
import { readSettings } from '../src/settings.ts';
import { RULES } from './rules.ts';
import { example, nagObjections, settings, template } from './template.ts';

tryRules(RULES, template);

describe('cdk-nag', () => {
  it('objects to nothing that has no reason in src/acknowledgements.ts', () => {
    expect(nagObjections()).toEqual([]);
  });
});

describe('sizes', () => {
  it.each(Object.entries(SIZES))(
    '%s has at least two tasks of each role, in at least two zones',
    (_, size) => {
      expect(size.zones).toBeGreaterThanOrEqual(2);
      for (const { count } of Object.values(size.tasks)) expect(count).toBeGreaterThanOrEqual(2);
    },
  );

  it.each(Object.entries(SIZES))('%s: twice its tasks, as during a deploy, find connections', (_, size) => {
    const CONNECTIONS_OF_A_PROCESS = 40;
    const tasks = Object.values(size.tasks).reduce((sum, { count }) => sum + count, 0);
    expect(2 * tasks * CONNECTIONS_OF_A_PROCESS).toBeLessThan(size.database.maxConnections);
  });
});

describe('settings', () => {
  it('of the example, which names no collector, send nothing to one', () => {
    expect([collectorHosts(example), ROLES.map((role) => collectorsOf(role, example))]).toEqual([
      ...[[], ROLES.map(() => [])],
    ]);
  });

  it('names every wrong one', () => {
    const wrong = { ...settings, image: 'gatehouse:latest', partnerNetworks: [], auditRetentionYears: 0 };
    expect(() => readSettings(wrong)).toThrow(/image[\s\S]*partnerNetworks[\s\S]*auditRetentionYears/);
  });
});
