/**
 * CloudTrail's log in the archive: the worker lists and reads it, and compares the signatures in it with the audit trail. It
 * calls what apps/gateway/src/adapters/signatures/bucket-log.ts does.
 */
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';

export const CLOUDTRAIL_PREFIX = 'cloudtrail';

/** Of this account and region, as CloudTrail names it. */
export function cloudTrailFolder(archive: s3.IBucket): string {
  const { account, region } = Stack.of(archive);
  return `${CLOUDTRAIL_PREFIX}/AWSLogs/${account}/CloudTrail/${region}`;
}

/** What is encrypted there can be read by `EncryptCheckpoints`. */
export function cloudTrailStatements(archive: s3.IBucket): iam.PolicyStatement[] {
  const files = `${cloudTrailFolder(archive)}/*`;
  return [
    new iam.PolicyStatement({
      sid: 'ReadCloudTrail',
      actions: ['s3:GetObject'],
      resources: [archive.arnForObjects(files)],
    }),
    new iam.PolicyStatement({
      sid: 'ListCloudTrail',
      actions: ['s3:ListBucket'],
      resources: [archive.bucketArn],
      conditions: { StringLike: { 's3:prefix': files } },
    }),
  ];
}
