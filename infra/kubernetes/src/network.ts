/**
 * Nothing connects to a pod of the namespace, and no pod connects to anything, except as it is said here: a policy for
 * each listener, and one for the ways out of each role. Kubernetes lets a node probe its own pods in any case.
 */
import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import { PORTS, type Role, ROLES, STATUS_PORT } from '../../shared/roles.ts';
import { type Component, everyRole, selectorOf } from './labels.ts';
import type { Callers, Settings } from './settings.ts';
import { type Place, WAYS_OUT, waysOut } from './ways-out.ts';

/** Where "the internet" is not: private, shared and link-local addresses, the cluster's and those of metadata among them. */
const NOT_THE_INTERNET = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
];

type Web = Settings['public'];

export function denyByDefault(chart: Chart): void {
  policy(chart, 'deny-by-default', {}, { ingress: [], egress: [] });
}

/** The status listeners of all roles. */
export function admitMonitoring(chart: Chart, { monitoring }: Settings): void {
  policy(chart, 'status-listener', everyRole(ROLES), { ingress: from(monitoring, STATUS_PORT) });
}

export function admitCallers(chart: Chart, role: Exclude<Role, 'worker'>, settings: Settings): void {
  const callers =
    role === 'partner'
      ? settings.partner.callers
      : proxiesOf(role === 'admin' ? settings.console : settings.public);
  policy(chart, `${role}-listener`, selectorOf(role), { ingress: from(callers, PORTS[role]) });
}

export function letOut(chart: Chart, component: Component, settings: Settings): void {
  const ways = waysOut.filter((way) =>
    component === 'migrate' ? way === 'database' : (WAYS_OUT[way] as readonly Role[]).includes(component),
  );
  const egress = ways.flatMap((way) => {
    const place = settings[way];
    return place === undefined ? [] : [to(place)];
  });
  policy(chart, `${component}-out`, selectorOf(component), { egress: [toNames(settings), ...egress] });
}

/** A controller in the cluster is named by its namespace: its addresses may be those of any pod. */
const proxiesOf = ({ proxies: { networks, namespaces } }: Web): Callers =>
  namespaces.length > 0 ? { networks: [], namespaces } : { networks, namespaces };

function policy(
  chart: Chart,
  id: string,
  podSelector: k8s.LabelSelector,
  rules: Pick<k8s.NetworkPolicySpec, 'ingress' | 'egress'>,
): void {
  const policyTypes = [
    ...(rules.ingress === undefined ? [] : ['Ingress']),
    ...(rules.egress === undefined ? [] : ['Egress']),
  ];
  new k8s.KubeNetworkPolicy(chart, id, {
    metadata: { name: `gatehouse-${id}` },
    spec: { podSelector, policyTypes, ...rules },
  });
}

/** A rule without peers would admit everybody. */
function from(callers: Callers, port: number): k8s.NetworkPolicyIngressRule[] {
  const peers = peersOf(callers);
  return peers.length === 0 ? [] : [{ from: peers, ports: [tcp(port)] }];
}

function to({ port, internet, ...place }: Place): k8s.NetworkPolicyEgressRule {
  const outside = internet ? [{ ipBlock: { cidr: '0.0.0.0/0', except: NOT_THE_INTERNET } }] : [];
  return { to: [...outside, ...peersOf(place)], ports: [tcp(port)] };
}

/** The DNS of the cluster. */
function toNames({ dnsNetworks }: Settings): k8s.NetworkPolicyEgressRule {
  const cluster = {
    namespaceSelector: namespace('kube-system'),
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  };
  return {
    to: [cluster, ...peersOf({ networks: dnsNetworks, namespaces: [] })],
    ports: [{ protocol: 'UDP', port: k8s.IntOrString.fromNumber(53) }, tcp(53)],
  };
}

const peersOf = ({
  networks,
  namespaces,
}: Pick<Place, 'networks' | 'namespaces'>): k8s.NetworkPolicyPeer[] => [
  ...networks.map((cidr) => ({ ipBlock: { cidr } })),
  ...namespaces.map((name) => ({ namespaceSelector: namespace(name) })),
];
const namespace = (name: string): k8s.LabelSelector => ({
  matchLabels: { 'kubernetes.io/metadata.name': name },
});
const tcp = (port: number): k8s.NetworkPolicyPort => ({
  protocol: 'TCP',
  port: k8s.IntOrString.fromNumber(port),
});
