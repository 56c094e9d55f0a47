import { IDLE_S } from '../../src/services/limits.ts';
import { ROLES } from '../../../shared/roles.ts';
import { defaultMs, isSetting } from '../../../shared/program.ts';
import type { Rule } from '../rules.ts';
import { ofType, type Resources, the } from '../template.ts';

const taskOf = (all: Resources, role: string) => the(all, 'AWS::ECS::TaskDefinition', `Services${role}Task`);
const gatewayOf = (all: Resources, role: string): any =>
  taskOf(all, role)['ContainerDefinitions'].find(({ Name }: { Name: string }) => Name === 'gateway');
const variablesOf = (all: Resources, role: string): Record<string, any> =>
  Object.fromEntries(gatewayOf(all, role).Environment.map(({ Name, Value }: any) => [Name, Value]));
const targetGroups = (all: Resources) => ofType(all, 'AWS::ElasticLoadBalancingV2::TargetGroup');
const attribute = (properties: Record<string, any>, list: string, key: string): number =>
  Number(properties[list].find(({ Key }: { Key: string }) => Key === key)?.Value);
const idleTimeoutS = (all: Resources, begins: string): number =>
  attribute(
    the(all, 'AWS::ElasticLoadBalancingV2::LoadBalancer', begins),
    'LoadBalancerAttributes',
    'idle_timeout.timeout_seconds',
  );
const serviceOf = (all: Resources, role: string) => the(all, 'AWS::ECS::Service', `Services${role}Service`);

const SECRETS: Record<string, string> = {
  partner: 'DATABASE_URL',
  public: 'DATABASE_URL',
  admin: 'DATABASE_URL,GATEHOUSE_STAFF_CLIENT_SECRET',
  worker: 'DATABASE_URL',
};

export const SERVICE_RULES: readonly Rule[] = [
  {
    name: 'every role sends its metrics to their collector, and the partner role alone its traces to theirs',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { GATEHOUSE_OTLP_ENDPOINT, GATEHOUSE_OTLP_METRICS_ENDPOINT } = variablesOf(all, role);
        return (
          GATEHOUSE_OTLP_METRICS_ENDPOINT !== 'https://otlp.supplier.example' ||
          GATEHOUSE_OTLP_ENDPOINT !== (role === 'partner' ? 'http://10.50.1.7:4318' : undefined)
        );
      }),
    plant: (all) => {
      const { Environment } = gatewayOf(all, 'admin');
      Environment.push({ Name: 'GATEHOUSE_OTLP_ENDPOINT', Value: 'http://10.50.1.7:4318' });
    },
  },
  {
    name: 'the console alone knows the address at which partners call, which is the port of their balancer',
    faultsIn: (all) => {
      const { Port } = the(all, 'AWS::ElasticLoadBalancingV2::Listener', 'ServicesPartnerBalancer');
      const url = Port === 443 ? 'https://gatehouse.example' : `https://gatehouse.example:${Port}`;
      return ROLES.filter(
        (role) => variablesOf(all, role)['GATEHOUSE_PARTNER_URL'] !== (role === 'admin' ? url : undefined),
      );
    },
    plant: (all) => {
      const { Environment } = gatewayOf(all, 'admin');
      Environment.find(({ Name }: any) => Name === 'GATEHOUSE_PARTNER_URL').Value = 'https://console.example';
    },
  },
  {
    name: 'staff must have authenticated at their provider as the settings say',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { GATEHOUSE_STAFF_ACR: acr, GATEHOUSE_STAFF_MAX_AGE_MINUTES: age } = variablesOf(all, role);
        const [expectedAcr, expectedAge] = role === 'admin' ? ['urn:example:two-factors', '480'] : [];
        return acr !== expectedAcr || age !== expectedAge;
      }),
    plant: (all) => {
      gatewayOf(all, 'admin').Environment.find(({ Name }: any) => Name === 'GATEHOUSE_STAFF_ACR').Value = '';
    },
  },
  {
    name: 'a task leaves its balancer for longer than the longest call before it is stopped',
    faultsIn: (all) =>
      targetGroups(all)
        .map(
          ([id, group]) =>
            [id, attribute(group, 'TargetGroupAttributes', 'deregistration_delay.timeout_seconds')] as const,
        )
        .filter(([, seconds]) => !(seconds * 1000 > defaultMs('GATEHOUSE_TOTAL_MS')))
        .map(([id]) => id),
    plant: (all) => {
      targetGroups(all)[0]![1]['TargetGroupAttributes'] = [
        { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
      ];
    },
  },
  {
    name: 'the drain ends before Fargate kills the task, 120 s after SIGTERM at the latest',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { GATEHOUSE_DRAIN_MS, GATEHOUSE_DRAIN_GRACE_MS } = variablesOf(all, role);
        const { StopTimeout } = gatewayOf(all, role);
        const drainMs = Number(GATEHOUSE_DRAIN_MS) + Number(GATEHOUSE_DRAIN_GRACE_MS);
        return !(StopTimeout <= 120 && drainMs < StopTimeout * 1000);
      }),
    plant: (all) => {
      const drain = gatewayOf(all, 'partner').Environment.find(
        ({ Name }: any) => Name === 'GATEHOUSE_DRAIN_MS',
      );
      drain.Value = String(defaultMs('GATEHOUSE_DRAIN_MS'));
    },
  },
  {
    name: 'a balancer keeps an idle connection for longer than the longest request, and Gatehouse for longer still',
    faultsIn: (all) =>
      (['admin', 'public'] as const).filter((role) => {
        const balancerS = idleTimeoutS(all, `Services${role === 'admin' ? 'Admin' : 'Public'}Balancer`);
        const keepAliveMs = Number(variablesOf(all, role)['GATEHOUSE_KEEP_ALIVE_MS']);
        return !(balancerS > IDLE_S[role].longestRequest && keepAliveMs > balancerS * 1000);
      }),
    plant: (all) => {
      const { LoadBalancerAttributes } = the(
        all,
        'AWS::ElasticLoadBalancingV2::LoadBalancer',
        'ServicesAdminBalancer',
      );
      LoadBalancerAttributes.find(({ Key }: any) => Key === 'idle_timeout.timeout_seconds').Value = '60';
    },
  },
  {
    name: 'each role is a service of at least two tasks, and new ones are there before old ones go',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { DesiredCount, DeploymentConfiguration } = serviceOf(all, role);
        const { MinimumHealthyPercent, DeploymentCircuitBreaker } = DeploymentConfiguration;
        return !(
          DesiredCount >= 2 &&
          MinimumHealthyPercent === 100 &&
          DeploymentCircuitBreaker.Rollback === true
        );
      }),
    plant: (all) => {
      serviceOf(all, 'worker')['DesiredCount'] = 1;
    },
  },
  {
    name: 'a rolling deploy waits for /ready',
    faultsIn: (all) => [
      ...targetGroups(all)
        .filter(([, group]) => group['HealthCheckPath'] !== '/ready' || group['HealthCheckPort'] !== '8083')
        .map(([id]) => id),
      ...(gatewayOf(all, 'worker').HealthCheck.Command.join().includes('/ready') ? [] : ['worker']),
    ],
    plant: (all) => {
      targetGroups(all)[0]![1]['HealthCheckPath'] = '/live';
    },
  },
  {
    name: 'a role has the secrets that it uses, and no others',
    faultsIn: (all) =>
      ROLES.filter(
        (role) =>
          gatewayOf(all, role)
            .Secrets.map(({ Name }: any) => Name)
            .join() !== SECRETS[role],
      ),
    plant: (all) => {
      gatewayOf(all, 'partner').Secrets.push({ Name: 'DATABASE_OWNER_URL' });
    },
  },
  {
    name: 'a container is read-only, and the gateway is not root',
    faultsIn: (all) =>
      ofType(all, 'AWS::ECS::TaskDefinition').flatMap(([id, { ContainerDefinitions }]) =>
        ContainerDefinitions.filter(
          ({ Name, ReadonlyRootFilesystem, User }: any) =>
            ReadonlyRootFilesystem !== true || (Name !== 'files' && User !== 'node'),
        ).map(({ Name }: any) => `${id} ${String(Name)}`),
      ),
    plant: (all) => {
      delete gatewayOf(all, 'admin').User;
    },
  },
  {
    name: 'only partners’ tasks have the certificate, and look for a new one',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const files = taskOf(all, role)['ContainerDefinitions'].find(({ Name }: any) => Name === 'files');
        const hasKey = JSON.stringify(files.Environment).includes('PartnerKey');
        return hasKey !== (role === 'partner') || !/sleep \d+/.test(files.Command.join());
      }),
    plant: (all) => {
      const { ContainerDefinitions } = taskOf(all, 'partner');
      ContainerDefinitions.find(({ Name }: any) => Name === 'files').Command = ['put'];
    },
  },
  {
    name: 'every variable is a setting of Gatehouse',
    faultsIn: (all) =>
      ROLES.flatMap((role) => Object.keys(variablesOf(all, role))).filter((name) => !isSetting(name)),
    plant: (all) => {
      gatewayOf(all, 'public').Environment.push({ Name: 'GATEHOUSE_ROLE', Value: 'public' });
    },
  },
];
