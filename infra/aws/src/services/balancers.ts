/**
 * The partner listener is behind a network load balancer, which changes no byte: TLS and the rules of framing are
 * Gatehouse's. Admin and public have application load balancers, the public one with a web application firewall.
 */
import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Network } from '../network.ts';
import { DEREGISTRATION_S, IDLE_S } from './limits.ts';
import { PORTS, type Role, STATUS_PORT } from '../../../shared/roles.ts';

export type BalancedRole = Exclude<Role, 'worker'>;

/**
 * A target that isn't ready gets no requests after 20 s at the first and five minutes at a later time; then ECS replaces
 * it. Where none is ready the balancer sends requests to all of them, so the public listener goes on serving keys.
 */
const HEALTH = {
  path: '/ready',
  port: String(STATUS_PORT),
  protocol: elb.Protocol.HTTP,
  interval: Duration.seconds(30),
  timeout: Duration.seconds(5),
  healthyThresholdCount: 2,
  unhealthyThresholdCount: 10,
};

interface Props {
  readonly network: Network;
  readonly logs: s3.IBucket;
  readonly service: ecs.FargateService;
  readonly serviceGroup: ec2.SecurityGroup;
  /** Who may connect. */
  readonly from: readonly string[];
}

export class PartnerBalancer extends Construct {
  readonly targets: elb.NetworkTargetGroup;

  constructor(scope: Construct, id: string, { network, logs, service, serviceGroup, from }: Props) {
    super(scope, id);
    const group = balancerGroup(this, network, from);
    const balancer = new elb.NetworkLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'balancers' },
      internetFacing: false,
      crossZoneEnabled: true,
      securityGroups: [group],
      deletionProtection: true,
    });
    balancer.logAccessLogs(logs, id);
    this.targets = balancer
      .addListener('Tls', {
        port: 443,
        protocol: elb.Protocol.TCP,
        tcpIdleTimeout: Duration.seconds(IDLE_S.partner.balancer),
      })
      .addTargets('Tasks', {
        port: PORTS.partner,
        protocol: elb.Protocol.TCP,
        targets: [service.loadBalancerTarget({ containerName: 'gateway', containerPort: PORTS.partner })],
        // The limits by address see the caller's own.
        preserveClientIp: true,
        deregistrationDelay: Duration.seconds(DEREGISTRATION_S),
        healthCheck: HEALTH,
      });
    allow(group, serviceGroup, PORTS.partner);
    for (const range of from)
      serviceGroup.addIngressRule(ec2.Peer.ipv4(range), ec2.Port.tcp(PORTS.partner), 'callers');
  }
}

export class WebBalancer extends Construct {
  readonly balancer: elb.ApplicationLoadBalancer;
  readonly targets: elb.ApplicationTargetGroup;

  constructor(scope: Construct, role: 'admin' | 'public', certificateArn: string, props: Props) {
    super(scope, role === 'admin' ? 'AdminBalancer' : 'PublicBalancer');
    const { network, logs, service, serviceGroup, from } = props;
    const group = balancerGroup(this, network, from);
    this.balancer = new elb.ApplicationLoadBalancer(this, 'Balancer', {
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: role === 'admin' ? 'balancers' : 'edge' },
      internetFacing: role === 'public',
      securityGroup: group,
      idleTimeout: Duration.seconds(IDLE_S[role].balancer),
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elb.DesyncMitigationMode.STRICTEST,
      deletionProtection: true,
    });
    this.balancer.logAccessLogs(logs, role);
    this.targets = this.balancer
      .addListener('Https', {
        port: 443,
        protocol: elb.ApplicationProtocol.HTTPS,
        sslPolicy: elb.SslPolicy.TLS13_RES,
        certificates: [acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
        open: false,
      })
      .addTargets('Tasks', {
        port: PORTS[role],
        protocol: elb.ApplicationProtocol.HTTP,
        targets: [service.loadBalancerTarget({ containerName: 'gateway', containerPort: PORTS[role] })],
        deregistrationDelay: Duration.seconds(DEREGISTRATION_S),
        healthCheck: HEALTH,
      });
    allow(group, serviceGroup, PORTS[role]);
  }
}

function balancerGroup(scope: Construct, network: Network, from: readonly string[]): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'Group', {
    vpc: network.vpc,
    description: 'Balancer of Gatehouse',
    allowAllOutbound: false,
  });
  for (const range of from) group.addIngressRule(ec2.Peer.ipv4(range), ec2.Port.tcp(443), 'callers');
  return group;
}

function allow(balancer: ec2.SecurityGroup, service: ec2.SecurityGroup, port: number): void {
  for (const to of [port, STATUS_PORT]) {
    balancer.addEgressRule(service, ec2.Port.tcp(to), 'tasks');
    service.addIngressRule(balancer, ec2.Port.tcp(to), 'balancer');
  }
}
