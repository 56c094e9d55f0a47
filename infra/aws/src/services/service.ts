/** A role of Gatehouse as a service of ECS on Fargate (ADR 44). */
import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { checkpointStatements } from '../checkpoint-rights.ts';
import { cloudTrailStatements } from '../cloudtrail-rights.ts';
import { collectorsOf } from '../collectors.ts';
import { keyStatements } from '../key-rights.ts';
import { SIZES } from '../sizes.ts';
import type { Deployment } from './deployment.ts';
import { addFiles, readFiles } from './files.ts';
import { gatewaySettings } from './gateway-settings.ts';
import { STOP_TIMEOUT_S } from './limits.ts';
import { PORTS, type Role, STATUS_PORT } from '../../../shared/roles.ts';

const probe = (path: string): string[] => [
  'CMD',
  'node',
  '-e',
  `fetch('http://127.0.0.1:${STATUS_PORT}${path}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
];

export class RoleService extends Construct {
  readonly service: ecs.FargateService;
  readonly group: ec2.SecurityGroup;

  constructor(scope: Construct, role: Role, deployment: Deployment, balancerRanges: readonly string[]) {
    super(scope, role);
    const { network, settings, database } = deployment;
    this.group = new ec2.SecurityGroup(this, 'Group', {
      vpc: network.vpc,
      description: `Gatehouse, ${role}`,
      allowAllOutbound: false,
    });
    this.group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'the NHS, AWS and identity providers');
    database.instance.connections.allowDefaultPortFrom(this.group);
    for (const range of settings.monitoringNetworks)
      this.group.addIngressRule(ec2.Peer.ipv4(range), ec2.Port.tcp(STATUS_PORT), 'Prometheus');
    for (const { networks, port } of collectorsOf(role, settings))
      for (const range of networks)
        this.group.addEgressRule(ec2.Peer.ipv4(range), ec2.Port.tcp(port), 'OpenTelemetry');
    const count = settings.running ? SIZES[settings.size].tasks[role].count : 0;
    this.service = new ecs.FargateService(this, 'Service', {
      serviceName: role,
      cluster: deployment.cluster,
      taskDefinition: this.task(role, deployment, balancerRanges),
      platformVersion: ecs.FargatePlatformVersion.VERSION1_4,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroups: [this.group],
      assignPublicIp: false,
      desiredCount: count,
      // New tasks are there, and ready, before old ones go.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
      ...(role === 'worker' ? {} : { healthCheckGracePeriod: Duration.minutes(3) }),
      enableECSManagedTags: true,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
  }

  private task(role: Role, deployment: Deployment, balancerRanges: readonly string[]): ecs.TaskDefinition {
    const { settings, secrets, keys, archive, images, logging } = deployment;
    const { cpu, memoryMib } = SIZES[settings.size].tasks[role];
    const task = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu,
      memoryLimitMiB: memoryMib,
      runtimePlatform: { cpuArchitecture: ecs.CpuArchitecture.X86_64 },
    });
    const statements = [
      ...keyStatements(role, keys, settings),
      ...(role === 'worker'
        ? [...checkpointStatements(archive, keys.data), ...cloudTrailStatements(archive)]
        : []),
    ];
    for (const statement of statements) task.addToTaskRolePolicy(statement);
    const { databaseCa, staffClient, ...partner } = secrets.given;
    const files = addFiles(task, images.awsCli, logging(`${role}-files`), {
      databaseCa,
      ...(role === 'partner' ? partner : {}),
    });
    const gateway = task.addContainer('gateway', {
      image: images.gateway,
      logging: logging(role),
      environment: gatewaySettings(role, deployment, balancerRanges),
      secrets: {
        DATABASE_URL: ecs.Secret.fromSecretsManager(secrets.runningLogin, 'url'),
        ...(role === 'admin' && {
          GATEHOUSE_STAFF_CLIENT_SECRET: ecs.Secret.fromSecretsManager(staffClient),
        }),
      },
      user: 'node',
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(STOP_TIMEOUT_S),
      // Only the worker has no balancer that asks for /ready. Ten failures, so that no outage elsewhere restarts it soon.
      healthCheck: {
        command: probe(role === 'worker' ? '/ready' : '/live'),
        interval: Duration.seconds(30),
        retries: 10,
        startPeriod: Duration.minutes(1),
      },
      portMappings: [
        { containerPort: STATUS_PORT },
        ...(role === 'worker' ? [] : [{ containerPort: PORTS[role] }]),
      ],
    });
    readFiles(gateway, files);
    return task;
  }
}
