/** The owner and the running role of the database, and the rotation of their passwords. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { Database } from './database.ts';
import type { Network } from './network.ts';
import type { Secrets } from './secrets.ts';
import { DATABASE_CA_FILE } from './services/files.ts';
import { ROLES } from '../../shared/roles.ts';

const ROTATION_DAYS = 30;
const CLUSTER = 'gatehouse';

interface Props {
  readonly network: Network;
  readonly database: Database;
  readonly secrets: Secrets;
  readonly secretsKey: kms.IKey;
  readonly logsKey: kms.IKey;
}

export class DatabaseLogins extends Construct {
  /** Once it is there, the services can sign in. */
  readonly created: CustomResource;
  private readonly group: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { network, database, secrets } = props;
    this.group = new ec2.SecurityGroup(this, 'Group', {
      vpc: network.vpc,
      description: 'Creates the roles of the database and rotates their passwords',
      allowAllOutbound: false,
    });
    this.group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'Secrets Manager and ECS');
    database.instance.connections.allowDefaultPortFrom(this.group);
    const create = this.handler('Create', 'index.onEvent', props);
    const rotate = this.handler('Rotate', 'index.rotate', props);
    rotate.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['ecs:UpdateService'],
        resources: ROLES.map((role) =>
          Stack.of(this).formatArn({
            service: 'ecs',
            resource: 'service',
            resourceName: `${CLUSTER}/${role}`,
          }),
        ),
      }),
    );
    this.created = new CustomResource(this, 'Roles', {
      resourceType: 'Custom::GatehouseDatabaseLogins',
      serviceToken: new Provider(this, 'Provider', {
        onEventHandler: create,
        logGroup: this.logGroup('ProviderLog', props.logsKey),
      }).serviceToken,
    });
    this.created.node.addDependency(database.instance);
    for (const [name, secret] of [
      ['Owner', secrets.ownerLogin],
      ['Running', secrets.runningLogin],
    ] as const) {
      const schedule = secret.addRotationSchedule(`${name}Rotation`, {
        rotationLambda: rotate,
        automaticallyAfter: Duration.days(ROTATION_DAYS),
        // Before the roles are there, there is nothing to rotate.
        rotateImmediatelyOnUpdate: false,
      });
      schedule.node.addDependency(this.created);
    }
  }

  private handler(name: string, handler: string, props: Props): lambda.Function {
    const { network, database, secrets } = props;
    const master = database.instance.secret as secretsmanager.ISecret;
    const run = new lambda.Function(this, name, {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler,
      code: lambda.Code.fromAsset(stagedCode()),
      timeout: Duration.minutes(2),
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'tasks' },
      securityGroups: [this.group],
      logGroup: this.logGroup(`${name}Log`, props.logsKey),
      environment: {
        HOST: database.address.host,
        PORT: database.address.port,
        MASTER_SECRET: master.secretArn,
        OWNER_SECRET: secrets.ownerLogin.secretArn,
        RUNNING_SECRET: secrets.runningLogin.secretArn,
        DATABASE_CA_FILE,
        CLUSTER,
        SERVICES: ROLES.join(','),
        // Lambda's own file with the certificate authorities of RDS.
        NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
      },
    });
    master.grantRead(run);
    for (const secret of [secrets.ownerLogin, secrets.runningLogin]) {
      secret.grantRead(run);
      secret.grantWrite(run);
    }
    return run;
  }

  private logGroup(name: string, encryptionKey: kms.IKey): logs.LogGroup {
    return new logs.LogGroup(this, name, {
      encryptionKey,
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** The handler and the one package it needs beside what Lambda has. Its hash depends on their content alone. */
function stagedCode(): string {
  const staged = mkdtempSync(join(tmpdir(), 'gatehouse-lambda-'));
  cpSync(fileURLToPath(new URL('../lambda/database-logins', import.meta.url)), staged, {
    recursive: true,
    filter: (path) => !path.endsWith('.d.mts'),
  });
  const driver = dirname(dirname(fileURLToPath(import.meta.resolve('postgres'))));
  cpSync(driver, join(staged, 'node_modules', 'postgres'), { recursive: true });
  return staged;
}
