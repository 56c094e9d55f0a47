/**
 * Checkpoints in an S3 bucket with object lock in compliance mode: until the retention period of the bucket is over, nobody
 * can delete or overwrite a version, the root user of the account included.
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
import { type CheckpointPlace, PlaceConflict } from './place.js';

/** The bucket has another object under this key; two writers at once are refused in the same way. */
const TAKEN = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);
const TIMEOUT_MS = 10_000;

/** @param url `s3://bucket/prefix` */
export function bucketPlace(url: string, options: BucketOptions): CheckpointPlace {
  const { client, bucket, prefix } = openBucket(url, options);
  const budget = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const keyOf = (file: string): string => prefix + file;
  const fileOf = (key: string): string => key.slice(prefix.length);

  const get = async (file: string, version?: string) => {
    const answer = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: keyOf(file), VersionId: version }),
      budget(),
    );
    return { ...answer, content: (await answer.Body?.transformToString()) ?? '' };
  };

  /** @returns the version; undefined if there is an object already */
  const put = async (file: string, content: string): Promise<string | undefined> => {
    try {
      const answer = await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: keyOf(file),
          Body: content,
          ContentType: 'text/plain; charset=utf-8',
          IfNoneMatch: '*',
        }),
        budget(),
      );
      return answer.VersionId;
    } catch (error) {
      if (error instanceof S3ServiceException && TAKEN.has(error.name)) return undefined;
      throw error;
    }
  };

  return {
    name: url,

    async keep(file, content) {
      const kept = await get(file, await put(file, content));
      if (kept.content !== content)
        throw new PlaceConflict(`${file} is there already, and is another checkpoint`);
      if (kept.ObjectLockMode !== 'COMPLIANCE')
        throw new Error(`the bucket ${bucket} does not lock its objects in compliance mode`);
      return kept.VersionId ?? null;
    },

    async filesAfter(file) {
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: keyOf('checkpoint-'), StartAfter: keyOf(file) }),
        budget(),
      );
      return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [fileOf(Key)]));
    },

    async read(file) {
      return (await get(file)).content;
    },

    async replacedAfter(file) {
      const seen = new Set<string>();
      const replaced = new Set<string>();
      let [KeyMarker, VersionIdMarker]: [string | undefined, string | undefined] = [keyOf(file), undefined];
      while (KeyMarker !== undefined) {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new ListObjectVersionsCommand({
            Bucket: bucket,
            Prefix: keyOf('checkpoint-'),
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
