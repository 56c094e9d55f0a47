/** One synthesis for all tests: the template as plain JSON, which a test may change to plant a fault. */
import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { GatehouseStack } from '../src/gatehouse-stack.ts';
import { readSettings, readSettingsFile } from '../src/settings.ts';

export interface Resource {
  Type: string;
  Properties: Record<string, any>;
  DeletionPolicy?: string;
}
export type Resources = Record<string, Resource>;

const here = (path: string) => new URL(`../${path}`, import.meta.url);
export const example = readSettingsFile(here('example.settings.json').pathname);
export const settings = readSettings({
  ...{ ...example, running: true, environments: ['int', 'prod'] },
  tracesCollector: { url: 'http://10.50.1.7:4318', networks: ['10.50.1.0/24'] },
  metricsCollector: { url: 'https://otlp.supplier.example', networks: ['10.50.2.0/24', '10.50.3.0/24'] },
});

const { context } = JSON.parse(readFileSync(here('cdk.json'), 'utf8')) as { context: object };
const app = new App({ context: { ...context } });
const stack = new GatehouseStack(app, 'Gatehouse', settings, {
  env: { account: settings.account, region: settings.region },
});
const resources = Template.fromStack(stack).toJSON()['Resources'] as Resources;

/** @returns what the AwsSolutions pack of cdk-nag objects to, and nobody has acknowledged */
export function nagObjections(): string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(stack);
  return violations.map(
    ({ ruleName, violatingResources }) => `${ruleName}: ${String(violatingResources.length)}`,
  );
}

/** A copy, so that a planted fault stays in its test. */
export const template = (): Resources => structuredClone(resources);

export const ofType = (all: Resources, type: string): [string, Record<string, any>][] =>
  Object.entries(all)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties }]) => [id, Properties]);

/** The one resource of a type whose logical id begins so. */
export function the(all: Resources, type: string, begins = ''): Record<string, any> {
  const candidates = ofType(all, type).filter(([id]) => id.startsWith(begins));
  if (candidates.length !== 1)
    throw new Error(`${String(candidates.length)} resources ${type} begin with “${begins}”`);
  return candidates[0]![1];
}
