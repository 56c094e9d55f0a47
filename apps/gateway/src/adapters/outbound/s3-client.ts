import { S3Client } from '@aws-sdk/client-s3';
import { awsRequests } from './aws-requests.js';
import type { OutboundProxy } from './outbound-proxy.js';

export interface BucketOptions {
  readonly region: string;
  /** Of an emulator; undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly proxy: OutboundProxy | null;
}

export interface BucketFolder {
  readonly client: S3Client;
  readonly bucket: string;
  /** Ends with `/` unless it is empty. */
  readonly prefix: string;
}

/** @param url `s3://bucket/prefix` */
export function openBucket(url: string, { region, endpoint, proxy }: BucketOptions): BucketFolder {
  const { host: bucket, pathname } = new URL(url);
  const client = new S3Client({
    region,
    maxAttempts: 2,
    requestHandler: awsRequests(proxy),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  return { client, bucket, prefix: pathname.replace(/^\//, '').replace(/[^/]$/, '$&/') };
}
