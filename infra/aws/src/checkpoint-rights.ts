/**
 * Checkpoints and months of the audit trail in the archive: the worker writes and reads them, and nobody may remove one. It
 * calls what apps/gateway/src/adapters/audit/checkpoints/bucket-place.ts does.
 */
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';

export const CHECKPOINT_PREFIX = 'checkpoints';

/** @param dataKey the key under which the bucket encrypts what it holds */
export function checkpointStatements(archive: s3.IBucket, dataKey: kms.IKey): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'KeepCheckpoints',
      actions: ['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention'],
      resources: [archive.arnForObjects(`${CHECKPOINT_PREFIX}/*`)],
    }),
    new iam.PolicyStatement({
      sid: 'ListCheckpoints',
      actions: ['s3:ListBucket', 's3:ListBucketVersions'],
      resources: [archive.bucketArn],
      conditions: { StringLike: { 's3:prefix': `${CHECKPOINT_PREFIX}/*` } },
    }),
    new iam.PolicyStatement({
      sid: 'EncryptCheckpoints',
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resources: [dataKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${archive.env.region}.amazonaws.com` } },
    }),
  ];
}
