import { type Role, ROLES } from '../../../shared/roles.ts';
import { WEB_IDLE_S } from '../../../shared/times.ts';
import { gatewayOf, type KubernetesObject, ofKind, settings, the, variablesOf } from '../manifests.ts';
import type { Rule } from '../rules.ts';

/** Component → where it may connect to. Written out here, and nowhere derived from the source. */
const DNS = ['kube-system:53', '169.254.20.10/32:53'];
const DATABASE = ['10.60.0.0/24:5432'];
const ALL = [
  ...[...DNS, ...DATABASE, '10.60.1.0/24:443', 'egress-proxy:3128', 'internet:443'],
  'telemetry:4320',
];
const WAYS_OUT: Record<Role | 'migrate', string[]> = {
  migrate: [...DNS, ...DATABASE],
  partner: [...ALL, 'identity:8443', 'monitoring:4318'],
  public: ALL,
  admin: [...ALL, '203.0.113.6/32:443'],
  worker: [
    ...[...ALL, '10.60.4.0/24:443', '10.60.2.0/24:6379', '10.60.3.7/32:465'],
    ...['203.0.113.7/32:443', '203.0.113.8/32:443'],
  ],
};
/** Listener → who may connect to it. */
const ADMITTED: Record<string, string[]> = {
  partner: ['10.10.0.0/16:8080', 'referrals:8080'],
  admin: ['ingress-internal:8081'],
  public: ['ingress-external:8082'],
  status: ['monitoring:8083'],
};
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'];

function peer({ ipBlock, namespaceSelector }: any): string {
  if (ipBlock === undefined) return namespaceSelector.matchLabels['kubernetes.io/metadata.name'];
  return ipBlock.cidr === '0.0.0.0/0' ? 'internet' : ipBlock.cidr;
}
/** Each peer with each port. A rule without peers is one for everybody. */
const reached = (rules: any[], side: 'from' | 'to'): string =>
  [
    ...new Set(
      rules.flatMap(({ [side]: peers, ports }) =>
        (peers === undefined ? ['everybody'] : peers.map(peer)).flatMap((name: string) =>
          ports.map(({ port }: any) => `${name}:${String(port)}`),
        ),
      ),
    ),
  ]
    .sort()
    .join(' ');
const sorted = (names: readonly string[]): string => [...new Set(names)].sort().join(' ');
const policy = (all: KubernetesObject[], name: string): any => the(all, 'NetworkPolicy', name).spec;
const component = (spec: any): string => spec.podSelector.matchLabels?.['app.kubernetes.io/component'];

export const NETWORK_RULES: readonly Rule[] = [
  {
    name: 'everything is denied that is not said',
    faultsIn: (all) => {
      const spec = policy(all, 'deny-by-default');
      return JSON.stringify(spec) ===
        '{"egress":[],"ingress":[],"podSelector":{},"policyTypes":["Ingress","Egress"]}'
        ? []
        : [JSON.stringify(spec)];
    },
    plant: (all) => {
      policy(all, 'deny-by-default').policyTypes = ['Ingress'];
    },
  },
  {
    name: 'a listener is reached by those whom it is for',
    faultsIn: (all) => [
      ...Object.entries(ADMITTED)
        .filter(
          ([listener, admitted]) =>
            reached(policy(all, `${listener}-listener`).ingress, 'from') !== sorted(admitted),
        )
        .map(([listener]) => listener),
      ...ofKind(all, 'NetworkPolicy')
        .filter(
          ({ metadata, spec }) => !metadata.name.endsWith('-listener') && (spec.ingress ?? []).length > 0,
        )
        .map(({ metadata }) => metadata.name),
      ...['partner', 'admin', 'public'].filter((role) => component(policy(all, `${role}-listener`)) !== role),
    ],
    plant: (all) => {
      delete policy(all, 'status-listener').ingress[0].from;
    },
  },
  {
    name: 'a role connects to what it needs, and to nothing else',
    faultsIn: (all) =>
      Object.entries(WAYS_OUT)
        .filter(([name, ways]) => {
          const spec = policy(all, `${name}-out`);
          return reached(spec.egress, 'to') !== sorted(ways) || component(spec) !== name;
        })
        .map(([name]) => name),
    plant: (all) => {
      policy(all, 'public-out').egress.push(policy(all, 'worker-out').egress.at(-2));
    },
  },
  {
    name: 'the internet is not the private networks',
    faultsIn: (all) =>
      ofKind(all, 'NetworkPolicy').flatMap(({ metadata, spec }) =>
        [...(spec.egress ?? []), ...(spec.ingress ?? [])]
          .flatMap(({ to = [], from = [] }: any) => [...to, ...from])
          .filter(({ ipBlock }: any) => ipBlock?.cidr.endsWith('/0'))
          .filter(({ ipBlock }: any) => !PRIVATE.every((range) => ipBlock.except?.includes(range)))
          .map(() => metadata.name),
      ),
    plant: (all) => {
      delete policy(all, 'partner-out').egress.find(({ to }: any) => to[0].ipBlock?.except).to[0].ipBlock
        .except;
    },
  },
  {
    name: 'nothing rewrites a partner’s request: its balancer passes bytes on, for callers alone',
    faultsIn: (all) => {
      const { spec, metadata } = the(all, 'Service', 'partner');
      const [{ protocol, targetPort }] = spec.ports;
      const balanced = ofKind(all, 'Service').filter((each) => each.spec.type !== 'ClusterIP');
      return [
        ...(spec.type === 'LoadBalancer' && protocol === 'TCP' && targetPort === 'listener' ? [] : ['bytes']),
        ...(spec.externalTrafficPolicy === 'Local' ? [] : ['the caller’s address']),
        ...(spec.loadBalancerSourceRanges.join() === settings.partner.callers.networks.join()
          ? []
          : ['callers']),
        ...(/ssl|tls|cert/.test(Object.keys(metadata.annotations).join()) ? ['TLS'] : []),
        ...(balanced.length === 1 ? [] : ['another balancer']),
        ...ofKind(all, 'Ingress')
          .filter((ingress) => JSON.stringify(ingress).includes('gatehouse-partner'))
          .map((ingress) => ingress.metadata.name),
      ];
    },
    plant: (all) => {
      the(all, 'Service', 'partner').metadata.annotations[
        'service.beta.kubernetes.io/aws-load-balancer-ssl-cert'
      ] = 'arn';
    },
  },
  {
    name: 'partners’ pods have a certificate, and the others know who terminates TLS',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { GATEHOUSE_TLS_CERT, GATEHOUSE_TLS_KEY, GATEHOUSE_TLS_TERMINATED_BY } = variablesOf(all, role);
        return role === 'partner'
          ? !GATEHOUSE_TLS_CERT || !GATEHOUSE_TLS_KEY || GATEHOUSE_TLS_TERMINATED_BY
          : !GATEHOUSE_TLS_TERMINATED_BY;
      }),
    plant: (all) => {
      const { env } = gatewayOf(all, 'admin');
      env.find(({ name }: any) => name === 'GATEHOUSE_TLS_TERMINATED_BY').value = '';
    },
  },
  {
    name: 'the console and the public host have TLS, and an Ingress class each',
    faultsIn: (all) => {
      const ingresses = ofKind(all, 'Ingress');
      return [
        ...ingresses
          .filter(
            ({ spec: { tls, rules } }) => tls?.[0].hosts.join() !== rules.map(({ host }: any) => host).join(),
          )
          .map(({ metadata }) => metadata.name),
        ...(new Set(ingresses.map(({ spec }) => spec.ingressClassName)).size === 2 ? [] : ['class']),
      ];
    },
    plant: (all) => {
      the(all, 'Ingress', 'admin').spec.ingressClassName = 'external';
    },
  },
  {
    name: 'Gatehouse keeps an idle connection for longer than the proxy, and that for longer than the longest request',
    faultsIn: (all) =>
      (['admin', 'public'] as const).filter((role) => {
        const { longestRequest, balancer } = WEB_IDLE_S[role];
        const keepAliveMs = Number(variablesOf(all, role)['GATEHOUSE_KEEP_ALIVE_MS']);
        return !(balancer > longestRequest && keepAliveMs > balancer * 1000);
      }),
    plant: (all) => {
      const { env } = gatewayOf(all, 'public');
      env.find(({ name }: any) => name === 'GATEHOUSE_KEEP_ALIVE_MS').value = '10000';
    },
  },
  {
    name: 'the console alone knows the address at which partners call, which is the port of their Service',
    faultsIn: (all) => {
      const [{ port }] = the(all, 'Service', 'partner').spec.ports;
      const url = port === 443 ? 'https://gatehouse.example' : `https://gatehouse.example:${port}`;
      return ROLES.filter(
        (role) => variablesOf(all, role)['GATEHOUSE_PARTNER_URL'] !== (role === 'admin' ? url : undefined),
      );
    },
    plant: (all) => {
      const { env } = gatewayOf(all, 'admin');
      env.find(({ name }: any) => name === 'GATEHOUSE_PARTNER_URL').value = 'https://console.example';
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
      const { env } = gatewayOf(all, 'admin');
      env.find(({ name }: any) => name === 'GATEHOUSE_STAFF_ACR').value = '';
    },
  },
  {
    name: 'every role sends its metrics to their collector, and the partner role alone its traces to theirs',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const { GATEHOUSE_OTLP_ENDPOINT: traces, GATEHOUSE_OTLP_METRICS_ENDPOINT: metrics } = variablesOf(
          all,
          role,
        );
        return (
          metrics !== 'http://metrics.telemetry:4320' ||
          traces !== (role === 'partner' ? 'http://collector.monitoring:4318' : undefined)
        );
      }),
    plant: (all) => {
      const { env } = gatewayOf(all, 'worker');
      env.push({ name: 'GATEHOUSE_OTLP_ENDPOINT', value: 'http://collector.monitoring:4318' });
    },
  },
  {
    name: 'KMS answers under its own name, so nothing overrides its address',
    faultsIn: (all) => ROLES.filter((role) => 'AWS_ENDPOINT_URL_KMS' in variablesOf(all, role)),
    plant: (all) => {
      const { env } = gatewayOf(all, 'worker');
      env.push({ name: 'AWS_ENDPOINT_URL_KMS', value: 'https://kms.example' });
    },
  },
];
