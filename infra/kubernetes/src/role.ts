/** A role of Gatehouse: its pods, who may reach them, and how many may be away at a time. */
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import { PORTS, type Role, STATUS_PORT } from '../../shared/roles.ts';
import type { Replicas } from '../../shared/replicas.ts';
import { databaseFiles, partnerFiles } from './files.ts';
import { labelsOf, nameOf, selectorOf } from './labels.ts';
import { admitCallers, letOut } from './network.ts';
import { podSpec } from './pod.ts';
import type { Settings } from './settings.ts';
import { STOP_S } from './stopping.ts';
import { variablesOf } from './variables.ts';

const STATUS = 'status';
const LISTENER = 'listener';
const numbered = k8s.IntOrString.fromNumber;
const named = k8s.IntOrString.fromString;

export class RoleChart extends Chart {
  constructor(scope: Construct, role: Role, settings: Settings, replicas: Replicas) {
    super(scope, role, { namespace: settings.namespace, labels: labelsOf(role) });
    new k8s.KubeServiceAccount(this, 'identity', {
      metadata: { name: nameOf(role), annotations: settings.workloadIdentity[role] },
      automountServiceAccountToken: false,
    });
    this.deployment(role, settings, replicas);
    new k8s.KubePodDisruptionBudget(this, 'budget', {
      metadata: { name: nameOf(role) },
      spec: { selector: selectorOf(role), maxUnavailable: numbered(1) },
    });
    letOut(this, role, settings);
    if (role === 'worker') return;
    admitCallers(this, role, settings);
    if (role === 'partner') this.partnerService(settings.partner);
    else this.webService(role, role === 'admin' ? settings.console : settings.public);
  }

  private deployment(role: Role, settings: Settings, replicas: Replicas): void {
    const pod = podSpec(settings, nameOf(role), role === 'partner' ? partnerFiles : databaseFiles, replicas, {
      name: 'gateway',
      env: variablesOf(role, settings),
      ports: [
        { name: STATUS, containerPort: STATUS_PORT },
        ...(role === 'worker' ? [] : [{ name: LISTENER, containerPort: PORTS[role] }]),
      ],
      ...probesOf(role),
    });
    new k8s.KubeDeployment(this, 'deployment', {
      metadata: { name: nameOf(role) },
      spec: {
        replicas: replicas.count,
        selector: selectorOf(role),
        // New pods are there, and ready, before old ones go.
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: numbered(0), maxSurge: numbered(1) },
        },
        revisionHistoryLimit: 5,
        template: {
          metadata: { labels: labelsOf(role) },
          spec: {
            ...pod,
            terminationGracePeriodSeconds: STOP_S,
            topologySpreadConstraints: [
              spread(role, 'topology.kubernetes.io/zone', 'DoNotSchedule'),
              spread(role, 'kubernetes.io/hostname', 'ScheduleAnyway'),
            ],
          },
        },
      },
    });
  }

  /** The balancer passes bytes on: nothing may rewrite a request before Gatehouse has read it, and TLS ends there. */
  private partnerService({ annotations, callers }: Settings['partner']): void {
    new k8s.KubeService(this, 'service', {
      metadata: { name: nameOf('partner'), annotations },
      spec: {
        type: 'LoadBalancer',
        selector: labelsOf('partner'),
        loadBalancerSourceRanges: callers.networks,
        // The limits by address, and the NetworkPolicy, see the caller's own.
        externalTrafficPolicy: 'Local',
        ports: [{ name: 'tls', protocol: 'TCP', port: 443, targetPort: named(LISTENER) }],
      },
    });
  }

  private webService(
    role: 'admin' | 'public',
    { host, ingressClass, annotations, certificate }: Settings['public'],
  ): void {
    new k8s.KubeService(this, 'service', {
      metadata: { name: nameOf(role) },
      spec: {
        type: 'ClusterIP',
        selector: labelsOf(role),
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: named(LISTENER) }],
      },
    });
    if (ingressClass === undefined) return;
    const backend = { service: { name: nameOf(role), port: { name: 'http' } } };
    new k8s.KubeIngress(this, 'ingress', {
      metadata: { name: nameOf(role), annotations },
      spec: {
        ingressClassName: ingressClass,
        tls: [{ hosts: [host], ...(certificate !== undefined && { secretName: certificate }) }],
        rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    });
  }
}

/**
 * Kubernetes sends nothing to pods that are not ready, even if none is. The keys must be served, and staff must be able
 * to stop an organisation, while the database or KMS is away. So public and admin have to be ready once, when they start,
 * and then to be alive.
 */
function probesOf(role: Role): Pick<k8s.Container, 'startupProbe' | 'livenessProbe' | 'readinessProbe'> {
  const staysWhenNotReady = role === 'public' || role === 'admin';
  return {
    // Ten minutes, so that no outage elsewhere restarts a new pod soon.
    startupProbe: {
      ...probe(staysWhenNotReady ? '/ready' : '/live'),
      periodSeconds: 2,
      failureThreshold: 300,
    },
    livenessProbe: { ...probe('/live'), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: {
      ...probe(staysWhenNotReady ? '/live' : '/ready'),
      periodSeconds: 5,
      failureThreshold: 3,
    },
  };
}

const probe = (path: string) => ({ httpGet: { path, port: named(STATUS) }, timeoutSeconds: 3 });

/** Of the pods of one version, so that a rolling update ends spread as well. Nodes that take no pods don't count. */
const spread = (
  role: Role,
  topologyKey: string,
  whenUnsatisfiable: string,
): k8s.TopologySpreadConstraint => ({
  topologyKey,
  whenUnsatisfiable,
  maxSkew: 1,
  labelSelector: selectorOf(role),
  matchLabelKeys: ['pod-template-hash'],
  nodeTaintsPolicy: 'Honor',
});
