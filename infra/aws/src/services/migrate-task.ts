/** `gatehouse migrate`, run by hand before a new version. The only task that has the owner's login; it has no KMS. */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import { addFiles, readFiles } from './files.ts';

export class MigrateTask extends Construct {
  readonly task: ecs.FargateTaskDefinition;
  readonly group: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id);
    const { network, database, secrets, images, logging } = deployment;
    this.group = new ec2.SecurityGroup(this, 'Group', {
      vpc: network.vpc,
      description: 'gatehouse migrate',
      allowAllOutbound: false,
    });
    this.group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS');
    database.instance.connections.allowDefaultPortFrom(this.group);
    this.task = new ecs.FargateTaskDefinition(this, 'Task', {
      family: 'gatehouse-migrate',
      cpu: 512,
      memoryLimitMiB: 1024,
    });
    const { databaseCa } = secrets.given;
    const files = addFiles(this.task, images.awsCli, logging('migrate-files'), { databaseCa });
    const { host, port } = database.address;
    const command = this.task.addContainer('gatehouse', {
      image: images.migrate,
      logging: logging('migrate'),
      command: ['gatehouse', 'migrate'],
      // Only the name of the role counts: it is given the rights, and both logins of the services belong to it.
      environment: {
        DATABASE_URL: `postgresql://gatehouse_app@${host}:${port}/gatehouse?sslmode=verify-full`,
      },
      secrets: { DATABASE_OWNER_URL: ecs.Secret.fromSecretsManager(secrets.ownerLogin, 'url') },
      user: 'node',
      readonlyRootFilesystem: true,
    });
    readFiles(command, files);
  }
}
