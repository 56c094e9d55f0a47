/** PostgreSQL in two zones, and copies of it for as long as the audit trail must be kept. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import type { Network } from './network.ts';
import type { Settings } from './settings.ts';
import { SIZES } from './sizes.ts';

/** The most that RDS keeps of its own copies, from which any second can be restored. */
const POINT_IN_TIME_DAYS = 35;
const DAYS_OF_A_YEAR = 366;
/** Not the port that everybody tries first. */
const PORT = 5433;

export class Database extends Construct {
  readonly instance: rds.DatabaseInstance;
  readonly storageGib: number;
  readonly vault: backup.BackupVault;

  constructor(scope: Construct, id: string, network: Network, key: kms.IKey, settings: Settings) {
    super(scope, id);
    const size = SIZES[settings.size].database;
    this.storageGib = size.storageGib;
    const engine = rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_18_3 });
    this.instance = new rds.DatabaseInstance(this, 'Instance', {
      engine,
      instanceType: new ec2.InstanceType(size.instance),
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'data' },
      port: PORT,
      multiAz: true,
      credentials: rds.Credentials.fromUsername('gatehouse_master'),
      // AWS itself replaces the password of the master every seven days.
      manageMasterUserPassword: true,
      storageType: rds.StorageType.GP3,
      // It doesn't grow by itself: the alarms at 70 and 85 %, and GATEHOUSE_DATABASE_MAX_MIB, rest on this figure.
      allocatedStorage: size.storageGib,
      storageEncrypted: true,
      storageEncryptionKey: key,
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
      parameters: {
        'rds.force_ssl': '1',
        max_connections: String(size.maxConnections),
        // A statement in the log would have parameters, and those identifiers.
        log_statement: 'none',
        log_parameter_max_length: '0',
        log_parameter_max_length_on_error: '0',
      },
      backupRetention: Duration.days(POINT_IN_TIME_DAYS),
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      allowMajorVersionUpgrade: false,
      autoMinorVersionUpgrade: true,
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: key,
      monitoringInterval: Duration.minutes(1),
      cloudwatchLogsExports: ['postgresql', 'upgrade'],
    });
    this.vault = this.keepCopies(key, settings.auditRetentionYears);
  }

  /** What `DATABASE_URL` holds apart from login and password. */
  get address(): { readonly host: string; readonly port: string } {
    const { hostname, port } = this.instance.instanceEndpoint;
    return { host: hostname, port: String(port) };
  }

  /** One copy a month for the whole retention: a row of the trail is in one of them even if the database is lost. */
  private keepCopies(encryptionKey: kms.IKey, years: number): backup.BackupVault {
    const vault = new backup.BackupVault(this, 'Vault', {
      encryptionKey,
      lockConfiguration: { minRetention: Duration.days(POINT_IN_TIME_DAYS) },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const plan = new backup.BackupPlan(this, 'Plan', { backupVault: vault });
    plan.addRule(
      new backup.BackupPlanRule({
        ruleName: 'daily',
        scheduleExpression: Schedule.cron({ hour: '2', minute: '0' }),
        deleteAfter: Duration.days(POINT_IN_TIME_DAYS),
      }),
    );
    plan.addRule(
      new backup.BackupPlanRule({
        ruleName: 'monthly',
        scheduleExpression: Schedule.cron({ day: '1', hour: '3', minute: '0' }),
        deleteAfter: Duration.days(years * DAYS_OF_A_YEAR),
      }),
    );
    plan.addSelection('Database', {
      resources: [backup.BackupResource.fromRdsDatabaseInstance(this.instance)],
    });
    return vault;
  }
}
