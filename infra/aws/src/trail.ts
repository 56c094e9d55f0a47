/** CloudTrail: every use of a key in KMS, in a bucket that keeps it, and an alarm when one is put out of use. */
import { RemovalPolicy } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CLOUDTRAIL_PREFIX } from './cloudtrail-rights.ts';

const ENDS_A_KEY = ['ScheduleKeyDeletion', 'DisableKey', 'PutKeyPolicy', 'DeleteImportedKeyMaterial'];

export class KeyTrail extends Construct {
  /** How often a key was put out of use, or its policy changed. */
  readonly keysEnded: logs.MetricFilter;

  constructor(scope: Construct, id: string, bucket: s3.IBucket, logsKey: kms.IKey) {
    super(scope, id);
    const group = new logs.LogGroup(this, 'Log', {
      encryptionKey: logsKey,
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new cloudtrail.Trail(this, 'Trail', {
      bucket,
      s3KeyPrefix: CLOUDTRAIL_PREFIX,
      // Uses of keys are management events.
      managementEvents: cloudtrail.ReadWriteType.ALL,
      enableFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      sendToCloudWatchLogs: true,
      cloudWatchLogGroup: group,
    });
    const events = ENDS_A_KEY.map((name) => `($.eventName = "${name}")`).join(' || ');
    this.keysEnded = new logs.MetricFilter(this, 'KeysEnded', {
      logGroup: group,
      filterPattern: logs.FilterPattern.literal(`{ ($.eventSource = "kms.amazonaws.com") && (${events}) }`),
      metricNamespace: 'Gatehouse',
      metricName: 'KeysEnded',
    });
  }
}
