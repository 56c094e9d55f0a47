/**
 * Four kinds of subnets: `edge` for what the internet reaches and for the way out, `balancers` for what only your own
 * networks reach, `tasks` with a way out, `data` without one.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { EgressList } from './egress.ts';
import type { Settings } from './settings.ts';
import { SIZES } from './sizes.ts';

/** With private DNS each answers under the service's ordinary name, so nothing is told of an endpoint. */
const ENDPOINTS = {
  Kms: ec2.InterfaceVpcEndpointAwsService.KMS,
  SecretsManager: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Ecr: ec2.InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
};

export class Network extends Construct {
  readonly vpc: ec2.Vpc;

  constructor(scope: Construct, id: string, settings: Settings, logsKey: kms.IKey) {
    super(scope, id);
    const size = SIZES[settings.size];
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(settings.vpcCidr),
      availabilityZones: ['a', 'b', 'c'].slice(0, size.zones).map((zone) => `${settings.region}${zone}`),
      natGateways: size.natGateways,
      subnetConfiguration: [
        { name: 'edge', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'balancers', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
        { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
    });
    this.vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'FlowLogGroup', {
          retention: logs.RetentionDays.ONE_YEAR,
          encryptionKey: logsKey,
          removalPolicy: RemovalPolicy.RETAIN,
        }),
      ),
    });
    const endpoints = new ec2.SecurityGroup(this, 'Endpoints', {
      vpc: this.vpc,
      description: 'Interface endpoints of AWS services',
      allowAllOutbound: false,
    });
    for (const { ipv4CidrBlock } of this.subnets('tasks'))
      endpoints.addIngressRule(ec2.Peer.ipv4(ipv4CidrBlock), ec2.Port.tcp(443), 'from tasks');
    for (const [name, service] of Object.entries(ENDPOINTS))
      this.vpc.addInterfaceEndpoint(name, {
        service,
        privateDnsEnabled: true,
        subnets: { subnetGroupName: 'tasks' },
        securityGroups: [endpoints],
        open: false,
      });
    // The layers of images are in S3.
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    new EgressList(this, 'Egress', this.vpc.vpcId, settings);
  }

  subnets(name: 'edge' | 'tasks' | 'balancers' | 'data'): ec2.ISubnet[] {
    return this.vpc.selectSubnets({ subnetGroupName: name }).subnets;
  }
}
