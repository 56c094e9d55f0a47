import { ROLES } from '../../../shared/roles.ts';
import { type KubernetesObject, ofKind, podOf, pods, gatewayOf, settings, the } from '../manifests.ts';
import type { Rule } from '../rules.ts';
import { schemaFaults } from '../schemas.ts';

const containers = (all: KubernetesObject[]): [string, any][] =>
  pods(all).flatMap(([name, { containers: each }]) => each.map((container: any) => [name, container]));
const whose = <T>(each: [string, T][], isWrong: (value: T) => boolean): string[] =>
  each.filter(([, value]) => isWrong(value)).map(([name]) => name);

export const POD_RULES: readonly Rule[] = [
  {
    name: 'every object is as the schemas of Kubernetes have it',
    faultsIn: (all) => all.flatMap(schemaFaults),
    plant: (all) => {
      the(all, 'Deployment', 'partner').spec.replicas = '2';
    },
  },
  {
    name: 'every object but the namespace is in the namespace',
    faultsIn: (all) =>
      all
        .filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== settings.namespace)
        .map(({ metadata }) => metadata.name),
    plant: (all) => {
      delete the(all, 'Service', 'partner').metadata.namespace;
    },
  },
  {
    name: 'the namespace takes restricted pods alone',
    faultsIn: (all) =>
      ofKind(all, 'Namespace')
        .filter(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
        .map(({ metadata }) => metadata.name),
    plant: (all) => {
      ofKind(all, 'Namespace')[0]!.metadata.labels = {};
    },
  },
  {
    name: 'no pod runs as root or without the seccomp profile of the runtime',
    faultsIn: (all) =>
      whose(
        pods(all),
        ({ securityContext: { runAsNonRoot, runAsUser, seccompProfile } }) =>
          runAsNonRoot !== true || !(runAsUser > 0) || seccompProfile?.type !== 'RuntimeDefault',
      ),
    plant: (all) => {
      podOf(all, 'worker').securityContext.runAsUser = 0;
    },
  },
  {
    name: 'no container writes to its file system, gains privileges or keeps a capability',
    faultsIn: (all) =>
      whose(
        containers(all),
        ({
          securityContext: { readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities, privileged },
        }) =>
          readOnlyRootFilesystem !== true ||
          allowPrivilegeEscalation !== false ||
          privileged === true ||
          capabilities.add !== undefined ||
          capabilities.drop.join() !== 'ALL',
      ),
    plant: (all) => {
      gatewayOf(all, 'admin').securityContext.readOnlyRootFilesystem = false;
    },
  },
  {
    name: 'no pod shares anything with its node',
    faultsIn: (all) =>
      whose(
        pods(all),
        ({ hostNetwork, hostPID, hostIPC, volumes }) =>
          hostNetwork === true ||
          hostPID === true ||
          hostIPC === true ||
          volumes.some((each: any) => each.hostPath),
      ),
    plant: (all) => {
      podOf(all, 'public').volumes.push({ name: 'node', hostPath: { path: '/' } });
    },
  },
  {
    name: 'memory is requested as it is limited, and processor time requested and not limited',
    faultsIn: (all) =>
      whose(
        containers(all),
        ({ resources: { requests, limits } }) =>
          requests.memory === undefined ||
          requests.memory !== limits.memory ||
          requests.cpu === undefined ||
          limits.cpu !== undefined,
      ),
    plant: (all) => {
      delete gatewayOf(all, 'partner').resources.limits.memory;
    },
  },
  {
    name: 'an image is named by its digest',
    faultsIn: (all) => whose(containers(all), ({ image }) => !/@sha256:[0-9a-f]{64}$/.test(image)),
    plant: (all) => {
      gatewayOf(all, 'public').image = 'gatehouse:latest';
    },
  },
  {
    name: 'each role has an identity of its own in the cloud, and no token of the cluster',
    faultsIn: (all) => {
      const identities = ofKind(all, 'ServiceAccount').map(({ metadata }) => metadata.name);
      return [
        ...whose(
          pods(all),
          ({ serviceAccountName, automountServiceAccountToken }) =>
            !identities.includes(serviceAccountName) || automountServiceAccountToken !== false,
        ),
        ...ROLES.filter(
          (role) =>
            podOf(all, role).serviceAccountName !== `gatehouse-${role}` ||
            JSON.stringify(the(all, 'ServiceAccount', role).metadata.annotations) !==
              JSON.stringify(settings.workloadIdentity[role]),
        ),
        ...(the(all, 'ServiceAccount', 'migrate').metadata.annotations === undefined ? [] : ['migrate']),
      ];
    },
    plant: (all) => {
      podOf(all, 'public').automountServiceAccountToken = true;
    },
  },
  {
    name: 'nothing has rights in the cluster',
    faultsIn: (all) => all.filter(({ kind }) => /Role/.test(kind)).map(({ metadata }) => metadata.name),
    plant: (all) => {
      all.push({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'planted' },
        spec: {},
      });
    },
  },
];
