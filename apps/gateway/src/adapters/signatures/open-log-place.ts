import type { BucketOptions } from '../outbound/s3-client.js';
import { bucketLog } from './bucket-log.js';
import { directoryLog } from './directory-log.js';
import type { LogPlace } from './log-place.js';

/** @param place `s3://…`, or a file: URL */
export function openLogPlace({
  place,
  s3,
}: {
  readonly place: string;
  readonly s3: BucketOptions;
}): LogPlace {
  return place.startsWith('s3:') ? bucketLog(place, s3) : directoryLog(place);
}
