/** The OpenTelemetry collectors that a role sends to, where the settings name one. */
import { isIP } from 'node:net';
import type { Role } from '../../shared/roles.ts';
import type { Settings } from './settings.ts';

export interface Collector {
  readonly variable: 'GATEHOUSE_OTLP_ENDPOINT' | 'GATEHOUSE_OTLP_METRICS_ENDPOINT';
  readonly url: string;
  readonly networks: readonly string[];
  readonly port: number;
}

/** Requests are traced by the partner role alone; every role has metrics. */
export function collectorsOf(role: Role, { tracesCollector, metricsCollector }: Settings): Collector[] {
  return [
    ...(role === 'partner' ? known('GATEHOUSE_OTLP_ENDPOINT', tracesCollector) : []),
    ...known('GATEHOUSE_OTLP_METRICS_ENDPOINT', metricsCollector),
  ];
}

/** Their names, for the resolver of the VPC. */
export function collectorHosts({ tracesCollector, metricsCollector }: Settings): string[] {
  return [tracesCollector, metricsCollector]
    .filter((collector) => collector !== undefined)
    .map(({ url }) => new URL(url).hostname)
    .filter((host) => isIP(host) === 0);
}

function known(variable: Collector['variable'], collector: Settings['tracesCollector']): Collector[] {
  if (collector === undefined) return [];
  const { protocol, port } = new URL(collector.url);
  return [{ ...collector, variable, port: Number(port) || (protocol === 'https:' ? 443 : 80) }];
}
