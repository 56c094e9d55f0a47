import { bucketPlace } from '../../adapters/audit/checkpoints/bucket-place.js';
import { directoryPlace } from '../../adapters/audit/checkpoints/directory-place.js';
import type { Place } from '../../adapters/audit/checkpoints/place.js';
import type { Config } from '../../config/config.js';

/** Where checkpoints and archives of the audit trail are stored. */
export function openPlaces({ places, s3 }: NonNullable<Config['checkpoints']>): Place[] {
  return places.map((place) => (place.startsWith('s3:') ? bucketPlace(place, s3) : directoryPlace(place)));
}
