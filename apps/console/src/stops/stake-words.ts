import { counted } from '../parts/words.js';

interface Stakes {
  readonly requests: number;
  /** False: there may be more. */
  readonly isWhole: boolean;
}

/** “412 requests in the last 7 days would have been rejected.” Undefined: they are not counted yet. */
export function stakesInWords(stakes: Stakes | undefined): string {
  if (stakes === undefined) return 'Counting the requests of the last 7 days …';
  const { requests, isWhole } = stakes;
  if (requests === 0)
    return isWhole
      ? 'No request in the last 7 days would have been rejected.'
      : 'None of the newest requests would have been rejected.';
  return `${isWhole ? '' : 'At least '}${counted(requests, 'request')} in the last 7 days would have been rejected.`;
}
