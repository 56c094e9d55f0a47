/** Buckets. What is put into `archive` can't be changed or deleted by anybody until its retention is over. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

const DAYS_OF_A_YEAR = 366;

export class Storage extends Construct {
  /** Checkpoints and exports of the audit trail, and the trail of CloudTrail. */
  readonly archive: s3.Bucket;
  /** Who connected to the balancers. */
  readonly accessLogs: s3.Bucket;

  constructor(scope: Construct, id: string, key: kms.IKey, settings: Settings) {
    super(scope, id);
    const guarded = {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.accessLogs = new s3.Bucket(this, 'AccessLogs', {
      ...guarded,
      // Balancers can't write under a key of one's own.
      encryption: s3.BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(400) }],
    });
    this.archive = new s3.Bucket(this, 'Archive', {
      ...guarded,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: s3.ObjectLockRetention.compliance(
        Duration.days(settings.auditRetentionYears * DAYS_OF_A_YEAR),
      ),
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: `archive-${Stack.of(this).region}/`,
    });
  }
}
