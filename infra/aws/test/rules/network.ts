import { NHS_EGRESS } from '../../src/egress.ts';
import { environmentHosts } from '../../../shared/program.ts';
import { ROLES } from '../../../shared/roles.ts';
import type { Rule } from '../rules.ts';
import { ofType, type Resources, the } from '../template.ts';

const endpoints = (all: Resources) =>
  ofType(all, 'AWS::EC2::VPCEndpoint').filter(([, { VpcEndpointType }]) => VpcEndpointType === 'Interface');
const allowedDomains = (all: Resources): string[] =>
  the(all, 'AWS::Route53Resolver::FirewallDomainList', 'NetworkEgressAllowed')['Domains'];
/** Ranges of addresses that a role's tasks may connect to. The database is reached by its group. */
const rangesOut = (all: Resources, role: string): string[] =>
  the(all, 'AWS::EC2::SecurityGroup', `Services${role}`)['SecurityGroupEgress'].map(
    ({ CidrIp, FromPort, ToPort }: any) =>
      `${CidrIp}:${FromPort === ToPort ? FromPort : `${FromPort}-${ToPort}`}`,
  );
const balancers = (all: Resources) => ofType(all, 'AWS::ElasticLoadBalancingV2::LoadBalancer');

export const NETWORK_RULES: readonly Rule[] = [
  {
    name: 'KMS answers under its own name inside the VPC, so nothing overrides its address',
    faultsIn: (all) => {
      const kms = endpoints(all).filter(([, { ServiceName }]) =>
        JSON.stringify(ServiceName).includes('.kms'),
      );
      const overridden = JSON.stringify(ofType(all, 'AWS::ECS::TaskDefinition')).includes('AWS_ENDPOINT_URL');
      return [
        ...(kms.length === 1 ? [] : ['no interface endpoint of KMS']),
        ...endpoints(all)
          .filter(([, { PrivateDnsEnabled }]) => PrivateDnsEnabled !== true)
          .map(([id]) => id),
        ...(overridden ? ['an address of KMS is set'] : []),
      ];
    },
    plant: (all) => {
      endpoints(all)[0]![1]['PrivateDnsEnabled'] = false;
    },
  },
  {
    name: 'only the public balancer faces the internet, behind the firewall, and no task has a public address',
    faultsIn: (all) => [
      ...balancers(all)
        .filter(
          ([id, { Scheme }]) => (Scheme === 'internet-facing') !== id.startsWith('ServicesPublicBalancer'),
        )
        .map(([id]) => id),
      ...ofType(all, 'AWS::ECS::Service')
        .filter(
          ([, service]) => service['NetworkConfiguration'].AwsvpcConfiguration.AssignPublicIp !== 'DISABLED',
        )
        .map(([id]) => id),
      ...(JSON.stringify(the(all, 'AWS::WAFv2::WebACLAssociation')['ResourceArn']).includes(
        'ServicesPublicBalancer',
      )
        ? []
        : ['the firewall is elsewhere']),
    ],
    plant: (all) => {
      balancers(all).find(([id]) => id.startsWith('ServicesAdminBalancer'))![1]['Scheme'] = 'internet-facing';
    },
  },
  {
    name: 'nothing rewrites a partner’s request: its balancer passes bytes on',
    faultsIn: (all) =>
      ofType(all, 'AWS::ElasticLoadBalancingV2::Listener')
        .filter(([id]) => id.startsWith('ServicesPartnerBalancer'))
        .filter(([, { Protocol }]) => Protocol !== 'TCP')
        .map(([id]) => id),
    plant: (all) => {
      the(all, 'AWS::ElasticLoadBalancingV2::Listener', 'ServicesPartnerBalancer')['Protocol'] = 'TLS';
    },
  },
  {
    name: 'the list of egress holds the hosts of the environments served, and everything else is blocked',
    faultsIn: (all) => {
      const { int, prod, sandbox } = environmentHosts();
      const known =
        JSON.stringify([sandbox, int, prod]) ===
        JSON.stringify([
          [...NHS_EGRESS.sandbox].sort(),
          [...NHS_EGRESS.int].sort(),
          [...NHS_EGRESS.prod].sort(),
        ]);
      const own = ['keys.gatehouse.example', 'login.example.org', 'otlp.supplier.example'];
      const needed = [...(int ?? []), ...(prod ?? []), ...own];
      const rules = the(all, 'AWS::Route53Resolver::FirewallRuleGroup')['FirewallRules'];
      return [
        ...(known ? [] : ['src/egress.ts and environments.ts differ']),
        ...needed.filter((host) => !allowedDomains(all).includes(host)),
        ...allowedDomains(all).filter((host) => !needed.includes(host) && host !== '*.amazonaws.com'),
        ...(rules.at(-1).Action === 'BLOCK' ? [] : ['nothing is blocked']),
      ];
    },
    plant: (all) => {
      allowedDomains(all).push('*');
    },
  },
  {
    name: 'a task reaches 443, the database and its collectors: partner that of traces, all that of metrics',
    faultsIn: (all) =>
      ROLES.filter((role) => {
        const ofMetrics = ['10.50.2.0/24:443', '10.50.3.0/24:443'];
        const ofTraces = role === 'partner' ? ['10.50.1.0/24:4318'] : [];
        const expected = ['0.0.0.0/0:443', ...ofTraces, ...ofMetrics].sort().join();
        return rangesOut(all, role).sort().join() !== expected;
      }),
    plant: (all) => {
      const { SecurityGroupEgress } = the(all, 'AWS::EC2::SecurityGroup', 'Servicesworker');
      SecurityGroupEgress.push({ CidrIp: '10.50.1.0/24', IpProtocol: 'tcp', FromPort: 4318, ToPort: 4318 });
    },
  },
  {
    name: 'no security group lets everything out',
    faultsIn: (all) =>
      ofType(all, 'AWS::EC2::SecurityGroup')
        .filter(([id, { SecurityGroupEgress = [] }]) =>
          // RDS connects to nothing, whatever its group says.
          id.startsWith('DatabaseInstance')
            ? false
            : SecurityGroupEgress.some(({ IpProtocol }: { IpProtocol: string }) => IpProtocol === '-1'),
        )
        .map(([id]) => id),
    plant: (all) => {
      the(all, 'AWS::EC2::SecurityGroup', 'Servicespartner')['SecurityGroupEgress'] = [{ IpProtocol: '-1' }];
    },
  },
];
