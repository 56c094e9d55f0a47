/**
 * Checkpoints and archives in an S3 bucket with object lock in compliance mode: until the retention period of the bucket is
 * over, nobody can delete or overwrite a version, the root user of the account included.
 */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type BucketOptions, openBucket } from '../../outbound/s3-client.js';
import type { Place } from './place.js';

/** The bucket has another object under this key; two writers at once are refused in the same way. */
const TAKEN = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);
const TIMEOUT_MS = 10_000;
/** Of an archive's object, which has some megabytes. */
const TRANSFER_MS = 60_000;
const isCompressed = (file: string): boolean => file.endsWith('.gz');

/** @param url `s3://bucket/prefix` */
export function bucketPlace(url: string, options: BucketOptions): Place {
  const { client, bucket, prefix } = openBucket(url, options);
  const budget = (file = '') => ({
    abortSignal: AbortSignal.timeout(isCompressed(file) ? TRANSFER_MS : TIMEOUT_MS),
  });
  const keyOf = (file: string): string => prefix + file;
  const fileOf = (key: string): string => key.slice(prefix.length);

  const get = async (file: string, version?: string) => {
    const answer = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: keyOf(file), VersionId: version }),
      budget(file),
    );
    return { ...answer, content: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) };
  };

  /** @returns the version; undefined if there is an object already */
  const put = async (file: string, content: Uint8Array): Promise<string | undefined> => {
    try {
      const answer = await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: keyOf(file),
          Body: content,
          ContentType: isCompressed(file) ? 'application/gzip' : 'text/plain; charset=utf-8',
          IfNoneMatch: '*',
        }),
        budget(file),
      );
      return answer.VersionId;
    } catch (error) {
      if (error instanceof S3ServiceException && TAKEN.has(error.name)) return undefined;
      throw error;
    }
  };

  return {
    name: url,

    async store(file, content) {
      const kept = await get(file, await put(file, content));
      if (kept.ObjectLockMode !== 'COMPLIANCE')
        throw new Error(`the bucket ${bucket} does not lock its objects in compliance mode`);
      return { content: kept.content, version: kept.VersionId ?? null };
    },

    async filesAfter(file) {
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: keyOf('checkpoint-'), StartAfter: keyOf(file) }),
        budget(),
      );
      return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [fileOf(Key)]));
    },

    async read(file) {
      // Who may list a part of the bucket alone is answered 403, and not 404, for what is not there.
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: keyOf(file), MaxKeys: 1 }),
        budget(),
      );
      return Contents[0]?.Key === keyOf(file) ? (await get(file)).content.toString('utf8') : null;
    },

    async replacedAfter(file, prefixOfFiles) {
      const seen = new Set<string>();
      const replaced = new Set<string>();
      let [KeyMarker, VersionIdMarker]: [string | undefined, string | undefined] = [keyOf(file), undefined];
      while (KeyMarker !== undefined) {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new ListObjectVersionsCommand({
            Bucket: bucket,
            Prefix: keyOf(prefixOfFiles),
            ...{ KeyMarker, VersionIdMarker },
          }),
          budget(),
        );
        for (const { Key = '' } of page.Versions ?? []) (seen.has(Key) ? replaced : seen).add(Key);
        for (const { Key = '' } of page.DeleteMarkers ?? []) replaced.add(Key);
        [KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
      }
      return [...replaced].map(fileOf).sort();
    },
  };
}
