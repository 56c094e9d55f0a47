import { defaultMs } from '../../../shared/program.ts';
import { ROLES } from '../../../shared/roles.ts';
import { gatewayOf, podOf, the, variablesOf } from '../manifests.ts';
import type { Rule } from '../rules.ts';

const STOP_S = 210;
/** Where nothing is ready, the keys are served and staff can act all the same. */
const READINESS = { partner: '/ready', worker: '/ready', public: '/live', admin: '/live' } as const;

export const ROLLING_RULES: readonly Rule[] = [
  {
    name: 'each role has at least two pods, and new ones are ready before old ones go',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { replicas, strategy } = the(all, 'Deployment', role).spec;
        return !(
          replicas >= 2 &&
          strategy.type === 'RollingUpdate' &&
          strategy.rollingUpdate.maxUnavailable === 0
        );
      }),
    plant: (all) => {
      the(all, 'Deployment', 'worker').spec.strategy.rollingUpdate.maxUnavailable = '25%';
    },
  },
  {
    name: 'a call under way ends before its pod is killed',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { GATEHOUSE_DRAIN_MS, GATEHOUSE_DRAIN_GRACE_MS } = variablesOf(all, role);
        const { terminationGracePeriodSeconds: stopS } = podOf(all, role);
        const drainMs = Number(GATEHOUSE_DRAIN_MS);
        return !(
          stopS === STOP_S &&
          drainMs > defaultMs('GATEHOUSE_TOTAL_MS') &&
          drainMs + Number(GATEHOUSE_DRAIN_GRACE_MS) < stopS * 1000
        );
      }),
    plant: (all) => {
      podOf(all, 'partner').terminationGracePeriodSeconds = 30;
    },
  },
  {
    name: 'connections are taken until Kubernetes has seen that a pod stops',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { periodSeconds, failureThreshold } = gatewayOf(all, role).readinessProbe;
        return (
          Number(variablesOf(all, role)['GATEHOUSE_DRAIN_GRACE_MS']) < periodSeconds * failureThreshold * 1000
        );
      }),
    plant: (all) => {
      gatewayOf(all, 'partner').readinessProbe.periodSeconds = 10;
    },
  },
  {
    name: 'a rolling update waits for /ready, and /live restarts a pod',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { startupProbe, readinessProbe, livenessProbe, ports } = gatewayOf(all, role);
        const probes = [startupProbe, readinessProbe, livenessProbe];
        const paths = probes.map(({ httpGet }) => httpGet.path);
        const status = ports.find(({ name }: any) => name === 'status').containerPort;
        return !(
          paths.includes('/ready') &&
          livenessProbe.httpGet.path === '/live' &&
          probes.every(({ httpGet }) => httpGet.port === 'status') &&
          status === 8083
        );
      }),
    plant: (all) => {
      gatewayOf(all, 'partner').readinessProbe.httpGet.path = '/live';
    },
  },
  {
    name: 'the public and the admin listener stay reachable where nothing is ready',
    faultsIn: (all) =>
      ROLES.filter((role) => gatewayOf(all, role).readinessProbe.httpGet.path !== READINESS[role]),
    plant: (all) => {
      gatewayOf(all, 'public').readinessProbe.httpGet.path = '/ready';
    },
  },
  {
    name: 'a pod has ten minutes to become ready before it is started again',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { periodSeconds, failureThreshold } = gatewayOf(all, role).startupProbe;
        return periodSeconds * failureThreshold < 600;
      }),
    plant: (all) => {
      gatewayOf(all, 'admin').startupProbe.failureThreshold = 3;
    },
  },
  {
    name: 'at most one pod of a role is away for the sake of its node',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { maxUnavailable, selector } = the(all, 'PodDisruptionBudget', role).spec;
        return maxUnavailable !== 1 || selector.matchLabels['app.kubernetes.io/component'] !== role;
      }),
    plant: (all) => {
      the(all, 'PodDisruptionBudget', 'public').spec.maxUnavailable = 2;
    },
  },
  {
    name: 'the pods of a role are spread over zones, and over nodes where that is possible',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const found = podOf(all, role).topologySpreadConstraints.map(
          ({ topologyKey, whenUnsatisfiable, labelSelector }: any) =>
            `${topologyKey} ${whenUnsatisfiable} ${labelSelector.matchLabels['app.kubernetes.io/component']}`,
        );
        return (
          found.join() !==
          `topology.kubernetes.io/zone DoNotSchedule ${role},kubernetes.io/hostname ScheduleAnyway ${role}`
        );
      }),
    plant: (all) => {
      podOf(all, 'partner').topologySpreadConstraints.shift();
    },
  },
  {
    name: 'a selector of pods fits the pods, and no others',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { selector, template } = the(all, 'Deployment', role).spec;
        const labels = JSON.stringify(template.metadata.labels);
        const service = role === 'worker' ? labels : JSON.stringify(the(all, 'Service', role).spec.selector);
        return (
          JSON.stringify(selector.matchLabels) !== labels ||
          service !== labels ||
          !labels.includes(`"${role}"`)
        );
      }),
    plant: (all) => {
      the(all, 'Service', 'admin').spec.selector = the(all, 'Service', 'public').spec.selector;
    },
  },
  {
    name: 'the migration has a name for each image, and does not run for ever',
    faultsIn: (all) =>
      all
        .filter(({ kind }) => kind === 'Job')
        .filter(({ metadata, spec }) => {
          const [, digest = ''] = spec.template.spec.containers[0].image.split('@sha256:');
          return !(
            metadata.name === `gatehouse-migrate-${digest.slice(0, 10)}` &&
            spec.backoffLimit <= 3 &&
            spec.template.spec.restartPolicy === 'Never'
          );
        })
        .map(({ metadata }) => metadata.name),
    plant: (all) => {
      all.find(({ kind }) => kind === 'Job')!.metadata.name = 'gatehouse-migrate';
    },
  },
];
