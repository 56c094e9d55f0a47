/** One synthesis for all tests: the objects as plain JSON, which a test may change to plant a fault. */
import type { Role } from '../../shared/roles.ts';
import { migrateObjects, namespaceObjects, type Objects, type Size, synthesise } from '../src/manifests.ts';
import { readSettings, readSettingsFile } from '../src/settings.ts';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: any };
  spec: any;
}

export const example = readSettingsFile(new URL('../example.settings.json', import.meta.url).pathname);
/** With everything that may be left out. */
export const settings = readSettings({
  ...example,
  environments: ['int', 'prod'],
  pullSecret: 'registry',
  cloudTrail: 's3://gatehouse-archive/cloudtrail/AWSLogs/111122223333/CloudTrail/eu-west-2',
  buckets: { networks: ['10.60.4.0/24'] },
  nhs: { internet: true },
  staffIssuer: { networks: ['203.0.113.6/32'] },
  workloadIssuers: { namespaces: ['identity'], port: 8443 },
  ownKeys: { networks: ['203.0.113.7/32'] },
  redis: { networks: ['10.60.2.0/24'] },
  mail: { networks: ['10.60.3.7/32'], from: 'Gatehouse <gatehouse@supplier.example>' },
  webhooks: { networks: ['203.0.113.8/32'], hosts: ['hooks.supplier.example'] },
  collector: { namespaces: ['monitoring'], url: 'http://collector.monitoring:4318' },
  metricsCollector: { namespaces: ['telemetry'], url: 'http://metrics.telemetry:4320', port: 4320 },
  dnsNetworks: ['169.254.20.10/32'],
  variables: { GATEHOUSE_LOG_LEVEL: 'info' },
});

const copyOf = (objects: Objects): KubernetesObject[] => structuredClone(objects) as KubernetesObject[];

export const ofSize = (size: Size): KubernetesObject[] =>
  copyOf([...synthesise(settings, size).values()].flat());
const everything = [...namespaceObjects(settings), ...migrateObjects(settings), ...ofSize('small')];

/** A copy, so that a planted fault stays in its test. */
export const objects = (): KubernetesObject[] => copyOf(everything);

export const ofKind = (all: KubernetesObject[], kind: string) => all.filter((each) => each.kind === kind);

export function the(all: KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = ofKind(all, kind).find(({ metadata }) => metadata.name === `gatehouse-${name}`);
  if (found === undefined) throw new Error(`there is no ${kind} gatehouse-${name}`);
  return found;
}

export const podOf = (all: KubernetesObject[], role: Role): any =>
  the(all, 'Deployment', role).spec.template.spec;
export const gatewayOf = (all: KubernetesObject[], role: Role): any => podOf(all, role).containers[0];
export const variablesOf = (all: KubernetesObject[], role: Role): Record<string, any> =>
  Object.fromEntries(gatewayOf(all, role).env.map(({ name, value }: any) => [name, value]));

/** Every object that has pods, with their specification. */
export const pods = (all: KubernetesObject[]): [string, any][] =>
  [...ofKind(all, 'Deployment'), ...ofKind(all, 'Job')].map(({ metadata, spec }) => [
    metadata.name,
    spec.template.spec,
  ]);
