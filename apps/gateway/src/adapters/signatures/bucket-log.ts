/** The log in the bucket to which CloudTrail delivers it. It is listed and read, and nothing else. */
import { GetObjectCommand, type ListObjectsV2CommandOutput, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { type BucketOptions, openBucket } from '../outbound/s3-client.js';
import { folderOfDay, isLogFile, type LogFile, type LogPlace } from './log-place.js';

const TIMEOUT_MS = 30_000;

/** @param url `s3://bucket/prefix/AWSLogs/account/CloudTrail/region` */
export function bucketLog(url: string, options: BucketOptions): LogPlace {
  const { client, bucket, prefix } = openBucket(url, options);
  const within = (signal: AbortSignal) => ({
    abortSignal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });

  return {
    async *files(day, signal) {
      let ContinuationToken: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix + folderOfDay(day),
            ContinuationToken,
          }),
          within(signal),
        );
        yield (page.Contents ?? []).flatMap(({ Key = '', Size = 0 }): LogFile[] =>
          isLogFile(Key) ? [{ name: Key.slice(prefix.length), bytes: Size }] : [],
        );
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },

    async read(name, signal) {
      const answer = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: prefix + name }),
        within(signal),
      );
      return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    },
  };
}
