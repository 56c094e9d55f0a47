import type { StreamedBody } from '../../wire/reply.js';
import type { Related } from './related.js';

/** Whether an attachment can be downloaded, and if not, why (A006, A042). */
export type AttachmentState = 'CURRENT' | 'PENDING' | 'THREATS_FOUND' | 'VALIDATION_FAILED';

export interface Attachment extends Related {
  readonly id: string;
  readonly contentType: string;
  readonly title: string;
  readonly sizeBytes: number;
  readonly createdAt: string;
  readonly state: AttachmentState;
  organisations: Set<string>;
  /** Absent for a large synthetic one, whose bytes are generated when they are sent. */
  readonly bytes?: Buffer;
}

const BLOCK = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 31 + 7) & 0xff));

/**
 * The bytes of an attachment. Those of a synthetic one repeat a block of 65,536 bytes, byte i of which is
 * `(31 i + 7) mod 256`, so that a test can compute their hash without fetching them.
 */
export function attachmentBody(attachment: Attachment): Buffer | StreamedBody {
  const { bytes, sizeBytes } = attachment;
  if (bytes !== undefined) return bytes;
  return {
    bytes: sizeBytes,
    *chunks() {
      for (let left = sizeBytes; left > 0; left -= BLOCK.length)
        yield left >= BLOCK.length ? BLOCK : BLOCK.subarray(0, left);
    },
  };
}
