/** What all roles have in common: the namespace's rule, and who may read metrics. */
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import { admitMonitoring, denyByDefault } from './network.ts';
import type { Settings } from './settings.ts';

/** Apart from the rest, since many clusters have somebody else who makes namespaces. */
export class NamespaceChart extends Chart {
  constructor(scope: Construct, { namespace }: Settings) {
    super(scope, 'namespace');
    new k8s.KubeNamespace(this, 'namespace', {
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
  }
}

export class NetworkChart extends Chart {
  constructor(scope: Construct, settings: Settings) {
    super(scope, 'network', { namespace: settings.namespace });
    denyByDefault(this);
    admitMonitoring(this, settings);
  }
}
